"""Changing accounts: whose, once, and reported as imin answered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.accounts import (
    ACTIONS,
    CREATE,
    DELETE,
    READ,
    VALID,
    change,
    document,
    outcome,
)

FOR_CUSTOMERS = ("updateCustomerAccount", "deleteCustomerAccount", "setAccessPass")
FOR_SERVICES = ("createCustomerAccount", "setEntitlement")
SUCCESS = {
    "createCustomerAccount": "CustomerAccountCreated",
    "updateCustomerAccount": "CustomerAccountUpdated",
    "deleteCustomerAccount": "CustomerAccountDeletionAccepted",
    "setAccessPass": "AccessPassSet",
    "setEntitlement": "EntitlementSet",
}
ROUTES = dict.fromkeys(SUCCESS, ACTIONS) | {
    "createCustomerAccount": CREATE,
    "deleteCustomerAccount": DELETE,
}
ACCOUNT = "{ customer { name telephone accessPasses { text } entitlements { validThrough } } }"
NOT_FOUND = {
    "__typename": "CustomerNotFoundError",
    "code": "CUSTOMER_NOT_FOUND",
    "message": "There is no such customer.",
}


def caller_of(customer: str | None) -> Any:
    async def caller(_request: object) -> Caller:
        return Caller(customer, may_name_any_customer=customer is None, name="" if customer else "service")

    return caller


@pytest.fixture
async def own(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> AsyncIterator[Gateway]:
    """A gateway whose caller is customer 1234."""
    async with gateway_listening(settings, caller_of("1234"), sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


@pytest.fixture
async def service(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> AsyncIterator[Gateway]:
    """A gateway whose caller is a trusted service."""
    async with gateway_listening(settings, caller_of(None), sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


@pytest.mark.parametrize("mutation", SUCCESS)
async def test_one_request(gateway: Gateway, sandbox: Sandbox, mutation: str) -> None:
    """A change is one request to imin."""
    assert await outcome(gateway, mutation) == SUCCESS[mutation]
    assert sandbox.request_log.counts() == {ROUTES[mutation]: 1}


@pytest.mark.parametrize(
    ("mutation", "shown"),
    [
        ("updateCustomerAccount", f"... on CustomerAccountUpdated {ACCOUNT}"),
        ("setAccessPass", f"... on AccessPassSet {ACCOUNT}"),
        ("setEntitlement", f"... on EntitlementSet {ACCOUNT}"),
    ],
)
@pytest.mark.settings(cache_enabled=True)
async def test_account_of_payload(gateway: Gateway, sandbox: Sandbox, mutation: str, shown: str) -> None:
    """Fields of the account in the payload cost one reading, made after the change, whatever was cached."""
    query = '{ customer(identifier: "1234") { name telephone accessPasses { text } } }'
    await gateway.data(query)
    sandbox.request_log.clear()

    data = await gateway.data(document(mutation, shown), input=VALID[mutation])

    assert sandbox.request_log.counts() == {ACTIONS: 1, READ: 1}
    customer = data[mutation]["result"]["customer"]
    account = sandbox.account("1234")
    assert customer["name"] == f"{account['customer']['givenName']} {account['customer']['familyName']}"
    later = await gateway.data(query)
    assert later["customer"]["name"] == customer["name"]


@pytest.mark.settings(cache_enabled=True)
async def test_two_changes(gateway: Gateway, sandbox: Sandbox) -> None:
    """Each of two changes in one operation shows the account as it was after it."""
    query = """mutation {
      first: updateCustomerAccount(input: {givenName: "One"}) { ...Shown }
      second: updateCustomerAccount(input: {givenName: "Two"}) { ...Shown }
    }
    fragment Shown on UpdateCustomerAccountPayload {
      result { ... on CustomerAccountUpdated { customer { givenName } } }
    }"""

    data = await gateway.data(query)

    names = [data[name]["result"]["customer"]["givenName"] for name in ("first", "second")]
    assert names == ["One", "Two"]
    assert sandbox.request_log.counts() == {ACTIONS: 2, READ: 2}


async def test_created_account(service: Gateway, sandbox: Sandbox) -> None:
    """The created account is what imin answered, without a reading; the new customer can be read."""
    shown = "... on CustomerAccountCreated { customer { id name email is13OrOver gender } }"
    input_ = VALID["createCustomerAccount"] | {"is13OrOver": True, "gender": "FEMALE"}

    data = await service.data(document("createCustomerAccount", shown), input=input_)

    customer = data["createCustomerAccount"]["result"]["customer"]
    assert customer["name"] == "Ann Lee"
    assert (customer["is13OrOver"], customer["gender"]) == (True, "FEMALE")
    assert sandbox.request_log.counts() == {CREATE: 1}
    again = await service.data(
        "query ($id: ID!) { node(id: $id) { ... on Customer { email } } }", id=customer["id"]
    )
    assert again["node"] == {"email": "ann@example.org"}


@pytest.mark.parametrize("mutation", FOR_CUSTOMERS)
async def test_only_own_account(own: Gateway, sandbox: Sandbox, mutation: str) -> None:
    """Foreign and missing customers look alike, also in requests to imin: there are none."""
    id_ = (await own.data("{ viewer { id } }"))["viewer"]["id"]
    foreign = ["abc", "nobody", "../orders", "1234\n", "", id_[:-1] + "x"]

    results = [await change(own, mutation, **VALID[mutation], customerId=one) for one in foreign]

    assert results == [NOT_FOUND] * len(foreign)
    assert sandbox.request_log.entries == []
    for mine in ("1234", id_):
        assert await outcome(own, mutation, customerId=mine) == SUCCESS[mutation]


async def test_id_of_something_else(own: Gateway, sandbox: Sandbox) -> None:
    """The global id of an order is no customer's."""
    data = await own.data("{ viewer { orders(first: 1) { nodes { id } } } }")
    sandbox.request_log.clear()

    result = await change(
        own, "updateCustomerAccount", givenName="Ann", customerId=data["viewer"]["orders"]["nodes"][0]["id"]
    )

    assert result == NOT_FOUND
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize("customer", ["1234", "abc", "nobody"])
@pytest.mark.parametrize("mutation", FOR_SERVICES)
async def test_for_services_only(own: Gateway, sandbox: Sandbox, mutation: str, customer: str) -> None:
    """A customer cannot make accounts or set entitlements, of nobody: the same answer, and no request."""
    changes = {} if mutation == "createCustomerAccount" else {"customerId": customer}

    result = await change(own, mutation, **VALID[mutation] | changes)

    assert (result["__typename"], result["code"]) == ("ForbiddenError", "FORBIDDEN")
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize("mutation", FOR_CUSTOMERS)
async def test_service_names_the_customer(service: Gateway, sandbox: Sandbox, mutation: str) -> None:
    """A service without customerId is refused; one that names a missing customer learns that from imin."""
    answer = await service.answer(document(mutation), input=VALID[mutation])

    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "customerId" in answer["errors"][0]["message"]
    assert sandbox.request_log.entries == []
    assert await change(service, mutation, **VALID[mutation], customerId="nobody") == NOT_FOUND
    assert await outcome(service, mutation, customerId="abc") == SUCCESS[mutation]


@pytest.mark.parametrize("mutation", SUCCESS)
async def test_once_per_key(gateway: Gateway, sandbox: Sandbox, mutation: str) -> None:
    """The same key gives the same result and sends nothing; with another input it is refused."""
    first = await change(gateway, mutation, **VALID[mutation], idempotencyKey="k")
    again = await change(gateway, mutation, **VALID[mutation], idempotencyKey="k")
    other = {"setEntitlement": {"customerId": "abc"}, "setAccessPass": {"text": "ABC2"}}.get(
        mutation, {"customerId": "abc"} if mutation == "deleteCustomerAccount" else {"givenName": "Eve"}
    )

    assert first == again
    assert first["__typename"] == SUCCESS[mutation]
    assert await outcome(gateway, mutation, **other, idempotencyKey="k") == "IdempotencyKeyReusedError"
    assert sandbox.request_log.counts() == {ROUTES[mutation]: 1}


async def test_key_of_another_mutation(gateway: Gateway, sandbox: Sandbox) -> None:
    """A key stands for one change, whichever mutation makes it."""
    assert await outcome(gateway, "setAccessPass", idempotencyKey="k") == "AccessPassSet"
    assert await outcome(gateway, "updateCustomerAccount", idempotencyKey="k") == "IdempotencyKeyReusedError"
    assert sandbox.request_log.counts() == {ACTIONS: 1}


async def test_deletion_replayed(service: Gateway, sandbox: Sandbox) -> None:
    """A deletion that is replayed after the customer has registered again deletes nothing."""
    first = await change(service, "createCustomerAccount", **VALID["createCustomerAccount"])
    old = first["customer"]["identifier"]
    deletion = {"confirm": True, "idempotencyKey": "k"}
    assert await outcome(service, "deleteCustomerAccount", **deletion, customerId=old) == (
        "CustomerAccountDeletionAccepted"
    )
    sandbox.erase_customer(old)
    second = await change(service, "createCustomerAccount", **VALID["createCustomerAccount"])
    new = second["customer"]["identifier"]
    sandbox.request_log.clear()

    replayed = await outcome(service, "deleteCustomerAccount", **deletion, customerId=old)
    with_old_key = await outcome(service, "deleteCustomerAccount", **deletion, customerId=new)

    assert (replayed, with_old_key) == ("CustomerAccountDeletionAccepted", "IdempotencyKeyReusedError")
    assert sandbox.request_log.entries == []
    assert sandbox.account(new)["customer"]["email"] == "ann@example.org"


async def test_sellers(gateway: Gateway, sandbox: Sandbox) -> None:
    """What each seller did not take is named; a seller may be named by its global id, and once."""
    sandbox.accounts.linked.of("1234")[0].fails = True
    urls = [one.seller.url for one in sandbox.accounts.linked.of("1234")]
    seller = await _seller_id(gateway, urls[0])
    sandbox.request_log.clear()

    result = await change(gateway, "updateCustomerAccount", givenName="Ann", sellerIds=[seller, *urls[:2]])

    assert result == {
        "__typename": "AccountPartlyUpdatedError",
        "code": "PARTLY_UPDATED",
        "message": "Not everything was changed. Please check your details.",
        "appliedFields": ["GIVEN_NAME"],
        "missingFields": [],
        "linkedAccountErrors": [
            {
                "__typename": "LinkedAccountNotUpdatedError",
                "code": "LINKED_ACCOUNT_NOT_UPDATED",
                "message": "The booking system of the seller did not accept the change.",
                "sellerId": urls[0],
                "sellerName": "Riverside Leisure Trust",
            }
        ],
    }
    [entry] = sandbox.request_log.entries
    assert entry.route == ACTIONS


async def _seller_id(gateway: Gateway, url: str) -> str:
    data = await gateway.data("{ viewer { orders(first: 100) { nodes { seller { id identifier } } } } }")
    sellers = [node["seller"] for node in data["viewer"]["orders"]["nodes"]]
    return str(next(one["id"] for one in sellers if one["identifier"] == url))


async def test_flat_style(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """In imin's other style, an account is a Person, and a change is a PATCH of it."""
    flat = settings.but(imin_account_style="flat")
    async with gateway_listening(flat, caller_of(None), sandbox.clock.now) as url:
        other = Gateway(url, gateway.http)
        created = await change(other, "createCustomerAccount", **VALID["createCustomerAccount"])
        customer = created["customer"]["identifier"]
        updated = await change(other, "updateCustomerAccount", customerId=customer, familyName="Wolff")
        sellers = {"customerId": customer, "familyName": "Lee", "sellerIds": ["https://seller.example"]}
        refused = await other.answer(document("updateCustomerAccount"), input=sellers)

    assert updated == {
        "__typename": "CustomerAccountUpdated",
        "appliedFields": ["FAMILY_NAME"],
        "areLinkedAccountsKnown": True,
    }
    assert sandbox.account(customer)["customer"]["familyName"] == "Wolff"
    assert refused["errors"][0]["extensions"] == {"code": "NOT_AVAILABLE"}
    assert sandbox.request_log.counts() == {CREATE: 1, "PATCH /customer-accounts/:id": 1}


@pytest.mark.parametrize("path", [None, "linked-accounts"])
async def test_linked_accounts(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, path: str | None
) -> None:
    """Without its path, linkedAccounts is not available and costs nothing; with it, one request."""
    query = """{ viewer { linkedAccounts { seller { name } isLinked matchingEmailExists
      actions { type url } accountNumber entitlementFilter } } }"""
    with_path = settings.but(imin_linked_accounts_path=path)
    async with gateway_listening(with_path, caller_of("1234"), sandbox.clock.now) as url:
        answer = await Gateway(url, gateway.http).answer(query)

    if path is None:
        assert answer["data"] == {"viewer": {"linkedAccounts": None}}
        assert answer["errors"][0]["extensions"] == {"code": "NOT_AVAILABLE"}
        assert sandbox.request_log.entries == []
        return
    linked, *_, unlinked = answer["data"]["viewer"]["linkedAccounts"]
    assert sandbox.request_log.counts() == {"GET /customer-accounts/:id/linked-accounts": 1}
    assert (linked["isLinked"], linked["matchingEmailExists"], linked["actions"]) == (True, None, [])
    assert linked["accountNumber"] == "RIV-1234"
    assert linked["entitlementFilter"]
    assert (unlinked["isLinked"], unlinked["entitlementFilter"]) == (False, None)
    assert [action["type"] for action in unlinked["actions"]] == ["RegisterAction", "CreateAction"]
    assert all(action["url"].startswith("https://") for action in unlinked["actions"])


@pytest.mark.parametrize("status", ["503", "reset"])
async def test_linked_accounts_fail_alone(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, status: Any
) -> None:
    """A failure of that endpoint costs its field only."""
    sandbox.faults.add(Fault("GET /customer-accounts/:id/linked-accounts", status, None))
    with_path = settings.but(imin_linked_accounts_path="linked-accounts")
    async with gateway_listening(with_path, caller_of("1234"), sandbox.clock.now) as url:
        answer = await Gateway(url, gateway.http).answer("{ viewer { name linkedAccounts { isLinked } } }")

    assert answer["data"]["viewer"]["name"]
    assert answer["data"]["viewer"]["linkedAccounts"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UPSTREAM_UNAVAILABLE"]
