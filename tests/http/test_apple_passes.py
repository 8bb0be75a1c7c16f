"""OrderItem.walletPass.appleUrl: a signed pass for Apple Wallet, behind a signed link that expires."""

import asyncio
import hashlib
import io
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yarl
from PIL import Image
from pydantic import SecretStr

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.loader import InvalidSettings, load_settings, risky_settings
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_receipt_links import no_caller
from tests.support.calendars import CUSTOMER, book
from tests.support.wallets import (
    PASS_TYPE,
    TEAM,
    apple_pems,
    apple_settings,
    files_of,
    google_key,
    pass_of,
    private_pem,
    rsa_key,
)

ITEMS = """query ($order: ID!) { order(identifier: $order) { id items {
  id walletPass { appleUrl googleUrl } } } }"""
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl program")


@pytest.fixture
async def apple(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose operator has a certificate for Apple Wallet."""
    async with gateway_listening(apple_settings(settings), demo_caller, sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


async def link(gateway: Gateway, order: str) -> str:
    [item] = (await gateway.data(ITEMS, order=order))["order"]["items"]
    return str(item["walletPass"]["appleUrl"])


async def download(gateway: Gateway, url: str) -> bytes:
    async with gateway.http.get(url) as response:
        assert response.status == 200
        return await response.read()


async def shown(gateway: Gateway, order: str) -> dict[str, Any]:
    """The content of the pass of an order's item."""
    return pass_of(await download(gateway, await link(gateway, order)))


async def test_whole_pass(apple: Gateway, sandbox: Sandbox) -> None:
    """The pass says what, when and where the item is, with its barcode, for one request to imin."""
    order, item = book(sandbox, "2027-06-08T10:00:00+01:00")
    sandbox.changes.replace_access_pass(order, item, "EXT-4711")
    sandbox.changes.set_access_code(order, item, "0815")
    url = await link(apple, order)
    sandbox.request_log.clear()

    async with apple.http.get(url) as response:
        body = await response.read()

    names = ("Content-Type", "Content-Disposition", "Cache-Control", "Last-Modified")
    assert (response.status, [response.headers[name] for name in names]) == (
        200,
        [
            "application/vnd.apple.pkpass",
            'attachment; filename="ticket.pkpass"',
            "private, no-store",
            "Sun, 01 Nov 2026 09:00:00 GMT",
        ],
    )
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}
    content = pass_of(body)
    serial, token = content.pop("serialNumber"), content.pop("authenticationToken")
    assert len(token) == 32
    assert token not in serial
    back = content["eventTicket"].pop("backFields")
    barcode = {
        "format": "PKBarcodeFormatQR",
        "message": "EXT-4711",
        "messageEncoding": "iso-8859-1",
        "altText": "EXT-4711",
    }
    starts, ends = "2027-06-08T10:00:00+01:00", "2027-06-08T11:00:00+01:00"
    style = {"dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleShort", "ignoresTimeZone": True}
    assert content == {
        "passTypeIdentifier": PASS_TYPE,
        "teamIdentifier": TEAM,
        "organizationName": "Riverside",
        "webServiceURL": f"{apple.url}/wallet",
        "formatVersion": 1,
        "description": "Hatha Yoga, Putney Baths",
        "logoText": "Riverside Leisure Trust",
        "backgroundColor": "rgb(24, 62, 110)",
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(190, 208, 232)",
        "relevantDate": starts,
        "relevantDates": [{"startDate": starts, "endDate": ends}],
        "locations": [
            {"latitude": 51.4607, "longitude": -0.2237, "relevantText": "Hatha Yoga at Putney Baths"}
        ],
        "expirationDate": "2027-06-09T11:00:00+01:00",
        "barcode": barcode,
        "barcodes": [barcode],
        "eventTicket": {
            "primaryFields": [{"key": "name", "label": "SESSION", "value": "Hatha Yoga"}],
            "secondaryFields": [
                {"key": "starts", "label": "STARTS", "value": starts, **style},
                {"key": "ends", "label": "ENDS", "value": ends, **style},
            ],
            "auxiliaryFields": [{"key": "venue", "label": "PLACE", "value": "Putney Baths"}],
        },
    }
    texts = {field["label"]: field["value"] for field in back}
    assert len({field["key"] for field in back}) == len(back)
    assert texts["PIN Code"] == "0815"
    assert texts["Address"] == "376 Upper Richmond Road, Putney, London, SW15 6TS"
    assert texts["How to cancel"].startswith("Until ")
    assert texts["Booking number"]
    assert [text for text in texts.values() if text.startswith("https://")]


async def test_files(apple: Gateway, sandbox: Sandbox) -> None:
    """The manifest has the digest of every other file; the icons are pictures of Apple's sizes."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")

    files = files_of(await download(apple, await link(apple, order)))

    icons = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
    assert [*files] == ["pass.json", *icons, "manifest.json", "signature"]
    manifest = json.loads(files["manifest.json"])
    assert manifest == {name: hashlib.sha1(files[name]).hexdigest() for name in ("pass.json", *icons)}  # noqa: S324  # Apple's format
    for name, size in icons.items():
        with Image.open(io.BytesIO(files[name])) as picture:
            assert (picture.format, picture.size, len(picture.getcolors() or [])) == ("PNG", (size, size), 2)


@needs_openssl
@pytest.mark.parametrize("kind", ["rsa", "ec"])
async def test_signature(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    """OpenSSL verifies the signature, up to Apple's certificate, and no signature of another manifest."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    async with gateway_listening(apple_settings(settings, kind), demo_caller, sandbox.clock.now) as url:
        apple = Gateway(url, gateway.http)
        files = files_of(await download(apple, await link(apple, order)))
    (tmp_path / "signature").write_bytes(files["signature"])
    (tmp_path / "wwdr.pem").write_text(apple_pems(kind)[2])
    results = []

    for manifest in (files["manifest.json"], files["manifest.json"] + b"\n"):
        (tmp_path / "manifest.json").write_bytes(manifest)
        process = await asyncio.create_subprocess_exec(
            *("openssl", "smime", "-verify", "-binary", "-inform", "DER", "-in", "signature"),
            *("-content", "manifest.json", "-CAfile", "wwdr.pem", "-purpose", "any", "-out", "verified"),
            cwd=tmp_path,
            stderr=PIPE,
        )
        _, problem = await process.communicate()
        results.append((process.returncode, b"Verification successful" in problem))

    assert results == [(0, True), (4, False)]


@pytest.mark.parametrize(
    ("access_pass", "expected"),
    [
        ({"text": "A1", "beta:codeType": "Code 128"}, ("Code128", "iso-8859-1", False)),
        ({"text": "A1", "beta:codeType": "PDF417"}, ("PDF417", "iso-8859-1", True)),
        ({"text": "A1", "beta:codeType": "aztec"}, ("Aztec", "iso-8859-1", True)),
        ({"text": "A1", "beta:codeType": "datamatrix"}, ("QR", "iso-8859-1", True)),
        ({"text": "Tŷ £5"}, ("QR", "utf-8", True)),
        ({"text": "£5", "beta:codeType": "Code128"}, ("QR", "utf-8", True)),
        ({"url": "https://x.example/1.pdf"}, None),
    ],
)
async def test_barcodes(
    apple: Gateway, sandbox: Sandbox, access_pass: dict[str, str], expected: tuple[str, str, bool] | None
) -> None:
    """The barcode has the symbology that imin states, if Apple shows it, otherwise the default."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    item = sandbox.store.for_update(order)["orderedItem"][0]
    item["accessPass"] = [{"type": "Barcode", **access_pass}]

    content = await shown(apple, order)

    found = [
        (one["format"].removeprefix("PKBarcodeFormat"), one["messageEncoding"], "barcode" in content)
        for one in content.get("barcodes", [])
        if one["message"] == access_pass["text"]
    ]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("status", "notice"),
    [
        ("CustomerCancelled", "You have cancelled this booking."),
        ("SellerCancelled", "The seller has cancelled this booking."),
    ],
)
async def test_cancelled(apple: Gateway, sandbox: Sandbox, status: str, notice: str) -> None:
    """The pass of a cancelled item is void and says so."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    sandbox.store.for_update(order)["orderedItem"][0]["orderItemStatus"] = status

    content = await shown(apple, order)

    assert content["voided"] is True
    assert content["eventTicket"]["headerFields"] == [
        {"key": "state", "label": "STATE", "value": "Cancelled"}
    ]
    labels = {field["label"]: field["value"] for field in content["eventTicket"]["backFields"]}
    assert labels["Please note"] == notice
    assert "How to cancel" not in labels


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"endDate": None}, [{"date": "2026-11-08T10:00:00+00:00"}]),
        ({"startDate": "2026-11-08", "endDate": None}, [{"date": "2026-11-08T00:00:00+00:00"}]),
        ({"startDate": None, "endDate": None}, None),
        ({"startDate": "soon", "endDate": None}, None),
    ],
)
async def test_unusual_times(
    apple: Gateway, sandbox: Sandbox, changes: dict[str, Any], expected: list[dict[str, str]] | None
) -> None:
    """Without an end, or without any date, there is a pass that does not say when."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    session = sandbox.store.for_update(order)["orderedItem"][0]["orderedItem"]
    session.update({"superEvent": None, "duration": None} | changes)
    [item] = (await apple.answer(ITEMS, order=order))["data"]["order"]["items"]

    content = pass_of(await download(apple, item["walletPass"]["appleUrl"]))

    assert content.get("relevantDates") == expected


async def test_which_wallets(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A wallet without a key has no link, and its paths nothing."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    only_google = settings.but(google_wallet_key=SecretStr(google_key()), google_wallet_issuer_id="1")
    found = []

    for changed in (only_google, apple_settings(settings)):
        async with gateway_listening(changed, demo_caller, sandbox.clock.now) as url:
            [item] = (await Gateway(url, gateway.http).data(ITEMS, order=order))["order"]["items"]
            async with gateway.http.get(f"{url}/wallet/{item['id']}.pkpass") as response:
                found.append(
                    (
                        {name for name, value in item["walletPass"].items() if value},
                        response.status,
                    )
                )

    assert found == [({"googleUrl"}, 404), ({"appleUrl"}, 200)]


async def test_who_may_open(settings: Settings, apple: Gateway, sandbox: Sandbox) -> None:
    """The link works without a token until it expires; without the signature only its customer opens it."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    path = (await link(apple, order)).removeprefix(apple.url)
    changed = apple_settings(settings)
    sandbox.request_log.clear()

    async def status(base: str, path: str) -> int:
        async with apple.http.get(yarl.URL(base + path, encoded=True)) as response:
            return response.status

    async with gateway_listening(changed, no_caller, sandbox.clock.now) as anyone:
        answers = [await status(anyone, path), await status(anyone, path.partition("?")[0])]
        sandbox.clock.advance(299)
        answers.append(await status(anyone, path))
        sandbox.clock.advance(2)
        answers.append(await status(anyone, path))
    for customer in ("1234", CUSTOMER):

        async def caller(_request: object, customer: str = customer) -> Caller:
            return Caller(customer)

        async with gateway_listening(changed, caller, sandbox.clock.now) as url:
            answers.append(await status(url, path.partition("?")[0]))

    assert answers == [200, 401, 200, 403, 200, 404]
    assert sandbox.request_log.counts() == {"GET /orders/:id": 3}


async def test_altered_links(settings: Settings, apple: Gateway, sandbox: Sandbox) -> None:
    """A link that is altered, or made of another one's parts, opens nothing and causes no request."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    other, _ = book(sandbox, "2026-11-09T10:00:00+00:00")
    url, another = await link(apple, order), await link(apple, other)
    data = await apple.data(ITEMS, order=order)
    id_, _, query = url.rpartition("/")[2].partition(".pkpass?")
    altered = [
        f"{id_}.pkpass?ends=9999999999&{query.partition('&')[2]}",
        f"{id_}.pkpass?{query.partition('&')[2]}",
        f"{id_}.pkpass?{query}&x=1",
        f"{id_}.pkpass?x=1&{query}",
        f"{id_}.pkpass?{query[:-1]}{'0' if query[-1] != '0' else '1'}",
        f"{id_}x.pkpass?{query}",
        f"{another.rpartition('/')[2].partition('.')[0]}.pkpass?{query}",
        f"{data['order']['id']}.pkpass?{query}",
        f"{id_}?{query}",
        f"..%2F{id_}.pkpass?{query}",
        ".pkpass",
        "%00.pkpass",
        f"{'A' * 3_000}.pkpass",
    ]
    sandbox.request_log.clear()
    statuses = set()

    async with gateway_listening(apple_settings(settings), no_caller, sandbox.clock.now) as base:
        paths = [f"/wallet/{one}" for one in altered]
        paths.append(f"/calendar/{id_}.ics?{query}")  # signed for another kind of file
        for path in paths:
            async with apple.http.get(yarl.URL(base + path, encoded=True)) as response:
                statuses.add(response.status)

    assert statuses == {404}
    assert sandbox.request_log.entries == []


async def test_other_ids(apple: Gateway, sandbox: Sandbox) -> None:
    """The id of an order is no pass, and neither is an item that is gone."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    found = (await apple.data(ITEMS, order=order))["order"]
    sandbox.remove_order(order)
    sandbox.request_log.clear()

    for id_ in (found["id"], found["items"][0]["id"]):
        async with apple.http.get(f"{apple.url}/wallet/{id_}.pkpass") as response:
            assert (response.status, await response.json()) == (
                404,
                {"errors": [{"message": "There is no such pass.", "extensions": {"code": "NOT_FOUND"}}]},
            )
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def test_imin_fails(apple: Gateway, sandbox: Sandbox) -> None:
    """If imin fails, a program gets a coded error, and a person a page."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    url = await link(apple, order)
    sandbox.faults.add(Fault("GET /orders/:id", "503", times=None))

    async with apple.http.get(url) as response:
        answer = await response.json()
    async with apple.http.get(url, headers={"Accept": "text/html"}) as page:
        text = await page.text()

    assert (response.status, answer["errors"][0]["extensions"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert (page.status, "<h1>This cannot be opened right now</h1>" in text) == (503, True)


VARIABLES = ("CERTIFICATE", "KEY", "WWDR")


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"CERTIFICATE": "no such file"}, "PASS_CERTIFICATE"),
        (
            {"CERTIFICATE": "-----BEGIN CERTIFICATE-----\nsecret"},
            "PASS_CERTIFICATE",
        ),
        ({"KEY": ""}, "PASS_KEY"),
        ({"KEY": "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----"}, "PASS_KEY"),
        ({"KEY": "of another certificate"}, "PASS_KEY"),
        ({"WWDR": ""}, "PASS_WWDR"),
        ({"WWDR": "of another issuer"}, "PASS_WWDR"),
        ({"CERTIFICATE": "", "WWDR": ""}, "PASS_KEY"),
        ({"TYPE_ID": "pass.of.another"}, "PASS_TYPE_ID"),
    ],
)
def test_invalid_settings(monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], variable: str) -> None:
    """What cannot sign is refused at the start, by the name of its variable and without its text."""
    values = dict(zip(VARIABLES, apple_pems("ec"), strict=True)) | changes
    if values["KEY"].startswith("of another"):
        values["KEY"] = private_pem(rsa_key())
    if values["WWDR"].startswith("of another"):
        values["WWDR"] = apple_pems("rsa")[2]
    for name, value in values.items():
        monkeypatch.setenv(f"GATEWAY_APPLE_PASS_{name}", value)

    with pytest.raises(InvalidSettings) as refused:
        load_settings()

    assert str(refused.value).startswith(f"GATEWAY_APPLE_{variable}: ")
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(("days", "risks"), [(29, 1), (31, 0)])
def test_certificate_ends(settings: Settings, days: int, risks: int) -> None:
    """A certificate that ends within 30 days is reported at the start."""
    pems = map(SecretStr, apple_pems("ec", days))
    names = (f"apple_pass_{name.lower()}" for name in VARIABLES)
    changed = settings.but(**dict(zip(names, pems, strict=True)))

    found = [risk for risk in risky_settings(changed, 100_000) if "GATEWAY_APPLE_PASS_CERTIFICATE" in risk]

    assert len(found) == risks


def test_files_of_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Certificates and key may be files, as secrets are mounted; the certificate names type and team."""
    for name, pem in zip(VARIABLES, apple_pems(), strict=True):
        (tmp_path / name).write_text(f"{pem}\n")
        monkeypatch.setenv(f"GATEWAY_APPLE_PASS_{name}", str(tmp_path / name))

    settings = load_settings()

    assert (settings.apple_pass_type_id, settings.apple_team_id) == (PASS_TYPE, TEAM)
    assert "BEGIN" not in repr(settings)
