// Buys a session and cancels it again, as a person would in GraphiQL and on the sandbox's checkout page.
//
//   node story.mjs <base url> [--screenshot <file.png>]
//
// Prints one line of JSON on stdout: what each step showed. If a step fails, prints the error on stderr and exits with 1.
// The screenshot is of the last page that the customer saw.
import { parseArgs } from "node:util";
import { main } from "../clients/command.mjs";
import { inBrowser } from "./chromium.mjs";
import { recordEvents } from "./events.mjs";
import { changed, open, run, shownIn, typeQuery } from "./graphiql_page.mjs";

const WATCH = "subscription Watch { ordersChanged(first: 1) { connection { totalCount nodes { orderNumber } } } }";
const BOOKED = `{ viewer { upcomingOrderItems(first: 50, statuses: [ORDER_ITEM_CONFIRMED]) { nodes {
  isPresentlyCancellable bookAgain { opportunityId opportunityType offerId } } } } }`;
const NEWEST = "{ viewer { orders(first: 1) { nodes { id orderNumber items { id status } receipts { url } } } } }";

await main(() => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { screenshot: { type: "string" } },
  });
  if (positionals.length !== 1) throw new Error("usage: node story.mjs <base url> [--screenshot <file.png>]");
  return inBrowser({ viewport: { width: 1280, height: 800 } }, async (page) => {
    try {
      return await story(page, new URL("/graphql", positionals[0]).href);
    } finally {
      if (values.screenshot) await page.screenshot({ path: values.screenshot });
    }
  });
});

async function story(page, graphiql) {
  const seen = await recordEvents(page);
  const list = await page.context().newPage();
  await open(list, graphiql);
  await typeQuery(list, WATCH, { pasted: true });
  const before = await run(list, WATCH);

  await open(page, graphiql);
  const created = await pasteAndRun(page, buying(await bookedBefore(page), graphiql));
  const shown = await pay(page, created.data.createCheckoutSession.result.url);
  const after = await changed(() => shownIn(list, ".graphiql-response"), before);

  const [order] = (await ask(page, NEWEST)).viewer.orders.nodes;
  const cancelled = await pasteAndRun(page, cancelling(order));
  // Without those of the browser's own page that shows the receipt.
  const { cspViolations, consoleErrors } = structuredClone(seen);
  const receipt = await opened(page, order.receipts[0].url);
  return { before: parsed(before), ...shown, after: parsed(after), order, cancelled, receipt, cspViolations, consoleErrors };
}

/** What the customer has booked already, can still cancel, and can book again. */
async function bookedBefore(page) {
  const { nodes } = (await ask(page, BOOKED)).viewer.upcomingOrderItems;
  return nodes.find((item) => item.isPresentlyCancellable && item.bookAgain?.offerId).bookAgain;
}

function buying({ opportunityId, opportunityType, offerId }, returnUrl) {
  const texts = `opportunityId: "${opportunityId}", offerId: "${offerId}", returnUrl: "${returnUrl}"`;
  const input = `{ opportunityType: ${opportunityType}, ${texts} }`;
  return `mutation Buy { createCheckoutSession(input: ${input}) { result { ... on CheckoutSession { url } ... on Error { message } } } }`;
}

function cancelling({ id, items }) {
  const input = `{ orderId: "${id}", orderItemIds: ["${items[0].id}"] }`;
  return `mutation Cancel { cancelOrderItems(input: ${input}) { result { __typename ... on Error { message } } } }`;
}

/** Paste an operation into GraphiQL and run it; its response. */
async function pasteAndRun(page, operation) {
  await typeQuery(page, operation, { pasted: true });
  return parsed(await run(page, operation));
}

/** The response that the pane shows, which wraps and indents long lines. */
function parsed(shown) {
  return JSON.parse(shown.replace(/\n */g, ""));
}

/** The data that a query gives, asked by the page without its editor. */
async function ask(page, query) {
  const response = await page.request.post(page.url(), { data: { query } });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Pay on the page of a checkout session: its title, where the browser is then, and how the success webhook went. */
async function pay(page, url) {
  await page.goto(url);
  const title = await page.title();
  await page.getByRole("button", { name: "Pay with the test card" }).click();
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  const sessions = await page.request.get(new URL("/sandbox/checkout-sessions", url).href);
  const [{ webhook_status: webhook }] = (await sessions.json()).sessions;
  return { title, returnedTo: page.url(), webhook };
}

/** The media type of what a link opens: shown, or saved as a file, which is an error to a navigation. */
async function opened(page, url) {
  const download = page.waitForEvent("download").catch(() => null);
  const shown = await page.goto(url).catch(() => null);
  if (shown) return shown.headers()["content-type"];
  return (await download).suggestedFilename().endsWith(".pdf") ? "application/pdf" : "another file";
}
