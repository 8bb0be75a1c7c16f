"""Customer accounts: creating, changing and deleting them, and the accounts linked to them at sellers."""

import base64
import json
from typing import Any

import pytest

from tests.sandbox.conftest import BOOK, Imin

CONTEXT = "https://openactive.io/"
PATH = "/api/v2/customer-accounts"
PERSON = {"@type": "Person", "email": "a@example.com", "givenName": "Ann", "familyName": "Lee"}
RIVERSIDE = {
    "@type": "Organization",
    "@id": "https://riverside-leisure.example.org",
    "name": "Riverside Leisure Trust",
}
ADULT = "https://meta.imin.co/v2/globex-broker/entitlements#8dfbad55-fdb5-4479-86a4-b873b18ecff1"
FAILED = {
    "@context": CONTEXT,
    "@type": "UpdateFailedError",
    "name": "The booking system of the seller did not accept the change.",
}


def create(customer: Any = PERSON, **members: Any) -> dict[str, Any]:
    return {"@context": CONTEXT, "@type": "CustomerAccount", "customer": customer} | members


async def act(imin: Imin, kind: str, changes: Any, customer: str = "1234", **members: Any) -> tuple[int, Any]:
    action = {"@context": CONTEXT, "@type": kind, "object": changes, **members}
    return await imin.call("POST", f"{PATH}/{customer}/actions", action)


async def let(imin: Imin, **fields: Any) -> None:
    """Change the customer's account at a seller."""
    assert (await imin.call("PATCH", "/sandbox/customers/1234/linked-accounts", fields))[0] == 200


async def account(imin: Imin, customer: str = "1234") -> Any:
    return await imin.get(f"/customer-accounts/{customer}")


async def test_create(imin: Imin) -> None:
    """A created account is the request with its id; another one with this address is another account."""
    (status, first), (_, second) = [await imin.call("POST", PATH, create()) for _ in range(2)]

    identifier = first["identifier"]
    assert (status, first) == (
        201,
        create() | {"@id": f"{BOOK}/customer-accounts/{identifier}", "identifier": identifier},
    )
    assert await account(imin, identifier) == first
    assert second["identifier"] != identifier


@pytest.mark.parametrize("missing", ["email", "givenName", "familyName", "@type"])
@pytest.mark.parametrize("value", [None, "", ["x"], {}])
async def test_incomplete(imin: Imin, missing: str, value: Any) -> None:
    """An account without a required member of the customer is refused."""
    status, refused = await imin.call("POST", PATH, create(PERSON | {missing: value}))

    assert (status, refused["@type"]) == (400, "IncompleteCustomerDetailsError")


@pytest.mark.parametrize("body", [[], create() | {"@type": "Order"}, {"customer": PERSON}, PERSON, b"{"])
async def test_no_account(imin: Imin, body: Any) -> None:
    """A body that is no CustomerAccount is refused."""
    status, refused = await imin.call("POST", PATH, body)

    assert (status, refused["error"]["type"]) == (400, "InvalidBody")


async def test_update(imin: Imin) -> None:
    """An update changes the properties that are sent, and returns them."""
    before = await account(imin)

    completed = await act(imin, "CustomerUpdateAction", {"@type": "Person", "givenName": "Anna"})

    assert completed == (
        200,
        {
            "@context": CONTEXT,
            "@type": "CustomerUpdateAction",
            "actionStatus": "https://schema.org/CompletedActionStatus",
            "object": {"@type": "Person", "givenName": "Anna"},
        },
    )
    assert await account(imin) == before | {"customer": before["customer"] | {"givenName": "Anna"}}


async def test_flat(imin: Imin) -> None:
    """As in imin's example scenario, a Person can be posted, and patched."""
    status, person = await imin.call("POST", PATH, {"@context": CONTEXT, **PERSON})
    identifier = person["identifier"]
    changed = await imin.call("PATCH", f"{PATH}/{identifier}", {"email": "b@example.com"})

    assert (status, person) == (
        201,
        PERSON | {"identifier": identifier, "@id": f"{BOOK}/customer-accounts/{identifier}"},
    )
    assert changed == (200, person | {"email": "b@example.com"})
    assert (await account(imin, identifier))["customer"] == PERSON | {"email": "b@example.com"}
    assert (await imin.call("PATCH", f"{PATH}/{identifier}", {}))[1]["@type"] == "UpdateFailedError"
    assert (await imin.call("PATCH", f"{PATH}/{identifier}", []))[0] == 400


async def test_update_in_part(imin: Imin) -> None:
    """Only what was applied is returned: not what imin does not know, null, or what it is made to leave."""
    before = (await account(imin))["customer"]
    unapplied = {"unapplied": ["telephone"]}
    assert await imin.call("PATCH", "/sandbox/customers/1234", unapplied) == (200, unapplied)
    change = {"@type": "Person", "telephone": "1", "email": None, "height": 7, "familyName": "Ray"}

    _, completed = await act(imin, "CustomerUpdateAction", change)

    assert completed["object"] == {"@type": "Person", "familyName": "Ray"}
    assert (await account(imin))["customer"] == before | {"familyName": "Ray"}


async def test_update_at_sellers(imin: Imin) -> None:
    """Each seller named that fails, or where no account is linked, is an error; imin has the change."""
    await let(imin, fails=True)
    sellers = [f"https://{name}.example.org" for name in ("riverside-leisure", "northmoor-active", "nobody")]

    _, completed = await act(
        imin, "CustomerUpdateAction", {"@type": "Person", "telephone": "1"}, seller=sellers
    )

    assert completed["object"] == {"@type": "Person", "telephone": "1"}
    assert completed["error"] == [
        FAILED | {"seller": RIVERSIDE},
        FAILED | {"seller": {"@type": "Organization", "@id": sellers[2]}},
    ]
    assert (await account(imin))["customer"]["telephone"] == "1"


async def test_access_pass(imin: Imin) -> None:
    """A pass is set at imin, and is refused by sellers whose booking system does not permit it."""
    barcode = {"@type": "Barcode", "text": "ABC1"}
    everywhere = await act(imin, "imin:AccessPassUpdateAction", barcode)
    await let(imin, fails=True)

    in_part = await act(imin, "imin:AccessPassUpdateAction", barcode | {"text": "ABC2"})

    assert (everywhere[0], everywhere[1]["object"], "error" in everywhere[1]) == (200, barcode, False)
    assert in_part[1]["error"] == [
        {
            "@context": CONTEXT,
            "@type": "BarcodeInvalidError",
            "name": "The barcode value specified is not permitted within this booking system.",
            "seller": RIVERSIDE,
        }
    ]
    assert (await account(imin))["accessPass"] == {"@type": "Barcode", "text": "ABC2"}


async def test_entitlement(imin: Imin) -> None:
    """An entitlement replaces the one before; its type is named by its id."""
    named = {"@type": "Entitlement", "validUntil": "2030-01-01T00:00:00Z", "entitlementType": {"id": ADULT}}
    before = await account(imin, "small")
    await imin.call("PATCH", "/sandbox/customers/small/linked-accounts", {"linked": True, "fails": True})

    _, completed = await act(imin, "imin:EntitlementUpdateAction", named, "small")

    assert (completed["object"], completed["error"]) == (named, [FAILED | {"seller": RIVERSIDE}])
    after = await account(imin, "small")
    assert before["entitlement"]["entitlementType"]["prefLabel"] == "Junior Resident"
    assert after["entitlement"]["entitlementType"]["prefLabel"] == "Adult Resident"
    assert after["entitlement"]["validUntil"] == "2030-01-01T00:00:00Z"


REFUSED: list[tuple[str, Any, str]] = [
    ("imin:AccessPassUpdateAction", {"text": "XYZ"}, "Barcode did not include the expected prefix"),
    ("imin:AccessPassUpdateAction", {"text": ["ABC"]}, "Barcode did not include the expected prefix"),
    ("CustomerUpdateAction", {"@type": "Person"}, "The object must have at least one property."),
    ("CustomerUpdateAction", {"email": ["a@example.com"]}, "email must be a text."),
    ("imin:EntitlementUpdateAction", {"validUntil": "2030-01-01T00:00:00Z"}, "Unknown entitlementType"),
    ("imin:EntitlementUpdateAction", {"entitlementType": ADULT}, "validUntil must be a date-time"),
    ("imin:FlyAction", {"x": 1}, "Unknown action 'imin:FlyAction'"),
]


@pytest.mark.parametrize(("kind", "change", "why"), REFUSED)
async def test_refused(imin: Imin, kind: str, change: Any, why: str) -> None:
    """A refused action is an UpdateFailedError, and changes nothing."""
    before = await account(imin)

    refused = await act(imin, kind, change)

    assert refused == (400, {"@context": CONTEXT, "@type": "UpdateFailedError", "description": why})
    assert await account(imin) == before


async def test_linked_accounts(imin: Imin) -> None:
    """There is an item for each seller: with a token for Search if it is linked, or with ways to link it."""
    collection = await imin.get("/customer-accounts/1234/linked-accounts")

    first, _, third, _ = collection["imin:item"]
    token = json.loads(base64.b64decode(first.pop("imin:entitlementFilter")))
    assert (collection["@type"], collection["imin:totalItems"]) == ("imin:RestrictedCollection", 4)
    assert first == {"@type": "CustomerAccount", "seller": RIVERSIDE, "accountNumber": "RIV-1234"}
    assert token == [RIVERSIDE["@id"], ADULT, True]
    assert third["imin:matchingEmailExists"] is True
    assert [action["@type"] for action in third["potentialAction"]] == ["RegisterAction", "CreateAction"]
    assert third["potentialAction"][0]["target"] == "https://calder-valley-leisure.example.org/accounts/link"


async def test_unlinked(imin: Imin) -> None:
    """A seller can be unlinked, and know the customer's address or not."""
    await let(imin, linked=False, matching_email=False)

    collection = await imin.get("/customer-accounts/1234/linked-accounts")

    assert "imin:entitlementFilter" not in collection["imin:item"][0]
    assert collection["imin:item"][0]["imin:matchingEmailExists"] is False


@pytest.mark.parametrize(
    ("deleted", "last", "erased"),
    [
        # NOW is a Monday, 10:30 in London.
        (0, "2025-06-02T23:59:59+01:00", "2025-06-03T00:00:00+01:00"),
        (4 * 86_400, "2025-06-08T23:59:59+01:00", "2025-06-09T00:00:00+01:00"),
    ],
    ids=["Monday", "Friday"],
)
async def test_delete(imin: Imin, deleted: int, last: str, erased: str) -> None:
    """A deleted account is as before until the next working day; then 404, and placeholders in its orders."""
    imin.sandbox.clock.advance(deleted)
    before = await account(imin)
    path = f"{PATH}/1234"

    twice = [await imin.call("DELETE", path) for _ in range(2)]
    await imin.call("POST", "/sandbox/clock", {"now": last})
    until_then = await account(imin), (await imin.orders())["imin:item"][0]["customer"]["givenName"]
    await imin.call("POST", "/sandbox/clock", {"now": erased})

    assert twice == [(202, b"")] * 2
    assert until_then == (before, "Eheuheu")
    for method, url in (("GET", path), ("DELETE", path), ("GET", f"{path}/linked-accounts")):
        assert (await imin.call(method, url))[0] == 404
    assert (await act(imin, "CustomerUpdateAction", {"telephone": "1"}))[0] == 404
    assert (await imin.orders())["imin:item"][0]["customer"]["givenName"] == "Deleted"


async def test_erase_now(imin: Imin) -> None:
    """The control API erases an account at once."""
    erased = await imin.call("DELETE", "/sandbox/customers/1234")

    assert erased == (204, b"")
    assert (await imin.call("GET", f"{PATH}/1234"))[0] == 404


async def test_unknown_account(imin: Imin) -> None:
    """An unknown account is 404, also for the control API."""
    path = f"{PATH}/nobody"
    answers = [
        await imin.call("GET", path),
        await imin.call("DELETE", path),
        await imin.call("GET", f"{path}/linked-accounts"),
        await act(imin, "CustomerUpdateAction", {"telephone": "1"}, "nobody"),
        await imin.call("PATCH", "/sandbox/customers/nobody", {"unapplied": []}),
        await imin.call("PATCH", "/sandbox/customers/nobody/linked-accounts", {}),
        await imin.call("DELETE", "/sandbox/customers/nobody"),
        await imin.call("PATCH", "/sandbox/customers/1234/linked-accounts", {"seller": "nobody"}),
    ]

    assert {status for status, _ in answers} == {404}


async def test_style(imin: Imin) -> None:
    """Accounts have the keys of the sandbox's style."""
    imin.sandbox.style.keys = "@type"

    _, completed = await act(imin, "CustomerUpdateAction", {"telephone": "1"})
    shown = [await account(imin, "abc"), completed, await imin.get("/customer-accounts/abc/linked-accounts")]

    assert '"type":' not in json.dumps(shown)
    assert shown[0]["entitlement"]["entitlementType"]["@id"] == ADULT
