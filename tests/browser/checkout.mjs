// Looks at pages of the sandbox's checkout, at phone and desktop width, in light and dark colours.
//
//   node checkout.mjs <url of a page that asks for the customer> <url>… [--screenshots <folder>]
//
// Prints one line of JSON on stdout: the heading of each page, that of the first after an incomplete form, and what is
// wrong with any of them. If a step fails, prints the error on stderr and exits with 1.
import { parseArgs } from "node:util";
import { main } from "../clients/command.mjs";
import { axe, overflow } from "./axe.mjs";
import { inBrowser } from "./chromium.mjs";
import { recordEvents } from "./events.mjs";

const WIDTHS = [390, 1400];
const SCHEMES = ["light", "dark"];

await main(() => {
  const { values, positionals: urls } = parseArgs({
    allowPositionals: true,
    options: { screenshots: { type: "string" } },
  });
  return inBrowser({}, async (page) => {
    const seen = await recordEvents(page);
    const problems = [];
    const headings = [];
    for (const url of [...urls, urls[0]]) {
      const isSubmitted = headings.length === urls.length;
      await page.goto(url);
      if (isSubmitted) await submitIncomplete(page);
      headings.push(await page.textContent("h1"));
      for (const width of WIDTHS) {
        for (const colorScheme of SCHEMES) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          const view = `${headings.length}-${width}-${colorScheme}`;
          for (const found of [...(await axe(page)), ...(await overflow(page))]) problems.push(`${view} ${found}`);
          if (values.screenshots) await page.screenshot({ path: `${values.screenshots}/${view}.png`, fullPage: true });
        }
      }
    }
    const alert = await page.getByRole("alert").textContent();
    const invalid = await page.locator("[aria-invalid]").evaluateAll((fields) => fields.map(({ name }) => name));
    return { headings, problems, alert, invalid, cspViolations: seen.cspViolations };
  });
});

/** Send the form as a browser would that checks nothing. */
async function submitIncomplete(page) {
  await page.getByLabel("First name").fill("Ann");
  await page.getByLabel("E-mail").fill("ann at example.com");
  await page.locator("form").evaluate((form) => (form.noValidate = true));
  await page.getByRole("button", { name: "Pay with the test card" }).click();
  await page.getByRole("alert").waitFor();
}
