"""Pictures on a phone: barcodes are read from screenshots of Chromium; the sandbox's pictures are shown."""

import asyncio
import re
from pathlib import Path

from PIL import Image

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.pictures import codes_in
from tests.support.processes import run_script

TEXTS = {
    "QRCode": "EXT1514112860J9KW",
    "Code128": "EXT1514112860J9KW",
    "Aztec": "EXT1514112860J9KW",
    "PDF417": "EXT1514112860J9KW",
    "DataMatrix": "EXT1514112860J9KW",
    "EAN13": "5901234123457",
    "EAN8": "96385074",
    "Code39": "EXT-0007",
    "ITF": "0012345678",
}
"""By the name of the symbology, as imin states it and as the reader calls it."""

PICTURES = """{ viewer { upcomingOrderItems(first: 6) { nodes { accessPasses { url }
  order { seller { logo { url } } broker { logo { url } } }
  session { images { url thumbnails { url } } } } } } }"""


async def pictures_of(gateway: Gateway, sandbox: Sandbox, texts: dict[str, str]) -> list[str]:
    """Links to pictures of passes with these symbologies and texts: first the SVGs, then the PNGs."""
    passes = [{"type": "Barcode", "text": text, "beta:codeType": name} for name, text in texts.items()]
    item = {"type": "OrderItem", "identifier": "1", "accessPass": passes}
    order = {"type": "Order", "identifier": "p-1", "orderDate": "2026-10-31T09:00:00Z", "orderedItem": [item]}
    sandbox.put_order("1234", order)
    data = await gateway.data(
        "{ viewer { orders(first: 1) { nodes { items { "
        "accessPasses { image png: image(format: PNG) } } } } } }"
    )
    shown = data["viewer"]["orders"]["nodes"][0]["items"][0]["accessPasses"]
    return [one["image"] for one in shown] + [one["png"] for one in shown]


async def test_barcodes(folder: Path, tmp_path: Path, gateway: Gateway, sandbox: Sandbox) -> None:
    """Each kind of barcode is read from half the width of a phone's screen, on a dark page."""
    urls = await pictures_of(gateway, sandbox, TEXTS)

    seen = await asyncio.to_thread(run_script, folder, "pictures.mjs", tmp_path, "50%", *urls)

    read = [codes_in(Image.open(tmp_path / f"{number}.png")) for number in range(len(urls))]
    assert read == [[one] for one in TEXTS.items()] * 2
    assert min(seen["widths"]) >= 400


async def test_alone(folder: Path, tmp_path: Path, gateway: Gateway, sandbox: Sandbox) -> None:
    """A link that is opened by itself shows the barcode too."""
    urls = await pictures_of(gateway, sandbox, {"QRCode": "EXT1"})

    seen = await asyncio.to_thread(run_script, folder, "pictures.mjs", tmp_path, "alone", *urls)

    read = [codes_in(Image.open(tmp_path / f"{number}.png")) for number in range(len(urls))]
    assert read == [[("QRCode", "EXT1")]] * 2
    assert seen["widths"] == [200, 200]


async def test_sandbox_pictures(folder: Path, tmp_path: Path, gateway: Gateway) -> None:
    """Pictures of sessions, logos and tickets are shown, without a request to another host."""
    urls = sorted(set(re.findall(r"http[^']+\.svg", str(await gateway.data(PICTURES)))))

    seen = await asyncio.to_thread(run_script, folder, "pictures.mjs", tmp_path, "100%", *urls)

    assert {url.split("/")[4] for url in urls} == {"logos", "sessions", "tickets"}
    assert min(seen["widths"]) > 0
    assert {url.split(":")[1] for url in seen["requests"]} == {"//127.0.0.1"}
    for number, url in enumerate(urls):
        if ticket := re.search(r"/tickets/(\w+)\.svg", url):
            assert codes_in(Image.open(tmp_path / f"{number}.png")) == [("QRCode", ticket[1])]
