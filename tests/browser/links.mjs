// Opens links in a browser, as a person would.
//
//   node links.mjs <folder> <url>…
//
// Prints one line of JSON on stdout: for each URL the name of the file that is downloaded, which is saved as
// <folder>/0, 1 …, or the heading of the page that is shown. If a step fails, prints one line on stderr and exits with 1.
import { chromium } from "playwright-core";
import { browserPath, FLAGS } from "./chromium.mjs";

const ONE_STEP_MS = 60_000;

try {
  const [folder, ...urls] = process.argv.slice(2);
  console.log(JSON.stringify(await openAll(folder, urls)));
} catch (error) {
  console.error(String(error));
  process.exit(1);
}

async function openAll(folder, urls) {
  const browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS, timeout: ONE_STEP_MS });
  try {
    const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
    page.setDefaultTimeout(ONE_STEP_MS);
    const seen = [];
    for (const [number, url] of urls.entries()) seen.push(await open(page, url, `${folder}/${number}`));
    return seen;
  } finally {
    await browser.close();
  }
}

async function open(page, url, file) {
  const download = page.waitForEvent("download").catch(() => null);
  // A navigation that becomes a download is an error to the browser.
  const shown = await page.goto(url).catch(() => null);
  if (shown) return page.textContent("h1");
  const saved = await download;
  await saved.saveAs(file);
  return saved.suggestedFilename();
}
