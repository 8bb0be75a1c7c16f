// Finds Chromium, and starts it without requests to its vendor.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];
export const FLAGS = [
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

/** The environment variable CHROMIUM names the browser; without it, the first one on the PATH. */
export function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (!found) throw new Error(`no browser: none of ${BROWSERS.join(", ")} is on the PATH, and CHROMIUM is not set`);
  return found;
}
