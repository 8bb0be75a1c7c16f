// What a person does in the GraphiQL page: open it and its tabs, type, run, and read what it shows.
import { ONE_STEP_MS } from "./chromium.mjs";

const STEADY_READS = 3;

export async function openTab(page, name) {
  await page.locator(".graphiql-tab-button", { hasText: name }).click();
  await page.locator(".graphiql-tab-active .graphiql-tab-button", { hasText: name }).waitFor();
}

export async function open(page, url) {
  await Promise.all([page.waitForResponse((response) => response.url().endsWith("/schema.graphql")), loaded()]);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();

  async function loaded() {
    const response = await page.goto(url);
    if (!response.ok()) throw new Error(`GET ${url} answered ${response.status()}`);
  }
}

/** Press the run button; returns the text that appears in the response pane. A subscription opens a WebSocket. */
export async function run(page, query = "") {
  const before = await shownIn(page, ".graphiql-response");
  await Promise.all([
    query.startsWith("subscription")
      ? page.waitForEvent("websocket")
      : page.waitForResponse((response) => response.url().endsWith("/graphql")),
    page.locator(".graphiql-execute-button").click(),
  ]);
  return changed(() => shownIn(page, ".graphiql-response"), before);
}

/** The new text, once it no longer changes: the editor draws a response in several steps. */
export async function changed(read, before) {
  let last = before;
  let unchanged = 0;
  for (const end = Date.now() + ONE_STEP_MS; Date.now() < end; ) {
    const now = await read();
    unchanged = now === last ? unchanged + 1 : 0;
    if (now && now !== before && unchanged === STEADY_READS) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the response pane showed no new response within ${ONE_STEP_MS} ms`);
}

/** Replace the operation in the editor, key by key or (pasted) at once. */
export async function typeQuery(page, query, { pasted = false } = {}) {
  // A line break would accept the suggested completion.
  const line = query.trim().replace(/\s+/g, " ");
  await page.locator(".graphiql-query-editor .monaco-editor").first().click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await (pasted ? page.keyboard.insertText(line) : page.keyboard.type(line, { delay: 10 }));
  await page.keyboard.press("Escape");
  await shows(page, ".graphiql-query-editor", line);
  // GraphiQL reads the operation some time after the last key, then names the tab. Until then it would run the old one.
  const name = line.match(/^(?:query|mutation|subscription)\s+(\w+)/)?.[1] ?? "<untitled>";
  await page.locator(".graphiql-tab-active .graphiql-tab-button", { hasText: name }).waitFor();
}

/** Wait until an editor, which draws in steps, shows this text. */
async function shows(page, pane, text) {
  let shown = "";
  for (const end = Date.now() + ONE_STEP_MS; Date.now() < end; ) {
    shown = await shownIn(page, pane);
    if (shown === text) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`typed ${JSON.stringify(text)}, the editor shows ${JSON.stringify(shown)}`);
}

/** The lines that an editor shows, from the top. Its DOM has only the visible ones, in no fixed order. */
export async function shownIn(page, pane) {
  const lines = await page.locator(`${pane} .view-line`).evaluateAll((elements) =>
    elements
      .map((element) => [parseFloat(element.style.top), element.textContent])
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text),
  );
  return lines.join("\n").replaceAll("\u00a0", " ").trim();
}
