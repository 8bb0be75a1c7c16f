// Uses examples/relay as a customer would, in a real browser, and changes the sandbox meanwhile.
//
//   node relay-example.mjs tour <page url> <sandbox url> <folder for pictures>
//   node relay-example.mjs states <page url> <sandbox url>
//   node relay-example.mjs sign-in <page url>
//
// Prints one line of JSON on stdout: what the page showed, and what axe finds. If a step fails, prints the error on
// stderr and exits with 1.
import { main } from "../clients/command.mjs";
import { axe as violationsOn, overflow } from "./axe.mjs";
import { inBrowser } from "./chromium.mjs";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1400, height: 900 };
const ORDER = "ace59955-be43-4c91-8e9a-b1c121e03c66";

await main((journey, ...args) =>
  inBrowser({ viewport: PHONE }, async (page) => {
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const seen = await { tour, states, "sign-in": signIn }[journey](page, ...args);
    return { ...seen, errors };
  }),
);

async function tour(page, base, sandbox, folder) {
  const violations = [];
  const look = async (name) => violations.push(...(await findings(page, name, folder)));
  await page.goto(base);
  // Whatever follows happens without loading the page again.
  await page.evaluate(() => (globalThis.isSamePage = true));

  const cards = page.locator(".list > li");
  await cards.first().waitFor();
  const heading = await page.locator("h1").innerText();
  const first = await cards.count();
  await look("upcoming");
  await page.getByRole("button", { name: "Show more" }).click();
  await cards.nth(first).waitFor();
  const more = await cards.count();

  await control(sandbox, "orders", { days_ahead: 0.2, price: "7.25" });
  await page.getByText("£7.25").waitFor();
  const added = await cards.count();

  await page.getByRole("link", { name: "History" }).click();
  await page.locator(".order").first().waitFor();
  const history = await page.locator("main .hint").first().innerText();
  await look("history");

  await page.getByRole("link", { name: "Booking 1917" }).click();
  const item = page.locator("article").first();
  await page.waitForFunction(() => document.querySelector("figure img")?.naturalWidth > 0);
  const ticket = await page.locator("figcaption").first().innerText();
  await page.getByText("Changes appear by themselves.").waitFor();
  await look("booking");

  await item.getByRole("button", { name: /^Cancel / }).click();
  const terms = page.locator("dialog dl");
  await terms.waitFor();
  const [refund, after, , left] = await terms.locator("dd").allInnerTexts();
  await page.getByRole("timer").filter({ hasNotText: left }).waitFor();
  await look("cancel");
  await page.getByRole("button", { name: "Cancel this session" }).click();
  await item.getByText("Cancellation requested").waitFor();
  const pending = await item.locator(".change").innerText();

  await control(sandbox, `orders/${ORDER}/confirm`, {});
  await item.getByText("Cancelled", { exact: true }).waitFor();
  const link = page.getByRole("link", { name: /^Receipt/ }).first();
  await link.waitFor();
  const receipt = await page.request.get(await link.getAttribute("href"));
  const newest = await page.locator("[role=status] .change").filter({ hasText: "is cancelled" }).innerText();
  await look("cancelled");
  await page.getByRole("link", { name: "All bookings" }).click();
  const listed = cards.filter({ hasText: "Walking Football" }).first().locator(".status");
  await listed.waitFor();

  return {
    heading,
    upcoming: { first, more, added },
    history,
    ticket,
    preview: [refund, after],
    pending,
    news: newest,
    receipt: `${receipt.status()} ${receipt.headers()["content-type"]}`,
    listed: await listed.innerText(),
    isSamePage: await page.evaluate(() => globalThis.isSamePage),
    violations,
  };
}

/** A list that fails, parts that cannot be read, and a cancellation whose result stays unknown. */
async function states(page, base, sandbox) {
  await control(sandbox, "faults", { route: "GET /order-items", kind: "503", times: 100 });
  await page.goto(base);
  await page.getByRole("alert").waitFor();
  const outage = await page.getByRole("alert").innerText();
  const violations = await findings(page, "outage");
  await page.request.delete(`${sandbox}/sandbox/faults`);
  await control(sandbox, "faults", { route: "GET /customer-accounts/:id", kind: "503", times: 2 });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".list > li").first().waitFor();
  await page.getByText("Changes appear by themselves.").waitFor();
  const incomplete = [await page.locator("h1").innerText(), await page.locator("footer p").last().innerText()];
  violations.push(...(await findings(page, "incomplete")));

  await control(sandbox, "faults", { route: "PATCH /orders/:id", kind: "black_hole" });
  await page.getByRole("link", { name: "Walking Football" }).click();
  const item = page.locator("article").first();
  await item.getByRole("button", { name: /^Cancel / }).click();
  await page.getByRole("button", { name: "Cancel this session" }).click();
  await page.locator("dialog [role=alert]").waitFor();
  const unconfirmed = await page.locator("dialog [role=alert]").innerText();
  violations.push(...(await findings(page, "unconfirmed")));
  await page.getByRole("button", { name: "Close" }).click();
  return { outage, incomplete, unconfirmed, shown: await item.locator(".change").innerText(), violations };
}

async function signIn(page, base) {
  await page.goto(base);
  const refusals = [];
  const refused = async () => refusals.push(await page.getByRole("alert").innerText());
  await page.getByRole("alert").waitFor();
  await refused();
  const violations = await findings(page, "sign-in");
  for (const [customer, refusal] of [
    ["nobody", "nobody"],
    ["foreign", "not valid"],
    ["expired", "expired"],
  ]) {
    await submit(page, customer);
    await page.getByRole("alert").filter({ hasText: refusal }).waitFor();
    await refused();
  }
  await submit(page, "small");
  await page.locator(".list > li").first().waitFor();
  const heading = await page.locator("h1").innerText();
  const bookings = await page.locator(".list > li").count();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("alert").waitFor();
  await refused();
  return { refusals, heading, bookings, violations };
}

async function submit(page, customer) {
  await page.getByLabel("Customer of the sandbox").fill(customer);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function control(sandbox, path, body) {
  const response = await fetch(`${sandbox}/sandbox/${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

/** What axe finds on a phone and a desktop, light and dark, and what does not fit a phone. */
async function findings(page, name, folder) {
  const found = [];
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const where = `${name} ${viewport.width} ${colorScheme}`;
      for (const violation of await violationsOn(page)) found.push(`${where}: ${violation}`);
      if (folder) await page.screenshot({ path: `${folder}/${where.replaceAll(" ", "-")}.png` });
    }
  }
  return [...found, ...(await overflow(page)).map((excess) => `${name}: ${excess}`)];
}
