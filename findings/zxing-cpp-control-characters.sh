#!/bin/sh
# Package: zxing-cpp 3.1.1 (PyPI).
# Most expect: the text of a barcode, as made and as read, is the text that was encoded. So comparing it with what was asked
#   for finds every change that the library made, and finds none where it made none.
# Seen: control characters are shown as their names: of "10AB\x1d21CD", GS1's separator between two elements, the text is
#   "10AB<GS>21CD", which another barcode may hold literally: two different tickets have the same text. `bytes` has what is
#   encoded. A line feed is shown as itself.
# Source: zxing-cpp, core/src/Content.h and TextMode: the default is HRI; create_barcode has no option for it, only
#   read_barcodes has (text_mode=TextMode.Plain).
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "zxing-cpp==3.1.1" "numpy==2.4.6"
"$directory/venv/bin/python" - <<'PYTHON'
import numpy
import zxingcpp

QR = zxingcpp.BarcodeFormat.QRCode


def made(text):
    return zxingcpp.create_barcode(text, QR, ec_level="M")


def read(text, **options):
    [code] = zxingcpp.read_barcodes(numpy.array(made(text).to_image(scale=4)), formats=QR, **options)
    return code


separator, literal = "10AB\x1d21CD", "10AB<GS>21CD"
print("made:", made(separator).text, made(separator).bytes)
print("read:", read(separator).text, read(separator).bytes)
assert made(separator).text == made(literal).text == read(separator).text == read(literal).text == literal
assert made(separator).bytes == read(separator).bytes == separator.encode()
assert made(literal).bytes == read(literal).bytes == literal.encode()
assert read(separator, text_mode=zxingcpp.TextMode.Plain).text == separator
assert made("10AB\n21CD").text == "10AB\n21CD"
PYTHON
