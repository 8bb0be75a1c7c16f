// Takes the pictures of the documentation: GraphiQL with an order, and a page of the reference.
//
//   node screenshots.mjs <base url of `gateway demo`> <folder>
//
// Writes explorer.png and reference.png. If a step fails, prints the error on stderr and exits with 1.
import { main } from "../clients/command.mjs";
import { inBrowser } from "./chromium.mjs";
import { open, openTab, run } from "./graphiql_page.mjs";

await main((base, folder) =>
  inBrowser({ viewport: { width: 1200, height: 720 } }, async (page) => {
    await open(page, `${base}/graphql`);
    await openTab(page, "OneOrder");
    await run(page);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${folder}/explorer.png` });
    await page.goto(`${base}/docs/reference/OrderItem.html#cancellableUntil`);
    await page.screenshot({ path: `${folder}/reference.png` });
    return ["explorer.png", "reference.png"];
  }),
);
