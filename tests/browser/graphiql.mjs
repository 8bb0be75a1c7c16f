// Uses the GraphiQL page as a person would, in a real browser.
//
//   node graphiql.mjs <base url> [--query <one line> | --follow] [--dark] [--screenshot <file.png>]
//
// --follow runs the tab Follow, and cancels the item in the tab Cancel meanwhile, instead of typing a query.
// Prints one line of JSON on stdout. If a step fails, prints the error on stderr and exits with 1.
// The query is one operation, with another name than the tabs have.
// The environment variable CHROMIUM names the browser; without it, the first one found on the PATH is used.
import { parseArgs } from "node:util";
import { main } from "../clients/command.mjs";
import { inBrowser, ONE_STEP_MS } from "./chromium.mjs";
import { isOutside, recordEvents } from "./events.mjs";

const STEADY_READS = 3;
const USAGE =
  "usage: node graphiql.mjs <base url> [--query <one line> | --follow] [--dark] [--screenshot <file.png>]";

await main(() => {
  const { base, dark, screenshot, ...options } = commandLine();
  const view = { viewport: { width: 1280, height: 800 }, colorScheme: dark ? "dark" : "light" };
  return inBrowser(view, async (page) => {
    try {
      return await tryPage(page, base, options);
    } finally {
      // Also after a failure, when a screenshot helps most.
      if (screenshot) await page.screenshot({ path: screenshot });
    }
  });
});

function commandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      query: { type: "string", default: "query Typed { viewer { __typename } }" },
      follow: { type: "boolean", default: false },
      dark: { type: "boolean", default: false },
      screenshot: { type: "string" },
    },
  });
  if (positionals.length !== 1) throw new Error(USAGE);
  return { base: positionals[0], ...values };
}

async function tryPage(page, base, { query, follow }) {
  const seen = await recordEvents(page);
  await open(page, new URL("/graphql", base).href);
  const firstAnswer = await run(page);
  const orderNumber = firstAnswer.match(/"orderNumber": "([^"]*)"/)?.[1] ?? null;
  const tabs = await page.locator(".graphiql-tab-button").allInnerTexts();
  const answers = follow ? await followOrder(page) : await typeAndRun(page, query);

  return { orderNumber, ...answers, ...seen, outside: seen.requests.filter(isOutside), tabs };
}

async function typeAndRun(page, query) {
  await typeQuery(page, query);
  return { typedAnswer: await run(page, query) };
}

/** Run the tab Follow, then cancel what the tab Cancel names: the order's two states. */
async function followOrder(page) {
  await openTab(page, "Cancel");
  const variables = await shownIn(page, ".graphiql-variable-editor, .graphiql-editor-tool");
  await openTab(page, "Follow");
  const followed = await run(page, "subscription");
  const cancel = "mutation ($input: CancelOrderItemsInput!) { cancelOrderItems(input: $input) { __typename } }";
  await page.request.post(page.url(), { data: { query: cancel, variables: JSON.parse(variables) } });
  return { followed, afterwards: await changed(() => shownIn(page, ".graphiql-response"), followed) };
}

async function openTab(page, name) {
  await page.locator(".graphiql-tab-button", { hasText: name }).click();
  await page.locator(".graphiql-tab-active .graphiql-tab-button", { hasText: name }).waitFor();
}

async function open(page, url) {
  await Promise.all([page.waitForResponse(isIntrospection), loaded()]);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();

  async function loaded() {
    const response = await page.goto(url);
    if (!response.ok()) throw new Error(`GET ${url} answered ${response.status()}`);
  }
}

/** Press the run button; returns the text that appears in the response pane. A subscription opens a WebSocket. */
async function run(page, query = "") {
  const before = await shownIn(page, ".graphiql-response");
  await Promise.all([
    query.startsWith("subscription")
      ? page.waitForEvent("websocket")
      : page.waitForResponse((response) => response.request().method() === "POST" && !isIntrospection(response)),
    page.locator(".graphiql-execute-button").click(),
  ]);
  return changed(() => shownIn(page, ".graphiql-response"), before);
}

/** The new text, once it no longer changes: the editor draws a response in several steps. */
async function changed(read, before) {
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

async function typeQuery(page, query) {
  // A line break would accept the suggested completion.
  const line = query.trim().replace(/\s+/g, " ");
  await page.locator(".graphiql-query-editor .monaco-editor").first().click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.type(line, { delay: 10 });
  await page.keyboard.press("Escape");
  const shown = await shownIn(page, ".graphiql-query-editor");
  if (shown !== line) throw new Error(`typed ${JSON.stringify(line)}, the editor shows ${JSON.stringify(shown)}`);
  // GraphiQL reads the operation some time after the last key, then names the tab. Until then it would run the old one.
  const name = line.match(/^(?:query|mutation|subscription)\s+(\w+)/)?.[1] ?? "<untitled>";
  await page.locator(".graphiql-tab-active .graphiql-tab-button", { hasText: name }).waitFor();
}

/** The lines that an editor shows, from the top. Its DOM has only the visible ones, in no fixed order. */
async function shownIn(page, pane) {
  const lines = await page.locator(`${pane} .view-line`).evaluateAll((elements) =>
    elements
      .map((element) => [parseFloat(element.style.top), element.textContent])
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text),
  );
  return lines.join("\n").replaceAll("\u00a0", " ").trim();
}

function isIntrospection(response) {
  return response.request().postData()?.includes("IntrospectionQuery") ?? false;
}
