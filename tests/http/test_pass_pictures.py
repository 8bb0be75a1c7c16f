"""Pictures of access passes: what they show, who may open them, and what they cost imin: nothing."""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yarl
from pydantic import SecretStr

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.sandbox.faults.faults import Fault
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.pictures import codes_in, on_black, png_of, svg_of

LINK = re.compile(
    r"http://127\.0\.0\.1:\d+/passes/([A-Za-z0-9_-]+)"
    r"\?format=(svg|png)&size=(\d+)&ends=(\d+)&signature=([0-9a-f]{32})"
)
CUSTOMERS = ("1234", "small", "facility", "virtual", "group", "receipts", "statuses", "abc")
EXPIRED = "This link has expired. Please query the pass's image again."


async def no_caller(_request: object) -> None:
    return None


def put_pass(sandbox: Sandbox, *passes: Any, member: str = "accessPass") -> None:
    """Give customer `small` a newest order whose only item has these passes."""
    item = {
        "type": "OrderItem",
        "identifier": "1",
        "orderItemStatus": "OrderItemConfirmed",
        member: list(passes),
    }
    order = {"type": "Order", "identifier": "p-1", "orderDate": "2026-10-31T09:00:00Z", "orderedItem": [item]}
    sandbox.put_order("small", order)


async def passes_of(gateway: Gateway, fields: str, **variables: Any) -> list[dict[str, Any]]:
    """Fields of the passes of customer `small`'s newest order."""
    declared = "".join(f"${name}: {kind}, " for name, (kind, _) in variables.items())
    data = await gateway.data(
        f'query Passes{f"({declared})" if declared else ""} {{ customer(identifier: "small") {{ '
        f"orders(first: 1) {{ nodes {{ items {{ accessPasses {{ {fields} }} }} }} }} }} }}",
        **{name: value for name, (_, value) in variables.items()},
    )
    passes: list[dict[str, Any]] = data["customer"]["orders"]["nodes"][0]["items"][0]["accessPasses"]
    return passes


async def link(gateway: Gateway, sandbox: Sandbox, text: str = "EXT1", field: str = "image") -> str:
    put_pass(sandbox, {"type": "Barcode", "text": text})
    [shown] = await passes_of(gateway, field)
    return str(shown["image"])


async def fetched(gateway: Gateway, url: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body of the response."""
    async with gateway.http.get(yarl.URL(url, encoded=True), headers=headers) as response:
        return response.status, response.headers, await response.read()


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


# Who may open a picture


async def test_expired(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Without a token, a link opens for five minutes; the address alone does not. A person gets a page."""
    async with gateway_listening(settings, no_caller, sandbox.clock.now) as url:
        signed = url + (await link(gateway, sandbox)).removeprefix(gateway.url)
        sandbox.request_log.clear()
        answers = []
        for address, seconds in ((signed, 0), (signed.partition("?")[0], 0), (signed, 300), (signed, 1)):
            sandbox.clock.advance(seconds)
            answers.append(await fetched(gateway, address))
        page = await fetched(gateway, signed, Accept="text/html")

    assert [status for status, _, _ in answers] == [200, 401, 200, 403]
    assert answers[2][1]["Cache-Control"] == "private, max-age=0"
    assert json.loads(answers[3][2]) == {
        "errors": [{"message": EXPIRED, "extensions": {"code": "FORBIDDEN"}}]
    }
    assert page[0] == 403
    assert b"<h1>This link has expired</h1>" in page[2]
    assert sandbox.request_log.entries == []


async def test_bearer(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """The customer's token opens the picture at any time and size; another customer's finds nothing."""
    match = LINK.fullmatch(await link(gateway, sandbox))
    assert match is not None
    sandbox.request_log.clear()

    async def caller(request: Any) -> Caller | None:
        name = request.headers.get("Authorization")
        return Caller(name) if name else None

    async with gateway_listening(settings, caller, sandbox.clock.now) as url:
        sandbox.clock.advance(86_400)
        path = f"{url}/passes/{match[1]}"
        own = await fetched(gateway, f"{path}?format=png&size=200", Authorization="small")
        plain = await fetched(gateway, path, Authorization="small")
        foreign = await fetched(gateway, path, Authorization="1234")
        missing = await fetched(gateway, f"{url}/passes/nonsense", Authorization="1234")
        refused = [
            await fetched(gateway, f"{path}?{query}", Authorization="small")
            for query in (
                "format=gif",
                "size=63",
                "size=2049",
                "size=-64",
                "size=%D9%A3%D9%A3%D9%A3",
                "size=1e2",
            )
        ]

    assert codes_in(png_of(own[2])) == [("QRCode", "EXT1")]
    assert own[1]["Cache-Control"] == "private, no-cache"
    assert plain[1]["Content-Type"] == "image/svg+xml"
    assert (foreign[0], foreign[2]) == (missing[0], missing[2])
    assert foreign[0] == 404
    assert {status for status, _, _ in refused} == {400}
    assert sandbox.request_log.entries == []


async def test_unknown_owner(gateway: Gateway, sandbox: Sandbox, settings: Settings) -> None:
    """A pass of an order that a service requested by imin's identifier has a link too, but no customer's."""
    put_pass(sandbox, {"type": "Barcode", "text": "EXT1"})

    async def service(_request: object) -> Caller:
        return Caller(None, may_name_any_customer=True, name="service")

    async def small(_request: object) -> Caller:
        return Caller("small")

    async with gateway_listening(settings, service, sandbox.clock.now) as url:
        query = '{ order(identifier: "p-1") { items { accessPasses { image } } } }'
        order = (await Gateway(url, gateway.http).data(query))["order"]
        signed = order["items"][0]["accessPasses"][0]["image"]
        own = await fetched(gateway, signed.partition("?")[0])
    async with gateway_listening(settings, small, sandbox.clock.now) as url:
        path = url + signed[signed.index("/passes") :]
        linked, foreign = await fetched(gateway, path), await fetched(gateway, path.partition("?")[0])

    assert (own[0], linked[0], foreign[0]) == (200, 200, 404)


async def test_tampered(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """A link opens only unchanged: no part may be altered, repeated, left out or taken from another link."""
    match = LINK.fullmatch(await link(gateway, sandbox))
    other = LINK.fullmatch(await link(gateway, sandbox, "EXT2"))
    assert match is not None
    assert other is not None
    id_, _, size, ends, signature = match.groups()
    query = f"format=svg&size={size}&ends={ends}"
    order = (await gateway.data('{ customer(identifier: "small") { id } }'))["customer"]["id"]
    tampered = [
        f"{other[1]}?{query}&signature={signature}",
        f"{id_[:-1]}?{query}&signature={signature}",
        f"{id_}%3D?{query}&signature={signature}",
        f"{id_}?{query}&signature=",
        f"{id_}?{query}&signature={signature[:-1]}",
        f"{id_}?{query}&signature={signature}0",
        f"{id_}?{query}&signature={signature.upper()}",
        f"{id_}?{query}&signature={other[5]}",
        f"{id_}?{query.replace('400', '2048')}&signature={signature}",
        f"{id_}?{query.replace('svg', 'png')}&signature={signature}",
        f"{id_}?format=svg&size={size}&ends=9999999999&signature={signature}",
        f"{id_}?ends=9999999999&{query}&signature={signature}",
        f"{id_}?{query}&signature={signature}&ends=9999999999",
        f"{id_}?signature={signature}",
        f"{order}?{query}&signature={signature}",
        *(
            f"{id_[:at]}{_other(id_[at])}{id_[at + 1 :]}?{query}&signature={signature}"
            for at in range(len(id_))
        ),
    ]
    async with gateway_listening(settings, no_caller, sandbox.clock.now) as url:
        sandbox.request_log.clear()
        statuses = {(await fetched(gateway, f"{url}/passes/{path}"))[0] for path in tampered}
        whole = await fetched(gateway, f"{url}/passes/{id_}?{query}&signature={signature}")

    assert statuses == {404}
    assert whole[0] == 200
    assert sandbox.request_log.entries == []


def _other(character: str) -> str:
    return "A" if character != "A" else "B"


async def test_rotation(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Links outlive the rotation of a secret, until the old one is removed."""
    old, new = SecretStr("old-secret-of-32-characters-or-so"), SecretStr("new-secret-of-32-characters-or-so")
    statuses = []
    async with gateway_listening(settings.but(id_secret=(old,)), demo, sandbox.clock.now) as url:
        signed = await link(Gateway(url, gateway.http), sandbox)
        path = signed.removeprefix(url)
    for secrets in ((new, old), (new,)):
        changed = settings.but(id_secret=secrets)
        async with gateway_listening(changed, no_caller, sandbox.clock.now) as url:
            statuses.append((await fetched(gateway, url + path))[0])

    assert statuses == [200, 404]


async def demo(_request: object) -> Caller:
    return Caller("small", may_name_any_customer=True)


async def test_outage(gateway: Gateway, sandbox: Sandbox) -> None:
    """At the door, a picture opens also while imin is down."""
    url = await link(gateway, sandbox, field="image(format: PNG)")
    sandbox.faults.add(Fault("*", "500", times=None))
    sandbox.request_log.clear()

    status, _, content = await fetched(gateway, url)

    assert status == 200
    assert codes_in(png_of(content)) == [("QRCode", "EXT1")]
    assert sandbox.request_log.entries == []


async def test_logs(gateway: Gateway, sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """The log holds neither the text of a barcode nor the link."""
    url = await link(gateway, sandbox, "SECRETCODE")
    match = LINK.fullmatch(url)
    assert match is not None
    await fetched(gateway, url)
    await fetched(gateway, url + "x")

    logged = "".join(capfd.readouterr())

    assert "GET /passes/{id}" in logged
    assert "SECRETCODE" not in logged
    assert match[1] not in logged
    assert match[5] not in logged
