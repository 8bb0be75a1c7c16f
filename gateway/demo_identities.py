"""Identities for the GraphiQL page of `gateway demo`: the customers, and tokens that are refused."""

from functools import partial

from gateway.demo_issuer import demo_token, foreign_token, load_key
from gateway.http.demo import DemoExtras, Identity
from gateway.sandbox.data.customers import CUSTOMERS_BY_IDENTIFIER

_HOUR = 3_600
_SHORT_SECONDS = 30
"""Enough to start a subscription, and to see how it ends when its token expires."""


def demo_extras(sandbox_url: str, *, with_tokens: bool) -> DemoExtras:
    """What a browser on this machine may do with the demo. with_tokens: the demo requires tokens."""
    customers = {name: len(customer.numbers) for name, customer in CUSTOMERS_BY_IDENTIFIER.items()}
    return DemoExtras(sandbox_url, customers, _identities(customers) if with_tokens else ())


def _identities(customers: dict[str, int]) -> tuple[Identity, ...]:
    customer = next(iter(customers))
    return (
        *(
            Identity(name, f"{name} ({count:,} orders)", "Customers", _HOUR, partial(_token, name, _HOUR))
            for name, count in customers.items()
        ),
        Identity(
            "short",
            f"{customer}, for {_SHORT_SECONDS} seconds",
            "Customers",
            _SHORT_SECONDS,
            partial(_token, customer, _SHORT_SECONDS),
        ),
        Identity(
            "service",
            "Service, for any customer",
            "Back ends",
            _HOUR,
            partial(_token, None, _HOUR, is_service=True),
        ),
        Identity("none", "No token", "Refused"),
        Identity("expired", "Expired token", "Refused", -1, partial(_token, customer, -1)),
        Identity(
            "foreign", "Token of another issuer", "Refused", _HOUR, partial(foreign_token, customer, _HOUR)
        ),
        Identity("no-customer", "Token without a customer", "Refused", _HOUR, partial(_token, None, _HOUR)),
    )


def _token(customer: str | None, lifetime_seconds: int, *, is_service: bool = False) -> str:
    # Read each time, as the issuer does.
    return demo_token(load_key(), customer, lifetime_seconds, is_service=is_service)
