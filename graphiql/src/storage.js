// Another GraphiQL on the same host and port (localhost:8000, say) must not share its tabs with this one.
const NAMESPACE = "imin-gateway";
const DEFAULTS_KEY = `${NAMESPACE}-default-tabs`;

/** GraphiQL's storage: this browser's localStorage, without request headers, which carry tokens. */
export const storage = {
  getItem: (key) => localStorage.getItem(`${NAMESPACE}:${key}`),
  setItem: (key, value) => localStorage.setItem(`${NAMESPACE}:${key}`, withoutHeaders(value)),
  removeItem: (key) => localStorage.removeItem(`${NAMESPACE}:${key}`),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};

/** Replaces the example tabs by those of a new release or with new ids, unless the visitor has changed them. */
export function refreshUntouchedTabs(defaultTabs) {
  const current = JSON.stringify(defaultTabs);
  const previous = localStorage.getItem(DEFAULTS_KEY);
  if (previous !== current && storedOperations() === operationsOf(previous)) {
    for (const name of ["tabState", "query", "variables"]) storage.removeItem(`graphiql:${name}`);
  }
  rememberDefaults(defaultTabs);
}

/** The tabs to compare with at the next visit. */
export function rememberDefaults(tabs) {
  localStorage.setItem(DEFAULTS_KEY, JSON.stringify(tabs));
}

function storedOperations() {
  const state = parsed(storage.getItem("graphiql:tabState"));
  return state && operationsOf(JSON.stringify(state.tabs));
}

function operationsOf(tabs) {
  return JSON.stringify(parsed(tabs)?.map?.(({ query, variables }) => [query, variables || ""]));
}

// The history plugin stores what was in the headers editor, whatever `shouldPersistHeaders` says.
function withoutHeaders(value) {
  const content = parsed(value);
  if (content === null || typeof content !== "object") return value;
  return JSON.stringify(content, (key, part) => (key === "headers" ? null : part));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function ownKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(`${NAMESPACE}:`));
}
