// Whom requests are sent as. Only the page of `gateway demo --auth` has a choice.
import { demo } from "./facts.js";
import { observable } from "./observable.js";

const KEY = "imin-gateway-identity";
// A token that lives longer is replaced in time; one that does not is there to be seen expiring.
const RENEWED_ABOVE_SECONDS = 60;

export const identities = demo?.identities ?? [];
export const isChoice = identities.length > 0;

/** The identity with its token, when the token expires (as Date.now()), and why there is none. */
export const current = observable({ identity: stored() ?? identities[0] ?? null, token: null, problem: null });

export function choose(name) {
  localStorage.setItem(KEY, name);
  current.set({ identity: identities.find((each) => each.name === name), token: null, problem: null });
}

/** Fetches a new token with the next request. */
export function dropToken() {
  current.set({ ...current.get(), token: null });
}

/** Headers for a request whose other headers are these; what is typed into the headers editor wins. */
export async function withCredentials(headers = {}) {
  if (Object.keys(headers).some((name) => name.toLowerCase() === "authorization")) return headers;
  const token = await currentToken();
  return token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
}

export function isRenewed({ lifetimeSeconds }) {
  return lifetimeSeconds > RENEWED_ABOVE_SECONDS;
}

async function currentToken() {
  const { identity, token } = current.get();
  if (!identity?.hasToken) return null;
  const isUsable = token && !(isRenewed(token) && token.expiresAt - Date.now() < RENEWED_ABOVE_SECONDS * 1_000);
  const next = isUsable ? { token } : await fetched(identity);
  if (current.get().identity === identity) current.set({ identity, token: null, problem: null, ...next });
  return next.token?.value;
}

async function fetched({ name }) {
  try {
    const response = await fetch(demo.tokens + name, { method: "POST" });
    const { token, lifetimeSeconds, errors } = await response.json();
    if (errors) return { problem: errors[0].message };
    return { token: { value: token, lifetimeSeconds, expiresAt: Date.now() + lifetimeSeconds * 1_000 } };
  } catch {
    return { problem: "The gateway cannot be reached." };
  }
}

function stored() {
  return identities.find(({ name }) => name === localStorage.getItem(KEY));
}
