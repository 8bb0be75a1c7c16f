"""Pictures of access passes: what they show, and what they cost imin: nothing."""

import asyncio

import pytest

from gateway.sandbox import Sandbox
from gateway.sandbox.faults.faults import Fault
from tests.conftest import Gateway
from tests.support.passes import LINK, fetched, link, passes_of, put_pass
from tests.support.pictures import codes_in, on_black, png_of, svg_of

CUSTOMERS = ("1234", "small", "facility", "virtual", "group", "receipts", "statuses", "abc")


async def test_shown(gateway: Gateway, sandbox: Sandbox) -> None:
    """A barcode has a picture, as SVG and as PNG; the links show neither text nor customer."""
    barcode = {
        "type": "Barcode",
        "text": "EXT15141128",
        "beta:codeType": "code128",
        "url": "https://x.example/1",
    }
    put_pass(sandbox, barcode, {"type": "ImageObject", "url": "https://x.example/2"})
    sandbox.request_log.clear()

    shown = await passes_of(
        gateway,
        "passType symbology imageSymbology image png: image(format: PNG, size: 500) url imageExpiresAt",
    )

    assert sandbox.request_log.counts() == {"GET /orders": 1}
    pictures = [LINK.fullmatch(shown[0].pop(name)) for name in ("image", "png")]
    assert shown == [
        {
            "passType": "BARCODE",
            "symbology": "CODE_128",
            "imageSymbology": "CODE_128",
            "url": "https://x.example/1",
            "imageExpiresAt": "2026-11-01T09:05:00+00:00",
        },
        {
            "passType": "IMAGE_OBJECT",
            "symbology": None,
            "imageSymbology": None,
            "image": None,
            "png": None,
            "url": "https://x.example/2",
            "imageExpiresAt": None,
        },
    ]
    for match, asked, read in zip(pictures, (("svg", "400"), ("png", "500")), (svg_of, png_of), strict=True):
        assert match is not None
        assert match.groups()[1:4] == (*asked, str(1_793_523_900))
        assert b"EXT15141128" not in match[0].encode()
        status, _, content = await fetched(gateway, match[0])
        assert status == 200
        assert codes_in(on_black(read(content))) == [("Code128", "EXT15141128")]
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_headers(gateway: Gateway, sandbox: Sandbox) -> None:
    """A picture may be cached until its link expires, is not sent twice, and can run nothing."""
    url = await link(gateway, sandbox)

    _, headers, _ = await fetched(gateway, url)

    assert headers["Content-Type"] == "image/svg+xml"
    assert headers["Cache-Control"] == "private, max-age=300"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    again = await fetched(gateway, url, **{"If-None-Match": headers["ETag"]})
    assert (again[0], again[2]) == (304, b"")
    assert again[1]["ETag"] == headers["ETag"]
    other = await fetched(gateway, url, **{"If-None-Match": '"other"'})
    assert other[0] == 200


@pytest.mark.parametrize("customer", CUSTOMERS)
async def test_sandbox_passes(gateway: Gateway, customer: str) -> None:
    """Every pass of the sandbox that has a text has a picture of exactly that text."""
    data = await gateway.data(
        "query Passes($customer: ID!) { customer(identifier: $customer) { orders(first: 40) { nodes { items "
        "{ accessPasses { text url codeType image(format: PNG) } } } } } }",
        customer=customer,
    )
    passes = [
        one
        for order in data["customer"]["orders"]["nodes"]
        for item in order["items"]
        for one in item["accessPasses"]
    ]
    with_text = [one for one in passes if one["text"]]
    pictures = await asyncio.gather(*(fetched(gateway, one["image"]) for one in with_text))

    assert [one for one in passes if not one["text"] and (one["image"] or not one["url"])] == []
    for one, (status, _, content) in zip(with_text, pictures, strict=True):
        assert status == 200
        symbology = "Code128" if one["codeType"] else "QRCode"
        assert codes_in(png_of(content)) == [(symbology, one["text"])]


@pytest.mark.settings(default_barcode="CODE_128")
async def test_default_barcode(gateway: Gateway, sandbox: Sandbox) -> None:
    """The operator chooses the barcode of passes without a symbology; one that imin states is shown."""
    put_pass(
        sandbox,
        {"type": "Barcode", "text": "EXT1"},
        {"type": "Barcode", "text": "EXT2", "beta:codeType": "QRCode"},
        {"type": "Barcode", "text": "EXT3", "beta:codeType": "rfid"},
        {"type": "Barcode", "text": "Tŷ £4"},
        {"type": "Barcode", "text": "12", "beta:codeType": "EAN-13"},
        {"type": "Barcode", "text": "x" * 3_000},
        member="accessToken",
    )

    shown = await passes_of(gateway, "symbology imageSymbology image(format: PNG)")

    assert [(one["symbology"], one["imageSymbology"]) for one in shown] == [
        (None, "CODE_128"),
        ("QR", "QR"),
        ("UNKNOWN", "CODE_128"),
        (None, "QR"),
        ("EAN_13", "CODE_128"),
        (None, None),
    ]
    pictures = [await fetched(gateway, one["image"]) for one in shown[:-1]]
    assert [codes_in(png_of(content)) for _, _, content in pictures] == [
        [("Code128", "EXT1")],
        [("QRCode", "EXT2")],
        [("Code128", "EXT3")],
        [("QRCode", "Tŷ £4")],
        [("Code128", "12")],
    ]
    assert shown[-1]["image"] is None


async def test_account(gateway: Gateway, sandbox: Sandbox) -> None:
    """Membership cards of an account have pictures too."""
    data = await gateway.data('{ customer(identifier: "abc") { accessPasses { text image(format: PNG) } } }')
    [card] = data["customer"]["accessPasses"]
    sandbox.request_log.clear()

    _, _, content = await fetched(gateway, card["image"])

    assert codes_in(png_of(content)) == [("QRCode", "ABC123DEF")]
    assert sandbox.request_log.entries == []


async def test_changed_pass(gateway: Gateway, sandbox: Sandbox) -> None:
    """After a pass was changed, its picture shows the new code; the same pass has the same address."""
    first, again = await link(gateway, sandbox, "EXT1"), await link(gateway, sandbox, "EXT1")
    changed = await link(gateway, sandbox, "EXT2", "image(format: PNG)")

    _, _, content = await fetched(gateway, changed)

    assert first == again
    assert codes_in(png_of(content)) == [("QRCode", "EXT2")]


async def test_longest_text(gateway: Gateway, sandbox: Sandbox) -> None:
    """The longest text that a QR code can hold fits into a link; with one letter more there is no picture."""
    url = await link(gateway, sandbox, "x" * 2_331, "image(format: PNG, size: 1000)")
    put_pass(sandbox, {"type": "Barcode", "text": "x" * 2_332})

    _, _, content = await fetched(gateway, url)

    assert codes_in(png_of(content)) == [("QRCode", "x" * 2_331)]
    assert await passes_of(gateway, "image imageSymbology") == [{"image": None, "imageSymbology": None}]


@pytest.mark.parametrize("size", [0, 63, 2_049, -400])
async def test_size_refused(gateway: Gateway, sandbox: Sandbox, size: int) -> None:
    """A size out of bounds is an error of its field, written in the query or in a variable."""
    put_pass(sandbox, {"type": "Barcode", "text": "EXT1"})
    query = (
        'query Sized($size: Int) {{ customer(identifier: "small") {{ orders(first: 1) {{ nodes {{ items {{ '
        "accessPasses {{ text image(size: {}) }} }} }} }} }} }}"
    )

    for answer in (
        await gateway.answer(query.format(size).replace("($size: Int)", "")),
        await gateway.answer(query.format("$size"), size=size),
    ):
        [item] = answer["data"]["customer"]["orders"]["nodes"][0]["items"]
        assert item == {"accessPasses": [{"text": "EXT1", "image": None}]}
        [error] = answer["errors"]
        assert error["message"] == f"size must be 64 to 2,048, got {size}."
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_variables(gateway: Gateway, sandbox: Sandbox) -> None:
    """Format and size may be variables, and null means the default."""
    put_pass(sandbox, {"type": "Barcode", "text": "EXT1"})

    [shown] = await passes_of(
        gateway,
        "a: image(format: $f, size: $s) b: image(format: PNG, size: 64) "
        "c: image(format: null, size: null) d: image",
        f=("ImageFormat", "PNG"),
        s=("Int", 64),
    )

    assert shown["a"] == shown["b"]
    assert shown["c"] == shown["d"]


async def test_outage(gateway: Gateway, sandbox: Sandbox) -> None:
    """At the door, a picture opens also while imin is down."""
    url = await link(gateway, sandbox, field="image(format: PNG)")
    sandbox.faults.add(Fault("*", "500", times=None))
    sandbox.request_log.clear()

    status, _, content = await fetched(gateway, url)

    assert status == 200
    assert codes_in(png_of(content)) == [("QRCode", "EXT1")]
    assert sandbox.request_log.entries == []
