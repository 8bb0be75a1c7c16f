"""The declaration of an endpoint that is read, or that changes something.

That of an endpoint that is read has everything that distinguishes it from others.

The request (client.py), the cached read (repository.py), the loader (gateway/loaders.py) and the cost of a
field (gateway/execution/cost.py) are the same code for every endpoint.
Why, and what it replaced: docs/decisions/0070.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, Never, TypeVar

from gateway.imin.documents import Attributes, Owner
from gateway.imin.errors import IminError, NotFound, Unreadable

PUBLIC: Final = "*"
"""Stands for the customer in the key of data that belongs to no customer. imin's identifiers hold no `*`.

An order that a service names by its number is not public: its key has "" for the customer.
"""

MAX_FRESH_SECONDS = 3_600
"""The maximum for an endpoint; the cache remembers changes for longer than that."""

PublicKey = tuple[Literal["*"]]
PublicName = tuple[Literal["*"], str]
CustomerKey = tuple[str]
CustomerOrder = tuple[str, str]
CustomerPage = tuple[str, int]
Key = tuple[str] | tuple[str, str] | tuple[str, int]
"""Names one resource of an endpoint: the customer or PUBLIC, then an identifier or page number, if any."""

K = TypeVar("K", bound=Key)
V = TypeVar("V")


@dataclass(frozen=True)
class Parts(Generic[V]):
    """Resources of another endpoint that come inside a resource of this one.

    endpoint: the other one; its keys are a customer and an identifier. resources: with their identifiers.
    json: their JSON by identifier, taken out of the whole, so that replicas can share them.
    """

    endpoint: "Endpoint[CustomerOrder, Any]"
    resources: Callable[[V], Iterable[tuple[str, Any]]]
    json: Callable[[bytes], Mapping[str, bytes]]


def _not_served(_key: Any) -> Never:
    raise Unreadable("imin does not know the endpoint")


def _is_not_found(error: IminError, _key: Any) -> bool:
    return isinstance(error, NotFound)


def _no_orders(_value: Any) -> Iterable[str]:
    return ()


def _always(_value: Any) -> bool:
    return True


def _is_always_own(_value: Any, _key: Any) -> bool:
    return True


@dataclass(frozen=True, eq=False, kw_only=True)
class Endpoint(Generic[K, V]):
    """An endpoint that is read with GET: its resources have keys K and are read as V.

    name: in cache keys, unique.
    path: path and query, see gateway.imin.routes.Route. `{customer_accounts}` and `{linked_accounts}` are the
        settings of these names.
    read: the resource from its JSON, given the key and the attributes that will be read (None: all of
        them). Raises Unreadable, also for JSON about something other than the key names.
    absent: the value where imin has no such resource; as a rule that is an error.
    is_absent: whether an error means that imin has no such resource.
    bind: binds a resource to its customer. None: nothing in it depends on whose it is.
    orders: identifiers of orders that the resource shows; a change of one of them makes it outdated.
    is_cacheable: whether the resource may be stored. is_own_name: whether the key names the resource in
        imin's own spelling. It is stored under no other, or its changes could not be followed.
    parts: resources of another endpoint that come with it.
    fresh_seconds: age up to which a stored resource is used without a new request, 3,600 at most.
        None: as the setting says.
    requests: to imin, for one resource, at most.
    api: which of imin's APIs serves it; each has its own host.
    """

    name: str
    path: str
    read: Callable[[bytes, K, Attributes | None], V]
    absent: Callable[[K], V] = _not_served
    is_absent: Callable[[IminError, K], bool] = _is_not_found
    bind: Callable[[V, Owner], None] | None = None
    orders: Callable[[V], Iterable[str]] = _no_orders
    is_cacheable: Callable[[V], bool] = _always
    is_own_name: Callable[[V, K], bool] = _is_always_own
    parts: Parts[V] | None = None
    fresh_seconds: float | None = None
    requests: int = 1
    api: Literal["booking", "search"] = "booking"

    def __post_init__(self) -> None:
        if self.fresh_seconds is not None and not 0 <= self.fresh_seconds <= MAX_FRESH_SECONDS:
            raise ValueError(f"fresh_seconds must be 0 to {MAX_FRESH_SECONDS}, got {self.fresh_seconds}")


@dataclass(frozen=True)
class ChangeEndpoint:
    """An endpoint that changes something: a request to it is never repeated.

    path: as for Endpoint. api: which of imin's APIs has it; checkout is the broker's own host.
    """

    method: Literal["POST", "PATCH", "DELETE"]
    path: str
    api: Literal["booking", "checkout"] = "booking"
