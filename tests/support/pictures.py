"""Reading pictures of barcodes as a scanner does: from pixels."""

import io
import re

import zxingcpp
from PIL import Image

_SVG = re.compile(
    r'<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="0 0 (\d+) (\d+)" width="(\d+)" height="([\d.]+)">'
    r'<path fill="#fff" d="M0 0h(\d+)v(\d+)H0z"/><path fill="#000" d="([^"]+)"/></svg>\n'
)
_BAR = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z")
_PIXELS_PER_MODULE = 3


def codes_in(image: Image.Image) -> list[tuple[str, str]]:
    """Symbology and content of each barcode in an image. Control characters are read as they are."""
    found = zxingcpp.read_barcodes(image.convert("L"))
    return [(one.format.name, one.bytes.decode()) for one in found]


def png_of(content: bytes) -> Image.Image:
    """A PNG file as an image."""
    image = Image.open(io.BytesIO(content), formats=["PNG"])
    image.load()
    return image.convert("L")


def svg_of(content: bytes) -> Image.Image:
    """One of our SVG files as an image of whole modules; the test of its real look needs a browser."""
    svg = _SVG.fullmatch(content.decode())
    assert svg is not None
    width, height = int(svg[1]), int(svg[2])
    assert (svg[5], svg[6]) == (svg[1], svg[2])  # all of it is white
    assert abs(float(svg[4]) / float(svg[3]) - height / width) < 0.01
    image = Image.new("L", (width, height), 255)
    for bar in _BAR.finditer(svg[7]):
        left, top, length, lines, back = map(int, bar.groups())
        assert length == back
        image.paste(0, (left, top, left + length, top + lines))
    assert _BAR.sub("", svg[7]) == ""
    return image.resize((width * _PIXELS_PER_MODULE, height * _PIXELS_PER_MODULE), Image.Resampling.NEAREST)


def on_black(image: Image.Image) -> Image.Image:
    """The image in the middle of a black page."""
    page = Image.new("L", (image.width + 200, image.height + 200), 0)
    page.paste(image, (100, 100))
    return page


def quiet_zone(image: Image.Image) -> tuple[int, int, int, int]:
    """White pixels between the edges and the code: left, top, right, bottom."""
    box = image.point(lambda value: 255 - value).getbbox()
    assert box is not None
    return box[0], box[1], image.width - box[2], image.height - box[3]
