// Uses the example app with Apollo Client as a customer would, and shows its screens to axe.
//
//   node apollo.mjs <url of the app> <url of the sandbox> <bad token> [--screenshots <folder>]
//
// The gateway requires tokens. Prints one line of JSON on stdout. If a step fails, prints the error on stderr and exits
// with 1.
import { parseArgs } from "node:util";
import { main } from "../clients/command.mjs";
import { axe, overflow } from "./axe.mjs";
import { inBrowser } from "./chromium.mjs";
import { isOutside, recordEvents } from "./events.mjs";

const CARD = "main .cards > li";
const VIEWS = [390, 1400].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));

await main(() => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { screenshots: { type: "string" } },
  });
  const [app, sandbox, badToken] = positionals;
  return inBrowser({ viewport: { width: 390, height: 844 } }, async (page) => {
    const seen = await recordEvents(page);
    const looks = looker(page, values.screenshots);
    await page.goto(app);
    const refusal = await tryToSignIn(page, badToken, looks);
    const ofItem = await openUpcoming(page, looks);
    const bookings = await readBookings(page, looks);
    const order = await addBooking(page, sandbox);
    const booking = await openBooking(page, looks);
    const changes = await changeSession(page, sandbox, order);
    const cancelled = await cancel(page, looks);
    const unconfirmed = await cancelWithoutAnswer(page, sandbox, looks);
    const { violations } = looks;
    return { refusal, ofItem, bookings, booking, changes, cancelled, unconfirmed, violations, ...events(seen) };
  });
});

function events({ requests, consoleErrors }) {
  // Chromium logs each response with status 401, as the two without a good token are.
  const isRefusal = (text) => text.includes("401");
  return { outside: requests.filter(isOutside), consoleErrors: consoleErrors.filter((text) => !isRefusal(text)) };
}

/** A function that looks at a screen in all views: with axe, and for a person. */
function looker(page, folder) {
  const violations = [];
  return Object.assign(look, { violations });

  async function look(name) {
    const { width, height } = page.viewportSize();
    for (const view of VIEWS) {
      await page.setViewportSize({ width: view.width, height: 900 });
      await page.emulateMedia({ colorScheme: view.colorScheme });
      const label = `${name}-${view.width}-${view.colorScheme}`;
      for (const found of [...(await axe(page)), ...(await overflow(page))]) violations.push(`${label} ${found}`);
      if (folder) await page.screenshot({ path: `${folder}/${label}.png`, fullPage: name === "booking" });
    }
    await page.setViewportSize({ width, height });
  }
}

/** What the app says of a bad token; then sign in as a customer. */
async function tryToSignIn(page, badToken, look) {
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await look("sign-in");
  await page.getByLabel(/Or a token/).fill(badToken);
  await page.getByRole("button", { name: "Use the token" }).click();
  const refusal = await page.getByRole("alert").textContent();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Upcoming" }).waitFor();
  return refusal;
}

/** The first item that is to come, and the heading of the booking that it belongs to. */
async function openUpcoming(page, look) {
  await page.locator(CARD).first().waitFor();
  await look("upcoming");
  await page.locator(CARD).first().click();
  return page.getByRole("heading", { name: /^Booking \d+/ }).innerText();
}

/** Two pages of the history. */
async function readBookings(page, look) {
  await page.getByRole("link", { name: "Bookings" }).click();
  await page.getByText("10 of 1917").waitFor();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByText("20 of 1917").waitFor();
  await look("bookings");
  return headings(page);
}

function headings(page) {
  return page.locator(CARD).getByRole("heading").allInnerTexts();
}

/** Book in the booking system, and wait until the list shows it. Returns the order's identifier. */
async function addBooking(page, sandbox) {
  await page.getByText("Live", { exact: true }).waitFor();
  const order = await (await post(page, `${sandbox}/sandbox/orders`, { items: 2, price: "12.50" })).json();
  await post(page, `${sandbox}/sandbox/orders/${order.identifier}/access-pass`, { text: "EXT00000001" });
  await page.getByText("21 of 1918").waitFor();
  return order.identifier;
}

async function post(page, url, data) {
  const response = await page.request.post(url, { data });
  if (!response.ok()) throw new Error(`POST ${url}: ${await response.text()}`);
  return response;
}

/** The newest booking: its pass, and what its receipt's link opens. */
async function openBooking(page, look) {
  await page.locator(CARD).first().click();
  await page.getByRole("heading", { name: "Booking 1918" }).waitFor();
  const picture = page.locator(".pass img").first();
  await picture.waitFor();
  const pictureWidth = await picture.evaluate((image) => image.decode().then(() => image.naturalWidth));
  const receipt = await page.getByRole("link", { name: /^Receipt/ }).getAttribute("href");
  const response = await page.request.get(receipt);
  await look("booking");
  return { pictureWidth, receipt: `${response.status()} ${response.headers()["content-type"]}` };
}

/** Move the session to another venue in the booking system, and wait until the page says so: over both transports. */
async function changeSession(page, sandbox, order) {
  const changes = [];
  for (const [transport, venue] of [["SSE", "Putney Lido"], ["WebSocket", "Leith Baths"]]) {
    await page.getByLabel("Live updates by").selectOption(transport);
    await page.getByText("Live", { exact: true }).waitFor();
    await post(page, `${sandbox}/sandbox/orders/${order}/rename-venue`, { name: venue });
    const change = page.getByRole("list", { name: "Changes" }).getByText(venue);
    changes.push(await change.innerText());
  }
  return changes;
}

/** Cancel the other item while answers are lost; the page says what is known, and then what became of it. */
async function cancelWithoutAnswer(page, sandbox, look) {
  await post(page, `${sandbox}/sandbox/faults`, { route: "PATCH /orders/:id", kind: "late", delay_seconds: 3_600 });
  await page.locator(CARD).first().click();
  const card = page.locator(CARD).nth(1);
  await card.getByRole("button", { name: "Cancel this session" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel the session" }).click();
  const outcome = await dialog.locator(".notice.waiting").textContent();
  await look("unconfirmed");
  await dialog.getByRole("button", { name: "Close" }).click();
  await card.getByText("Cancellation unconfirmed").waitFor();
  // Now the cancellation takes effect.
  await page.request.delete(`${sandbox}/sandbox/faults`);
  await card.getByText("Being cancelled").waitFor();
  return outcome;
}

/** Cancel an item with the preview, and read what the page shows then, without a reload. */
async function cancel(page, look) {
  const card = page.locator(CARD).first();
  await card.getByRole("button", { name: "Cancel this session" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("timer").waitFor();
  const terms = await dialog.locator("dl").innerText();
  await look("cancel");
  await dialog.getByRole("button", { name: "Cancel the session" }).click();
  const outcome = await dialog.locator(".notice.good").textContent();
  await dialog.getByRole("button", { name: "Close" }).click();
  await card.getByText("Being cancelled").waitFor();
  await look("cancelled");
  await page.getByRole("link", { name: "Bookings" }).click();
  const inTheList = await page.locator(`${CARD} .lines`).first().innerText();
  return { terms: terms.split("\n").filter(Boolean), outcome, inTheList: inTheList.split("\n") };
}
