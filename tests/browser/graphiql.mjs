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
import { inBrowser } from "./chromium.mjs";
import { isOutside, recordEvents } from "./events.mjs";
import { changed, open, openTab, run, shownIn, typeQuery } from "./graphiql_page.mjs";

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
