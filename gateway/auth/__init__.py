"""Who is asking: an HTTP request → a Caller.

Identity comes from here only, never from an argument of a query. `Authenticate`
is the seam: `gateway demo` knows its one caller, bearer tokens plug in beside it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as verified.

    customer: imin's identifier of the customer, or None for a service that is no customer.
    may_name_any_customer: a trusted service, which may ask for any customer's bookings.
    """

    customer: str | None
    may_name_any_customer: bool = False

    def may_see(self, customer: str) -> bool:
        """Whether that customer's bookings are the caller's to see."""
        return self.may_name_any_customer or (customer != "" and customer == self.customer)


Authenticate: TypeAlias = Callable[[web.BaseRequest], Awaitable[Caller | None]]
"""Gives the caller of a request, or None where nobody known is asking."""

DEMO_CUSTOMER = "1234"


async def demo_caller(_request: web.BaseRequest) -> Caller:
    """The sandbox's customer 1234, who may look at its other made-up customers too."""
    return Caller(DEMO_CUSTOMER, may_name_any_customer=True)
