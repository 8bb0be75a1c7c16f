// Signs in to the GraphiQL page of `gateway demo --auth` as each of these identities, and uses it on a phone.
//
//   node identities.mjs <base url> <identity>…
//
// Prints one line of JSON on stdout: for each identity what the tabs History and Follow show, with the states of the
// newest request; the documentation of the schema; what axe finds in the page's own parts; the panes on a phone. If a
// step fails, prints the error on stderr and exits with 1.
import { main } from "../clients/command.mjs";
import { axe, overflow } from "./axe.mjs";
import { inBrowser } from "./chromium.mjs";
import { changed, open, openTab, run, shownIn } from "./graphiql_page.mjs";

const PHONE = { width: 390, height: 844 };

await main((base, ...identities) =>
  inBrowser({ viewport: { width: 1400, height: 900 } }, async (page) => {
    await open(page, `${base}/graphql`);
    const asEach = {};
    for (const identity of identities) asEach[identity] = await signedInAs(page, identity);
    return { asEach, links: await links(page), documentation: await documentation(page), ...(await onAPhone(page)) };
  }),
);

async function signedInAs(page, identity) {
  await openTab(page, "Follow");
  const before = await variables(page);
  await page.selectOption("#page-identity", identity);
  // Another customer's ids arrive a moment later; who is refused keeps those that are there.
  const ids = identity === "small" ? await changed(() => variables(page), before) : before;
  await openTab(page, "History");
  const history = await run(page);
  const states = [await state(page)];
  await openTab(page, "Follow");
  const followed = await run(page, "subscription");
  states.push(await state(page));
  await stop(page);
  return { history: firstLines(history), followed: firstLines(followed), states, ids };
}

function variables(page) {
  return shownIn(page, ".graphiql-editor-tool");
}

function state(page) {
  return page.locator(".page-outcome").innerText();
}

/** End a subscription that is still open. */
async function stop(page) {
  const button = page.locator('.graphiql-execute-button[aria-label^="Stop"]');
  if (await button.count()) await button.click();
}

function firstLines(text) {
  return text.replace(/\s+/g, " ").slice(0, 120);
}

function links(page) {
  return page.locator(".page-links a").evaluateAll((all) => all.map(({ href }) => href));
}

async function documentation(page) {
  await page.locator('button[aria-label="Show Documentation Explorer"]').click();
  const types = page.locator(".graphiql-doc-explorer-section-content").last().locator("a");
  await types.first().waitFor();
  const names = await types.allInnerTexts();
  const description = await page.locator(".graphiql-markdown-description").first().innerText();
  await page.locator('button[aria-label="Hide Documentation Explorer"]').click();
  return { types: names, description };
}

/** Whether the answer stands below the query and is as wide as the window, and what does not fit or is hard to use. */
async function onAPhone(page) {
  await page.setViewportSize(PHONE);
  await page.selectOption("#page-identity", { index: 0 });
  await openTab(page, "History");
  await run(page);
  const [editors, response] = await Promise.all(
    [".graphiql-editors", ".graphiql-response"].map((pane) => page.locator(pane).boundingBox()),
  );
  const barriers = (await axe(page)).filter((finding) => /[.#]page-/.test(finding));
  return {
    barriers,
    overflow: await overflow(page),
    isStacked: response.y >= editors.y + editors.height && response.width > 0.9 * PHONE.width,
    isReadable: response.height > 250,
  };
}
