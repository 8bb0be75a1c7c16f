// Reads pages of the documentation site as a person would, at several widths, in light and dark colours.
//
//   node site.mjs <base url> <views> <query> <page>… [--screenshots <folder>]
//
// <views>: for example "390:light,1400:dark", or "" to only search. <query>: what is typed into the search of the first page.
// Prints one line of JSON on stdout: what axe finds on each page in each view, the addresses and titles of the first
// results of the search, and what the pages requested and reported. If a step fails, prints the error on stderr and exits with 1.
import { parseArgs } from "node:util";
import { main } from "../clients/command.mjs";
import { axe } from "./axe.mjs";
import { inBrowser } from "./chromium.mjs";
import { isOutside, recordEvents } from "./events.mjs";

await main(() => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { screenshots: { type: "string" } },
  });
  const [base, views, query, ...pages] = positionals;
  return inBrowser({}, async (page) => {
    const seen = await recordEvents(page);
    const violations = [];
    for (const view of views.split(",").filter(Boolean)) {
      const [width, scheme] = view.split(":");
      await page.setViewportSize({ width: Number(width), height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      // The theme remembers the colours of the last visit.
      await page.goto(`${base}/${pages[0]}`);
      await page.evaluate(() => localStorage.clear());
      for (const path of pages) {
        await page.goto(`${base}/${path}`);
        for (const found of await axe(page)) violations.push(`${path} ${view} ${found}`);
        const name = `${path.replaceAll("/", "-")}-${width}-${scheme}.png`;
        if (values.screenshots) await page.screenshot({ path: `${values.screenshots}/${name}` });
      }
    }
    const results = await search(page, `${base}/${pages[0]}`, query);
    return { violations, results, ...seen, outside: seen.requests.filter(isOutside) };
  });
});

/** Type into the search, and return the links that it shows. */
async function search(page, url, query) {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(url);
  await page.locator(".md-search__input").click();
  await page.keyboard.type(query);
  const links = page.locator(".md-search-result__link");
  await links.first().waitFor();
  return links.evaluateAll((elements) =>
    elements.slice(0, 5).map((one) => [one.getAttribute("href"), one.querySelector("h1, h2")?.textContent.trim()]),
  );
}
