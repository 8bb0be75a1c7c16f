// Shows pictures on a phone with a dark page, as a front end would, and takes a screenshot of each.
//
//   node pictures.mjs <folder> <CSS width, or "alone": opened as pages of their own> <url>…
//
// Writes <folder>/0.png, 1.png … and prints one line of JSON on stdout: for each URL its natural width (0 if it does not
// load; its status if it is alone), and the addresses that were requested. If a step fails, prints the error on stderr
// and exits with 1.
import { main } from "../clients/command.mjs";
import { inBrowser } from "./chromium.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, colorScheme: "dark" };

await main((folder, width, ...urls) =>
  inBrowser(PHONE, async (page) => {
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    const widths = [];
    for (const [number, url] of urls.entries()) {
      widths.push(await show(page, url, width));
      await page.screenshot({ path: `${folder}/${number}.png` });
    }
    return { widths, requests };
  }),
);

/** Show one picture in the middle of a black page, or alone; its natural width, or the status of the response. */
async function show(page, url, width) {
  if (width === "alone") return (await page.goto(url)).status();
  await page.setContent(
    '<!doctype html><meta name="viewport" content="width=device-width"><style>body { margin: 0; height: 100vh; ' +
      'background: #000; display: grid; place-items: center }</style><img alt="">',
  );
  return page.evaluate(
    ([url, width]) => {
      const image = document.querySelector("img");
      image.style.width = width;
      image.src = url;
      return image.decode().then(
        () => image.naturalWidth,
        () => 0,
      );
    },
    [url, width],
  );
}
