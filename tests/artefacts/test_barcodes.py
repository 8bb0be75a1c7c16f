"""Pictures of barcodes: each is decoded again, and holds exactly the text, or there is none."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.artefacts.barcode import choose_symbology, draw
from gateway.artefacts.picture import MAX_SIZE, MIN_SIZE, ImageFormat, picture
from gateway.imin.documents.pass_vocabulary import BarcodeSymbology
from tests.support.pictures import codes_in, on_black, png_of, quiet_zone, svg_of

ANY_TEXT = ("EXT1514112860J9KW", "0001234", "a", "~ !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}", "x" * 80)
UNICODE = ("Entry £5", "Tŷ Hafan", "20°C", "Café", "日本", "🎟 12")
TEXTS: dict[BarcodeSymbology, tuple[str, ...]] = {
    BarcodeSymbology.QR: (*ANY_TEXT, *UNICODE, "\x1d10AB\x1d", "x" * 1_000),
    BarcodeSymbology.AZTEC: (*ANY_TEXT, *UNICODE),
    BarcodeSymbology.PDF_417: (*ANY_TEXT, *UNICODE),
    BarcodeSymbology.DATA_MATRIX: (*ANY_TEXT, *UNICODE, "EXT1234567890", "E" * 60),
    BarcodeSymbology.CODE_128: ANY_TEXT,
    BarcodeSymbology.EAN_13: ("5901234123457", "0012345678905"),
    BarcodeSymbology.EAN_8: ("96385074",),
    BarcodeSymbology.CODE_39: ("ABC-123", "0007"),
    BarcodeSymbology.ITF: ("00123456", "12345678901234"),
}
ALL_TEXTS = [(symbology, text) for symbology, texts in TEXTS.items() for text in texts]
IDS = [f"{symbology.name}-{number}" for number, (symbology, _) in enumerate(ALL_TEXTS)]
QUIET_MODULES = {
    BarcodeSymbology.QR: 4,
    BarcodeSymbology.AZTEC: 2,
    BarcodeSymbology.PDF_417: 2,
    BarcodeSymbology.DATA_MATRIX: 2,
    BarcodeSymbology.CODE_128: 10,
    BarcodeSymbology.EAN_13: 7,
    BarcodeSymbology.EAN_8: 7,
    BarcodeSymbology.CODE_39: 10,
    BarcodeSymbology.ITF: 10,
}
"""White modules at the sides that the symbology demands, or more where it demands fewer than 2."""


@pytest.mark.parametrize(("symbology", "text"), ALL_TEXTS, ids=IDS)
def test_decoded(symbology: BarcodeSymbology, text: str) -> None:
    """Each symbology, as SVG and as PNG of any size, is read on a black page with exactly its text."""
    drawing = draw(text, symbology)

    assert drawing is not None
    images = [svg_of(picture(drawing, ImageFormat.SVG, 400))]
    images += [png_of(picture(drawing, ImageFormat.PNG, size)) for size in (MIN_SIZE, 301, 1_000)]
    for image in images:
        [(read_as, content)] = codes_in(on_black(image))
        assert (BarcodeSymbology.of(read_as), content) == (symbology, text)


@pytest.mark.parametrize("symbology", TEXTS, ids=lambda symbology: symbology.name)
@pytest.mark.parametrize("size", [MIN_SIZE, 65, 500, MAX_SIZE])
def test_quiet_zone(symbology: BarcodeSymbology, size: int) -> None:
    """A PNG is as wide as requested, black and white only, with whole modules and a quiet zone."""
    drawing = draw(TEXTS[symbology][0], symbology)
    assert drawing is not None

    image = png_of(picture(drawing, ImageFormat.PNG, size))

    scale = max(2, size // drawing.width)
    assert image.width == max(size, 2 * drawing.width)
    assert [value for _, value in image.getcolors() or ()] == [0, 255]
    left, top, right, bottom = quiet_zone(image)
    assert min(left, right) >= QUIET_MODULES[symbology] * scale
    assert min(top, bottom) >= 2 * scale
    assert abs((left - right) % scale) in {0, 1, scale - 1}


@pytest.mark.parametrize(
    "symbology", [BarcodeSymbology.QR, BarcodeSymbology.AZTEC, BarcodeSymbology.DATA_MATRIX]
)
def test_square(symbology: BarcodeSymbology) -> None:
    """The picture of a square symbol is square."""
    drawing = draw("EXT1234567890", symbology)
    assert drawing is not None
    assert png_of(picture(drawing, ImageFormat.PNG, 333)).size == (333, 333)


CHANGED_BY_LIBRARY = [
    (BarcodeSymbology.EAN_13, "590123412345"),  # a check digit would be added
    (BarcodeSymbology.EAN_13, "5901234123450"),  # a wrong one
    (BarcodeSymbology.EAN_13, "12345"),
    (BarcodeSymbology.EAN_8, "ABC"),
    (BarcodeSymbology.CODE_39, "Room a"),
    (BarcodeSymbology.ITF, "12345"),
    (BarcodeSymbology.CODE_128, "Entry £5"),
    (BarcodeSymbology.CODE_128, "x" * 200),
    (BarcodeSymbology.QR, "x" * 3_000),
]


@pytest.mark.parametrize(
    ("symbology", "text"),
    CHANGED_BY_LIBRARY,
    ids=[f"{symbology.name}-{number}" for number, (symbology, _) in enumerate(CHANGED_BY_LIBRARY)],
)
def test_not_changed(symbology: BarcodeSymbology, text: str) -> None:
    """A text that the symbology cannot hold as it is has no picture."""
    assert draw(text, symbology) is None


@given(st.text(min_size=1, max_size=40), st.sampled_from(list(TEXTS)))
@hypothesis_settings(max_examples=40)
def test_any_text(text: str, symbology: BarcodeSymbology) -> None:
    """Whatever the text, a picture of it is read with exactly that text, or there is none."""
    drawing = draw(text, symbology)

    if drawing is not None:
        image = png_of(picture(drawing, ImageFormat.PNG, 600))
        assert [content for _, content in codes_in(image)] == [text]


@pytest.mark.parametrize(
    ("text", "stated", "default", "shown"),
    [
        ("EXT1", None, BarcodeSymbology.QR, BarcodeSymbology.QR),
        ("EXT1", None, BarcodeSymbology.CODE_128, BarcodeSymbology.CODE_128),
        ("EXT1", BarcodeSymbology.AZTEC, BarcodeSymbology.CODE_128, BarcodeSymbology.AZTEC),
        ("EXT1", BarcodeSymbology.UNKNOWN, BarcodeSymbology.CODE_128, BarcodeSymbology.CODE_128),
        ("EXT1", BarcodeSymbology.EAN_13, BarcodeSymbology.CODE_128, BarcodeSymbology.CODE_128),
        ("£5", BarcodeSymbology.CODE_128, BarcodeSymbology.CODE_128, BarcodeSymbology.QR),
        ("x" * 90, BarcodeSymbology.CODE_128, BarcodeSymbology.QR, BarcodeSymbology.CODE_128),
        ("x" * 200, BarcodeSymbology.CODE_128, BarcodeSymbology.QR, BarcodeSymbology.QR),
        ("x" * 5_000, BarcodeSymbology.QR, BarcodeSymbology.QR, None),
        ("", BarcodeSymbology.QR, BarcodeSymbology.QR, None),
        (None, BarcodeSymbology.QR, BarcodeSymbology.QR, None),
    ],
)
def test_choice(
    text: str | None,
    stated: BarcodeSymbology | None,
    default: BarcodeSymbology,
    shown: BarcodeSymbology | None,
) -> None:
    """The stated symbology is shown if it can hold the text, otherwise the default, otherwise QR."""
    assert choose_symbology(text, stated, default) is shown


def test_always_fits() -> None:
    """Texts that are said to fit without being drawn can be drawn."""
    printable = "".join(map(chr, range(32, 127)))
    for symbology, length in ((BarcodeSymbology.CODE_128, 80), *((one, 500) for one in _MATRIX)):
        for text in ((printable * 6)[:length], "Aa0~" * (length // 4), "~" * length):
            assert choose_symbology(text, symbology, BarcodeSymbology.QR) is symbology
            assert draw(text, symbology) is not None


_MATRIX = (
    BarcodeSymbology.QR,
    BarcodeSymbology.AZTEC,
    BarcodeSymbology.PDF_417,
    BarcodeSymbology.DATA_MATRIX,
)


@pytest.mark.parametrize(
    ("name", "symbology"),
    [
        *((name, "QR") for name in ("QR", "qr", "QRCode", "qr-code", "QR Code", "QR_CODE", "org.iso.QRCode")),
        *((name, "QR") for name in ("https://openactive.io/QRCode", "https://example.com/codes#qr_code")),
        *((name, "CODE_128") for name in ("code128", "CODE-128", "Code 128", "Code_128", "code128B")),
        *(
            (name, "CODE_128")
            for name in ("beta:Code128", "PKBarcodeFormatCode128", "BarcodeFormat.CODE_128")
        ),
        *((name, "AZTEC") for name in ("Aztec", "AztecCode", "AZTEC_CODE")),
        *((name, "PDF_417") for name in ("PDF417", "pdf-417", "PDF_417", "PKBarcodeFormatPDF417")),
        *((name, "DATA_MATRIX") for name in ("DataMatrix", "data-matrix", "Data Matrix", "DATA_MATRIX")),
        *((name, "EAN_13") for name in ("EAN13", "ean-13", "EAN_13", "EAN", "gtin13")),
        *((name, "EAN_8") for name in ("EAN8", "ean-8")),
        *((name, "CODE_39") for name in ("Code39", "code-39", "Code 3 of 9")),
        *((name, "ITF") for name in ("ITF", "Interleaved 2 of 5", "interleaved2of5")),
        *((name, "UNKNOWN") for name in ("rfid", "MaxiCode", "code", "é")),
    ],
)
def test_names(name: str, symbology: str) -> None:
    """Symbologies are known by the names that systems give them, in any case, with or without signs."""
    named = BarcodeSymbology.of(name)

    assert named is not None
    assert named.name == symbology


@pytest.mark.parametrize("name", [None, "", " ", "/", "#"])
def test_no_name(name: str | None) -> None:
    """A blank name states no symbology."""
    assert BarcodeSymbology.of(name) is None
