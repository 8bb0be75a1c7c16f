"""OrderItem.walletPass.googleUrl: a signed link from which Google Wallet makes a ticket."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.loader import InvalidSettings, load_settings
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.calendars import CUSTOMER, book
from tests.support.wallets import ACCOUNT, GOOGLE_ISSUER, google_key, private_pem, rsa_key

ITEMS = "query ($order: ID!) { order(identifier: $order) { items { walletPass { googleUrl } } } }"


@pytest.fixture
async def google(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose operator has a key for Google Wallet."""
    changed = settings.but(
        google_wallet_key=SecretStr(google_key()),
        google_wallet_issuer_id=GOOGLE_ISSUER,
        wallet_issuer_name="Riverside",
    )
    async with gateway_listening(changed, demo_caller, sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


def claims_of(url: str) -> dict[str, Any]:
    """The claims of a save link, whose signature must be the account's."""
    start, _, token = url.rpartition("/")
    assert start == "https://pay.google.com/gp/v/save"
    decoded = jwt.decode(token, RSAKey.import_key(private_pem(rsa_key())), algorithms=["RS256"])
    assert decoded.header == {"alg": "RS256", "typ": "JWT"}
    return decoded.claims


async def payload(gateway: Gateway, order: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Class and object of an order's item."""
    [item] = (await gateway.data(ITEMS, order=order))["order"]["items"]
    content = claims_of(item["walletPass"]["googleUrl"])["payload"]
    [event_class], [ticket] = content["eventTicketClasses"], content["eventTicketObjects"]
    return event_class, ticket


async def test_whole_token(google: Gateway, sandbox: Sandbox) -> None:
    """The token says what, when and where the item is, with its barcode; it costs no request of its own."""
    order, item = book(sandbox, "2027-06-08T10:00:00+01:00")
    sandbox.changes.replace_access_pass(order, item, "EXT-4711")
    sandbox.request_log.clear()

    [shown] = (await google.data(ITEMS, order=order))["order"]["items"]

    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}
    claims = claims_of(shown["walletPass"]["googleUrl"])
    content = claims.pop("payload")
    assert claims == {
        "iss": ACCOUNT,
        "aud": "google",
        "typ": "savetowallet",
        "iat": 1_793_523_600,
        "origins": [],
    }
    [event_class], [ticket] = content["eventTicketClasses"], content["eventTicketObjects"]
    class_id, ticket_id = event_class.pop("id"), ticket.pop("id")
    assert {class_id.split(".")[0], ticket_id.split(".")[0]} == {GOOGLE_ISSUER}
    assert order not in ticket_id
    address = "376 Upper Richmond Road, Putney, London, SW15 6TS"
    assert event_class == {
        "issuerName": "Riverside",
        "reviewStatus": "UNDER_REVIEW",
        "eventName": {"defaultValue": {"language": "en-GB", "value": "Hatha Yoga"}},
        "venue": {
            "name": {"defaultValue": {"language": "en-GB", "value": "Putney Baths"}},
            "address": {"defaultValue": {"language": "en-GB", "value": address}},
        },
        "dateTime": {"start": "2027-06-08T10:00:00+01:00", "end": "2027-06-08T11:00:00+01:00"},
        "locations": [{"latitude": 51.4607, "longitude": -0.2237}],
    }
    assert ticket == {
        "classId": class_id,
        "state": "ACTIVE",
        "barcode": {"type": "QR_CODE", "value": "EXT-4711", "alternateText": "EXT-4711"},
        "reservationInfo": {"confirmationCode": order},
        "validTimeInterval": {
            "start": {"date": "2027-06-08T10:00:00+01:00"},
            "end": {"date": "2027-06-08T11:00:00+01:00"},
        },
        "locations": [{"latitude": 51.4607, "longitude": -0.2237}],
    }


async def test_without_a_key(gateway: Gateway, sandbox: Sandbox) -> None:
    """Without a key of any wallet there is no pass."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")

    assert (await gateway.data(ITEMS, order=order))["order"]["items"] == [{"walletPass": None}]


async def test_names(google: Gateway, sandbox: Sandbox) -> None:
    """A ticket keeps its id for ever; its class is another one when the session has moved."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    other, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    before, again = await payload(google, order), await payload(google, order)
    beside = await payload(google, other)
    session = sandbox.store.for_update(order)["orderedItem"][0]["orderedItem"]
    session.update(startDate="2026-11-09T10:00:00Z", endDate="2026-11-09T11:00:00Z")

    after = await payload(google, order)

    assert before == again
    assert after[1]["id"] == before[1]["id"] != beside[1]["id"]
    assert after[0]["id"] != before[0]["id"]
    assert after[0]["dateTime"]["start"] == "2026-11-09T10:00:00+00:00"


async def test_cancelled(google: Gateway, sandbox: Sandbox) -> None:
    """A cancelled item's ticket is not active, and says why."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    sandbox.store.for_update(order)["orderedItem"][0]["orderItemStatus"] = "CustomerCancelled"

    _, ticket = await payload(google, order)

    assert ticket["state"] == "INACTIVE"
    assert [one["body"] for one in ticket["textModulesData"]] == ["You have cancelled this booking."]


@pytest.mark.parametrize(
    ("passes", "expected"),
    [
        ([{"text": "A1", "beta:codeType": "code128"}], ("CODE_128", "A1")),
        ([{"text": "A1", "beta:codeType": "https://x.example#Aztec"}], ("AZTEC", "A1")),
        ([{"text": "A1", "beta:codeType": "pdf417"}], ("PDF_417", "A1")),
        ([{"text": "A1", "beta:codeType": "DataMatrix"}], ("DATA_MATRIX", "A1")),
        ([{"text": "5901234123457", "beta:codeType": "EAN13"}], ("EAN_13", "5901234123457")),
        ([{"text": "1234", "beta:codeType": "ITF"}], ("QR_CODE", "1234")),
        ([{"text": "A1", "beta:codeType": "EAN13"}], ("QR_CODE", "A1")),
        ([{"text": "Tŷ £5"}], ("QR_CODE", "Tŷ £5")),
        ([{"url": "https://x.example/ticket.pdf"}, {"text": "B2"}], ("QR_CODE", "B2")),
        ([{"url": "https://x.example/ticket.pdf"}], None),
        ([], None),
    ],
)
async def test_barcodes(
    google: Gateway, sandbox: Sandbox, passes: list[dict[str, str]], expected: tuple[str, str] | None
) -> None:
    """The barcode has the symbology that imin states, if Google shows it, otherwise the default."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    item = sandbox.store.for_update(order)["orderedItem"][0]
    item["accessPass"] = [{"type": "Barcode", **one} for one in passes]

    _, ticket = await payload(google, order)

    shown = ticket.get("barcode")
    assert (shown and (shown["type"], shown["value"])) == expected


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"startDate": None, "endDate": None}, {"dateTime"}),
        ({"endDate": None}, set()),
        ({"location": None}, {"venue", "locations"}),
        ({"location": {"type": "Place", "name": "Hall"}}, {"venue", "locations"}),
        ({"name": None}, set()),
    ],
)
async def test_incomplete(
    google: Gateway, sandbox: Sandbox, changes: dict[str, Any], missing: set[str]
) -> None:
    """What imin does not say is left out; Google wants a venue's name with its address."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    session = sandbox.store.for_update(order)["orderedItem"][0]["orderedItem"]
    session.update({"superEvent": None, "duration": None} | changes)

    event_class, _ = await payload(google, order)

    whole = {"id", "issuerName", "reviewStatus", "eventName", "venue", "dateTime", "locations"}
    assert event_class.keys() >= {"id", "issuerName", "reviewStatus", "eventName"}
    assert not event_class.keys() & missing
    assert event_class.keys() <= whole


async def test_upcoming(google: Gateway, sandbox: Sandbox) -> None:
    """A list gives the same links as an order, and costs no request beyond the list's."""
    order, _ = book(sandbox, "2026-11-02T10:00:00+00:00")
    query = """query ($id: ID!) { customer(identifier: $id) { upcomingOrderItems(first: 50) { nodes {
      order { identifier } walletPass { googleUrl } } } } }"""
    data = await google.data(query, id=CUSTOMER)

    links = {
        node["order"]["identifier"]: node["walletPass"]["googleUrl"]
        for node in data["customer"]["upcomingOrderItems"]["nodes"]
    }
    assert (
        links[order]
        == (await google.data(ITEMS, order=order))["order"]["items"][0]["walletPass"]["googleUrl"]
    )


@pytest.mark.parametrize(
    ("key", "issuer", "variable"),
    [
        ("{}", GOOGLE_ISSUER, "GATEWAY_GOOGLE_WALLET_KEY"),
        ("no such file", GOOGLE_ISSUER, "GATEWAY_GOOGLE_WALLET_KEY"),
        ('{"client_email": "a@b", "private_key": "secret"}', GOOGLE_ISSUER, "GATEWAY_GOOGLE_WALLET_KEY"),
        ("valid", "", "GATEWAY_GOOGLE_WALLET_ISSUER_ID"),
        ("valid", "abc", "GATEWAY_GOOGLE_WALLET_ISSUER_ID"),
    ],
)
def test_invalid_settings(monkeypatch: pytest.MonkeyPatch, key: str, issuer: str, variable: str) -> None:
    """A key that cannot sign is refused at the start, by the name of its variable and without its text."""
    monkeypatch.setenv("GATEWAY_GOOGLE_WALLET_KEY", google_key() if key == "valid" else key)
    monkeypatch.setenv("GATEWAY_GOOGLE_WALLET_ISSUER_ID", issuer)

    with pytest.raises(InvalidSettings) as refused:
        load_settings()

    assert str(refused.value).startswith(f"{variable}: ")
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_key_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The key may be a file, as secrets are mounted."""
    (tmp_path / "key.json").write_text(f"{google_key()}\n")
    monkeypatch.setenv("GATEWAY_GOOGLE_WALLET_KEY", str(tmp_path / "key.json"))
    monkeypatch.setenv("GATEWAY_GOOGLE_WALLET_ISSUER_ID", GOOGLE_ISSUER)

    settings = load_settings()

    assert settings.google_wallet_key is not None
    assert settings.google_wallet_key.get_secret_value() == google_key()
    assert "PRIVATE" not in repr(settings)
