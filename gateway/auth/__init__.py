"""Authentication: an HTTP request → a Caller.

Identity comes from here only, never from an argument of a query. `Authenticate` is the interface:
`gateway demo` uses `demo_caller`, `gateway serve` verifies bearer tokens (bearer.py, keys.py).
"""

from gateway.auth.caller import (
    DEMO_CUSTOMER,
    Authenticate,
    AuthenticationError,
    Caller,
    ConnectionInitCredentials,
    HasHeaders,
    InvalidToken,
    KeysUnavailable,
    NoCustomer,
    demo_caller,
)

__all__ = [
    "DEMO_CUSTOMER",
    "Authenticate",
    "AuthenticationError",
    "Caller",
    "ConnectionInitCredentials",
    "HasHeaders",
    "InvalidToken",
    "KeysUnavailable",
    "NoCustomer",
    "demo_caller",
]
