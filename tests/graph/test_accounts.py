"""Customers and their accounts."""

from typing import Any

import msgspec
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.imin import jsonld
from gateway.imin.documents import AccountAction, CustomerAccount
from gateway.imin.documents.vocabulary import ActionStatus
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway

ONE_ACCOUNT = {"GET /customer-accounts/:id": 1}


async def test_account(gateway: Gateway, sandbox: Sandbox) -> None:
    """All fields of an account share one request."""
    data = await gateway.data(
        """{ customer(identifier: "abc") {
             identifier name givenName email telephone birthDate gender is13OrOver
             address { postalCode } emergencyContact { name telephone }
             accessPasses { text } entitlements { validThrough entitlementType { prefLabel } } } }"""
    )

    assert data["customer"] == {
        "identifier": "abc",
        "name": "Geoff Capes",
        "givenName": "Geoff",
        "email": "geoffcapes@example.com",
        "telephone": "020 811 8055",
        "birthDate": "1970-01-01",
        "gender": "FEMALE",
        "is13OrOver": True,
        "address": {"postalCode": "NW5 3DU"},
        "emergencyContact": {"name": "Ralph Capes", "telephone": "020 811 8055"},
        "accessPasses": [{"text": "ABC123DEF"}],
        "entitlements": [
            {"validThrough": "2021-05-10T10:45:33+00:00", "entitlementType": {"prefLabel": "Adult Resident"}}
        ],
    }
    assert sandbox.request_log.counts() == {"GET /customer-accounts/:id": 1}


BEYOND = """{ customer(identifier: "%s") {
    accountNumber hasHiddenEntitlements
    outstandingActions { identifier type name description url status statusText }
    entitlements { validFrom validThrough entitlementType { prefLabel }
        evidenceRequest { identifier type name description url status statusText } } } }"""


async def test_beyond_the_documentation(gateway: Gateway, sandbox: Sandbox) -> None:
    """What only OpenActive documents of an account shares the account's one request."""
    data = await gateway.data(BEYOND % "small")

    assert data["customer"] == {
        "accountNumber": "0042-1871",
        "hasHiddenEntitlements": True,
        "outstandingActions": [
            {
                "identifier": "https://globex.example.org/debts/7",
                "type": "PayAction",
                "name": "Pay your late fee",
                "description": "You did not attend on 12 October.",
                "url": "https://globex.example.org/debts/7/pay",
                "status": "ACTIVE",
                "statusText": "ActiveActionStatus",
            }
        ],
        "entitlements": [
            {
                "validFrom": "2026-09-01T00:00:00+01:00",
                "validThrough": "2027-08-31T23:59:59+01:00",
                "entitlementType": {"prefLabel": "Junior Resident"},
                "evidenceRequest": {
                    "identifier": None,
                    "type": "Action",
                    "name": "Prove your age",
                    "description": "Upload a picture of your student card.",
                    "url": "https://globex.example.org/evidence/42",
                    "status": "POTENTIAL",
                    "statusText": "PotentialActionStatus",
                },
            }
        ],
    }
    assert sandbox.request_log.counts() == ONE_ACCOUNT


async def test_as_documented(gateway: Gateway, sandbox: Sandbox) -> None:
    """An account as imin documents it states none of that: null, and no action."""
    data = await gateway.data(BEYOND % "abc")

    assert data["customer"] == {
        "accountNumber": None,
        "hasHiddenEntitlements": None,
        "outstandingActions": [],
        "entitlements": [
            {
                "validFrom": None,
                "validThrough": "2021-05-10T10:45:33+00:00",
                "entitlementType": {"prefLabel": "Adult Resident"},
                "evidenceRequest": None,
            }
        ],
    }
    assert sandbox.request_log.counts() == ONE_ACCOUNT


def read(**members: Any) -> tuple[AccountAction, ...]:
    account, unreadable = jsonld.read(CustomerAccount, msgspec.json.encode(members))
    assert unreadable == ()
    return account.outstanding_actions


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("https://globex.example.org/a", ("https://globex.example.org/a", None, None)),
        ("Renew your membership", (None, "Renew your membership", None)),
        ({"url": "https://globex.example.org/a"}, ("https://globex.example.org/a", None, None)),
        ({"name": "A", "actionStatus": "schema:FailedActionStatus"}, (None, "A", ActionStatus.FAILED)),
        ({"name": "A", "actionStatus": "oa:Rejected"}, (None, "A", ActionStatus.UNKNOWN)),
        ({"name": "A", "target": {"urlTemplate": "https://globex.example.org/{x}"}}, None),
    ],
    ids=["an address", "a text", "an own address", "a compact status", "another status", "a template"],
)
def test_other_spellings(stated: Any, shown: Any) -> None:
    """An action may be an address, a text or an object, alone or in a list."""
    if shown is None:
        account, unreadable = jsonld.read(CustomerAccount, msgspec.json.encode({"outstandingAction": stated}))
        assert ([one.url for one in account.outstanding_actions], unreadable) == (
            [None],
            ("outstandingAction[0].target",),
        )
        return
    for value in (stated, [stated]):
        [action] = read(outstandingAction=value)
        assert (action.url, action.name, action.status) == shown


@pytest.mark.parametrize("address", [None, "https://cards.globex.example/manage?locale=en"])
async def test_card_management(settings: Settings, gateway: Gateway, sandbox: Sandbox, address: Any) -> None:
    """The page for payment cards is a setting; it costs no request."""
    with_page = settings.but(card_management_url=address)
    async with gateway_listening(with_page, demo_caller, sandbox.clock.now) as url:
        data = await Gateway(url, gateway.http).data("{ viewer { cardManagementUrl } }")

    assert data == {"viewer": {"cardManagementUrl": address}}
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    "address", ["http://cards.globex.example", "https://me@cards.globex.example", "https://c.example/#a", "x"]
)
def test_card_management_setting(address: str) -> None:
    """The page must be https, without a user or a fragment."""
    with pytest.raises(ValueError, match="must be an https URL without user or fragment"):
        Settings(card_management_url=address)


async def test_unknown_customer(gateway: Gateway) -> None:
    """A customer imin does not know has no account and no orders."""
    data = await gateway.data('{ customer(identifier: "nobody") { givenName orders { totalCount } } }')

    assert data == {"customer": {"givenName": None, "orders": {"totalCount": 0}}}
