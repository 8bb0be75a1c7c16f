// Opens links in a browser, as a person would.
//
//   node links.mjs <folder> <url>…
//
// Prints one line of JSON on stdout: for each URL the name of the file that is downloaded, which is saved as
// <folder>/0, 1 …, or the heading of the page that is shown. If a step fails, prints the error on stderr and exits with 1.
import { main } from "../clients/command.mjs";
import { inBrowser } from "./chromium.mjs";

await main((folder, ...urls) =>
  inBrowser({ acceptDownloads: true }, async (page) => {
    const seen = [];
    for (const [number, url] of urls.entries()) seen.push(await open(page, url, `${folder}/${number}`));
    return seen;
  }),
);

async function open(page, url, file) {
  const download = page.waitForEvent("download").catch(() => null);
  // A navigation that becomes a download is an error to the browser.
  const shown = await page.goto(url).catch(() => null);
  if (shown) return page.textContent("h1");
  const saved = await download;
  await saved.saveAs(file);
  return saved.suggestedFilename();
}
