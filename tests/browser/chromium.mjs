// Finds Chromium, and opens pages in it, without requests to its vendor.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

export const ONE_STEP_MS = 60_000;
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = [
  // With its own sandbox, Chromium does not start as root, for example in a container.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  // Without these flags, requests to its vendor delay the browser in a closed network.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Start the browser, and return what `use` makes of a page with these options (Playwright's newContext). */
export async function inBrowser(options, use) {
  const browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS, timeout: ONE_STEP_MS });
  try {
    // Not the browser's own newPage, whose context can have no second page.
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(ONE_STEP_MS);
    return await use(page);
  } finally {
    await browser.close();
  }
}

/** The environment variable CHROMIUM names the browser; without it, the first one on the PATH. */
function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (!found) throw new Error(`no browser: none of ${BROWSERS.join(", ")} is on the PATH, and CHROMIUM is not set`);
  return found;
}
