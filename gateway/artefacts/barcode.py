"""Barcodes of access passes: which symbology shows a text, and the picture.

A picture holds exactly the text that imin states, or there is none. zxing-cpp draws without complaint what it
has to change first: a check digit is added, small letters become capitals. So what it encoded is compared.
"""

from functools import lru_cache

from msgspec import Struct

from gateway.imin.documents.pass_vocabulary import BarcodeSymbology

_CACHED_CHOICES = 4_096
_CACHED_DRAWINGS = 64

_FORMATS = {
    BarcodeSymbology.QR: "QRCode",
    BarcodeSymbology.CODE_128: "Code128",
    BarcodeSymbology.AZTEC: "Aztec",
    BarcodeSymbology.PDF_417: "PDF417",
    BarcodeSymbology.DATA_MATRIX: "DataMatrix",
    BarcodeSymbology.EAN_13: "EAN13",
    BarcodeSymbology.EAN_8: "EAN8",
    BarcodeSymbology.CODE_39: "Code39",
    BarcodeSymbology.ITF: "ITF",
}
"""zxing-cpp's names of the symbologies that it draws."""

_OPTIONS: dict[BarcodeSymbology, dict[str, object]] = {
    BarcodeSymbology.QR: {"ec_level": "M"},
    # Otherwise short texts become rectangles, which not every reader finds.
    BarcodeSymbology.DATA_MATRIX: {"force_square": True},
}
"""Unknown options are ignored by zxing-cpp, so these are all there are."""

_MATRIX = {
    BarcodeSymbology.QR,
    BarcodeSymbology.AZTEC,
    BarcodeSymbology.PDF_417,
    BarcodeSymbology.DATA_MATRIX,
}
"""Symbologies that hold any text. The others hold ASCII at most: Latin-1 in Code 128 is not read reliably."""

_LINEAR_MARGIN = (0, 5)
_MARGINS = {
    BarcodeSymbology.QR: (0, 0),
    BarcodeSymbology.AZTEC: (2, 2),
    BarcodeSymbology.PDF_417: (0, 0),
    BarcodeSymbology.DATA_MATRIX: (1, 1),
}
"""White modules besides the quiet zone: at each side, and above and below."""

_ALWAYS_FIT = {BarcodeSymbology.CODE_128: 80} | dict.fromkeys(_MATRIX, 500)
"""Length of printable ASCII that always fits: most queries need not load zxing-cpp to know it."""


class Drawing(Struct, frozen=True):
    """A barcode in modules, with its quiet zone. rows: 0 is black, 255 white; all of the same length."""

    rows: tuple[bytes, ...]

    @property
    def width(self) -> int:
        """Number of modules in a row."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.rows)


def choose_symbology(
    text: str | None, stated: BarcodeSymbology | None, default: BarcodeSymbology
) -> BarcodeSymbology | None:
    """The symbology that shows the text: the stated one, otherwise the default, otherwise QR.

    None if there is no text, or if it fits none of them.
    """
    if not text:
        return None
    for symbology in (stated, default, BarcodeSymbology.QR):
        if symbology is not None and _holds(text, symbology):
            return symbology
    return None


def _holds(text: str, symbology: BarcodeSymbology) -> bool:
    if len(text) <= _ALWAYS_FIT.get(symbology, 0) and text.isascii() and text.isprintable():
        return True
    return symbology in _FORMATS and _is_drawable(text, symbology)


@lru_cache(_CACHED_CHOICES)
def _is_drawable(text: str, symbology: BarcodeSymbology) -> bool:
    return draw(text, symbology) is not None


@lru_cache(_CACHED_DRAWINGS)
def draw(text: str, symbology: BarcodeSymbology) -> Drawing | None:
    """The text as a barcode; None if the symbology cannot hold exactly this text."""
    # Imported when first needed: few processes draw.
    import zxingcpp  # noqa: PLC0415

    if not text.isascii() and symbology not in _MATRIX:
        return None
    options = _OPTIONS.get(symbology, {})
    if not text.isascii():
        # Without it, readers guess the encoding: a £ becomes a Japanese letter.
        options = options | {"eci": "UTF-8"}
    try:
        encoded = text.encode()
        code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, _FORMATS[symbology]), **options)
    except (ValueError, RuntimeError):  # too long, or letters that it does not have
        return None
    if code.bytes != encoded:
        return None
    image = code.to_image(scale=1, add_quiet_zones=True)
    height, width = image.shape
    pixels = bytes(memoryview(image))  # type: ignore[arg-type]  # its stubs do not say that it is a buffer
    rows = tuple(pixels[start : start + width] for start in range(0, height * width, width))
    return Drawing(_with_margins(rows, *_MARGINS.get(symbology, _LINEAR_MARGIN)))


def _with_margins(rows: tuple[bytes, ...], sides: int, ends: int) -> tuple[bytes, ...]:
    side, blank = b"\xff" * sides, b"\xff" * (len(rows[0]) + 2 * sides)
    return (blank,) * ends + tuple(side + row + side for row in rows) + (blank,) * ends
