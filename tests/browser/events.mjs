// What a page does while a script uses it.

/** Record the page's requests, policy violations and console errors, in lists that grow while it runs. */
export async function recordEvents(page) {
  const seen = { requests: [], cspViolations: [], consoleErrors: [] };
  page.context().on("request", (request) => seen.requests.push(request.url()));
  page.on("websocket", (socket) => seen.requests.push(socket.url()));
  page.on("pageerror", (error) => seen.consoleErrors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") seen.consoleErrors.push(message.text());
  });
  await page.exposeFunction("reportViolation", (violation) => seen.cspViolations.push(violation));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      globalThis.reportViolation(`${violatedDirective}: ${blockedURI}`),
    );
  });
  return seen;
}

/** Whether a URL leads to another host than this machine. */
export function isOutside(url) {
  const { protocol, hostname } = new URL(url);
  return !["data:", "blob:"].includes(protocol) && hostname !== "127.0.0.1";
}
