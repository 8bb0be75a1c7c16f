// Runs the tabs of the GraphiQL page with the variables that it has filled in.
//
//   node tabs.mjs <base url>
//
// Prints one line of JSON on stdout: for each tab the response, and the variables of Cancel after a preview. If a step
// fails, prints the error on stderr and exits with 1.
import { main } from "../clients/command.mjs";
import { inBrowser } from "./chromium.mjs";
import { open, openTab, run, shownIn } from "./graphiql_page.mjs";

await main((base) =>
  inBrowser({ viewport: { width: 1600, height: 1600 } }, async (page) => {
    await open(page, `${base}/graphql`);
    const seen = { OneOrder: await ran(page, "OneOrder"), Preview: await ran(page, "Preview") };
    await openTab(page, "Cancel");
    seen.previewToken = await shownIn(page, ".graphiql-editor-tool");
    for (const name of ["Cancel", "Book", "Account"]) seen[name] = await ran(page, name);
    return seen;
  }),
);

async function ran(page, name) {
  await openTab(page, name);
  return (await run(page)).replace(/\s+/g, " ");
}
