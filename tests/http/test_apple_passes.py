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
from PIL import Image
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.calendars import book
from tests.support.wallets import (
    PASS_TYPE,
    TEAM,
    apple_pems,
    apple_settings,
    files_of,
    google_key,
    pass_of,
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
