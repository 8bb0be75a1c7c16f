"""Finding the orders and customers that a webhook's body names, whatever its shape."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.imin.routes import is_identifier
from gateway.imin.webhooks import MAX_NAMED, named_in

_ORDER_URL = "https://book.imin.co/api/v2/orders/o-1"
_CUSTOMER_URL = "https://book.imin.co/api/v2/customer-accounts/ann?v=2"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "Order", "identifier": "o-1", "customer": {"type": "Person", "identifier": "ann"}},
        {"@type": "Order", "@id": _ORDER_URL, "customerIdentifier": "ann"},
        {"@type": "schema:Order", "id": _ORDER_URL, "imin:customer": {"@id": _CUSTOMER_URL}},
        {"orderIdentifier": "o-1", "customerIdentifier": "ann"},
        {"order_id": "o-1", "customer_id": "ann"},
        {"orderId": "o-1", "customerId": "ann"},
        {"ORDER-UUID": "o-1", "customer-account-id": "ann"},
        {"order": "o-1", "customer": "ann"},
        {"order": {"id": "o-1"}, "customer": {"uuid": "ann"}},
        {"imin:order": {"identifier": "o-1"}, "customerAccount": _CUSTOMER_URL},
        {"event": "booked", "data": {"order": {"identifier": "o-1", "customer": "ann"}}},
        {"object": {"type": "Order", "identifier": "o-1"}, "agent": {"customerId": "ann"}},
        [{"orders": [{"identifier": "o-1"}]}, {"customers": ["ann"]}],
    ],
)
def test_named(body: Any) -> None:
    """An order and a customer are found under every usual name, by identifier or IRI, at any depth."""
    named = named_in(body)

    assert (named.orders, named.customers) == (["o-1"], ["ann"])


@pytest.mark.parametrize("body", [{"identifier": "x-1"}, {"data": {"id": "x-1"}}, [{"@id": "urn:x:x-1"}]])
def test_untyped(body: Any) -> None:
    """An identifier that nothing qualifies may be an order's or a customer's."""
    named = named_in(body)

    assert (named.orders, named.customers) == (["x-1"], ["x-1"])


@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        "o-1",
        {},
        {"order": {"orderedItem": [{"identifier": "i-1"}], "seller": {"identifier": "s-1"}}},
        {"customer": {"email": "ann@example.com", "name": "Ann"}},
        {"customer": "ann@example.com"},
        {"orderNumber": "17", "orderStatus": "done"},
        {"orderId": ["a b", "", None, True, {}]},
    ],
)
def test_not_named(body: Any) -> None:
    """Other identifiers, and what cannot be one, name neither."""
    named = named_in(body)

    assert (named.orders, named.customers) == ([], [])


def test_number() -> None:
    """A number may be an identifier."""
    assert named_in({"customerId": 1234}).customers == ["1234"]


def test_bounded() -> None:
    """One body names a limited number of orders."""
    body = {"orders": [{"id": f"o-{number}"} for number in range(1_000)]}

    assert named_in(body).orders == [f"o-{number}" for number in range(MAX_NAMED)]


names = st.sampled_from(["order", "orderId", "customer", "customer_id", "id", "@id", "type", "data", "x"])
texts = st.one_of(st.text(max_size=8), st.sampled_from(["Order", "CustomerAccount", "o-1", _ORDER_URL]))
bodies = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(names, st.text()), inner)),
)


@hypothesis_settings(max_examples=50)
@given(bodies)
def test_any_json(body: Any) -> None:
    """No JSON fails, and only what may be an identifier is found."""
    named = named_in(msgspec.json.decode(msgspec.json.encode(body)))

    assert all(map(is_identifier, named.orders + named.customers))
