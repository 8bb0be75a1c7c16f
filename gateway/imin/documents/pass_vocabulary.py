"""What access passes are, and the symbologies of their barcodes."""

import re
from functools import lru_cache
from typing import Self

from gateway.hints import pure
from gateway.imin.documents.vocabulary import Term
from gateway.imin.jsonld import iri_tail

_CACHE_SIZE = 256
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_PREFIX = re.compile(r"^(orgiso|(pk)?barcodeformat)")
_SUFFIX = re.compile(r"(code|barcode|symbol)$")


class AccessPassType(Term):
    """Kind of access pass."""

    BARCODE = "Barcode", "A barcode: its content, perhaps with a picture of it."
    IMAGE_OBJECT = "ImageObject", "A picture or PDF, for example of a ticket."
    UNKNOWN = "UNKNOWN", "A kind that this version of the gateway does not know; see type."


class BarcodeSymbology(Term):
    """How a barcode is drawn. Names of symbologies follow no standard, so they are compared loosely."""

    QR = "QR", "QR Code.", "qrcode2005", "qrcodemodel2"
    CODE_128 = "Code128", "Code 128.", "code128a", "code128b", "code128c", "c128"
    AZTEC = "Aztec", "Aztec Code."
    PDF_417 = "PDF417", "PDF417."
    DATA_MATRIX = "DataMatrix", "Data Matrix, square.", "datamatrixecc200", "ecc200"
    EAN_13 = "EAN13", "EAN-13: 13 digits, the last of them a check digit.", "ean", "gtin13"
    EAN_8 = "EAN8", "EAN-8: 8 digits, the last of them a check digit.", "gtin8"
    CODE_39 = "Code39", "Code 39: capital letters, digits and a few signs.", "code3of9", "3of9"
    ITF = "ITF", "Interleaved 2 of 5: an even number of digits.", "interleaved2of5", "i2of5"
    UNKNOWN = "UNKNOWN", "A symbology that this version of the gateway does not know; see codeType."

    @classmethod
    @pure
    def of(cls, text: str | None) -> Self | None:
        """The symbology that a text names, for example `code128`, `CODE-128` or `https://…#QRCode`."""
        return _symbology(text) if text else None


@pure
@lru_cache(_CACHE_SIZE)
def _symbology(text: str) -> BarcodeSymbology | None:
    name = iri_tail(text)
    return _SYMBOLOGIES.get(_plain(name), BarcodeSymbology.UNKNOWN) if name else None


def _plain(name: str) -> str:
    """A name without what spellings differ in: `Aztec Code` → `aztec`."""
    letters = _NOT_IN_NAMES.sub("", name.casefold())
    return _SUFFIX.sub("", _PREFIX.sub("", letters)) or letters


_SYMBOLOGIES = {_plain(name): term for term in BarcodeSymbology for name in (term.value, *term.older)}
