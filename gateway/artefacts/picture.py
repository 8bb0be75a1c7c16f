"""Drawings of barcodes as SVG and PNG, always black on white: on a dark page, most scanners need that."""

import struct
import zlib
from enum import Enum
from itertools import groupby
from typing import Self

from gateway.artefacts.barcode import Drawing

MIN_SIZE = 64
MAX_SIZE = 2_048
DEFAULT_SIZE = 400

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FASTEST = 1
_MIN_PIXELS = 2


class ImageFormat(Enum):
    """File format of a picture."""

    description: str
    media_type: str

    def __new__(cls, value: str, media_type: str, description: str) -> Self:
        """value: its name in links."""
        member = object.__new__(cls)
        member._value_ = value
        member.media_type, member.description = media_type, description
        return member

    SVG = "svg", "image/svg+xml", "Scalable Vector Graphics, sharp at any size."
    PNG = "png", "image/png", "Portable Network Graphics, for programs that show no SVG."


FORMATS = {image_format.value: image_format for image_format in ImageFormat}


def picture(drawing: Drawing, image_format: ImageFormat, size: int) -> bytes:
    """The drawing as a file. size: width in pixels, MIN_SIZE to MAX_SIZE.

    A PNG has whole pixels for each module, with more white at its sides where the width is no multiple of
    them. It is wider than `size` if it would have fewer than two for each: cameras need them.
    """
    return _svg(drawing, size) if image_format is ImageFormat.SVG else _png(drawing, size)


def _svg(drawing: Drawing, size: int) -> bytes:
    width, height = drawing.width, drawing.height
    bars, top = [], 0
    for row, same in groupby(drawing.rows):
        lines = sum(1 for _ in same)
        bars += [f"M{left} {top}h{length}v{lines}h-{length}z" for left, length in _runs(row)]
        top += lines
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{size}" height="{round(size * height / width, 2):g}">'
        f'<path fill="#fff" d="M0 0h{width}v{height}H0z"/><path fill="#000" d="{"".join(bars)}"/></svg>\n'
    ).encode()


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Start and length of each sequence of black modules."""
    runs, start = [], 0
    for colour, same in groupby(row):
        length = sum(1 for _ in same)
        if colour == 0:
            runs.append((start, length))
        start += length
    return runs


def _png(drawing: Drawing, size: int) -> bytes:
    """One bit a pixel. Source: W3C, Portable Network Graphics."""
    scale = max(_MIN_PIXELS, size // drawing.width)
    width = max(size, scale * drawing.width)
    left = (width - scale * drawing.width) // 2
    right = width - scale * drawing.width - left
    top, bottom = (left, right) if drawing.width == drawing.height else (0, 0)
    blank = _bits(b"\xff" * width)
    lines = [blank] * top
    for row, same in groupby(drawing.rows):
        pixels = b"".join(bytes((module,)) * scale for module in row)
        line = _bits(b"\xff" * left + pixels + b"\xff" * right)
        lines += [line] * scale * sum(1 for _ in same)
    lines += [blank] * bottom
    header = struct.pack(">IIBBBBB", width, len(lines), 1, 0, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + line for line in lines), _FASTEST)
    return PNG_SIGNATURE + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", content) + png_chunk(b"IEND", b"")


def _bits(pixels: bytes) -> bytes:
    """Grey values as bits, most significant first; the last byte is filled up with black."""
    digits = pixels.translate(_AS_DIGITS).decode().ljust(-len(pixels) // 8 * -8, "0")
    return int(digits, 2).to_bytes(len(digits) // 8)


_AS_DIGITS = bytes.maketrans(b"\0\xff", b"01")


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file. kind: its four letters."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
