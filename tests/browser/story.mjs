// Buys a session and cancels it again, as a person would in GraphiQL and on the sandbox's checkout page.
//
//   node story.mjs <base url> [--screenshots <folder>]
//
// Prints one line of JSON on stdout: what each step showed. If a step fails, prints the error on stderr and exits with 1.
import { parseArgs } from "node:util";
import { main } from "../clients/command.mjs";
import { inBrowser } from "./chromium.mjs";
import { recordEvents } from "./events.mjs";
import { changed, open, run, shownIn, typeQuery } from "./graphiql_page.mjs";

const WATCH = "subscription Watch { ordersChanged(first: 1) { connection { totalCount nodes { orderNumber } } } }";
const CHOOSE = `query Choose { viewer { upcomingOrderItems { nodes { cancellableUntil liveSession {
  __typename identifier isBookable ... on ScheduledSession { superEvent { offers { iri } } } } } } } }`;
const NEWEST = `query Newest { viewer { orders(first: 1) { nodes { id orderNumber items { id status
  session { identifier } } receipts { url } } } } }`;

await main(() => {
  const { base, screenshots } = commandLine();
  return inBrowser({ viewport: { width: 1280, height: 800 } }, async (page) => {
    const seen = await recordEvents(page);
    const graphiql = new URL("/graphql", base).href;
    const watching = await page.context().newPage();
    await open(watching, graphiql);
    await typeQuery(watching, WATCH);
    const before = await run(watching, WATCH);

    await open(page, graphiql);
    const session = bookable(await ask(page, CHOOSE));
    const created = await ask(page, checkout(session, graphiql));
    const { url } = created.createCheckoutSession.result;
    const bought = await pay(page, url, screenshots);
    const after = await changed(() => shownIn(watching, ".graphiql-response"), before);

    await open(page, graphiql);
    const [order] = (await ask(page, NEWEST)).viewer.orders.nodes;
    const cancelled = await ask(page, cancellation(order));
    const receipt = await opened(page, order.receipts[0].url);
    return { session, before, after, bought, returnedTo: bought.returnedTo, order, cancelled, receipt, ...seen };
  });
});
