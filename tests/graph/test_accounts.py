"""Customers and their accounts."""

from gateway.sandbox import Sandbox
from tests.conftest import Gateway


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


async def test_unknown_customer(gateway: Gateway) -> None:
    """A customer imin does not know has no account and no orders."""
    data = await gateway.data('{ customer(identifier: "nobody") { givenName orders { totalCount } } }')

    assert data == {"customer": {"givenName": None, "orders": {"totalCount": 0}}}
