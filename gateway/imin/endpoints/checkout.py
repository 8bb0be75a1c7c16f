"""Checkout sessions: where they are created, what is sent, and what comes back. Source: imin docs, Checkout.

Assumptions, since the documentation states none of this; they are all here:
- the path stands directly below the host of the broker's checkout, whose address is a setting
- the request carries the API key, as those to imin's other hosts do
- a refusal is a 4xx with an OpenActive error; only UnavailableOpportunityError is documented, and only its
  description is written for customers
- the response's OrderAction holds the page's address as a text, or as an object with `urlTemplate` or `url`
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from gateway.imin.documents.vocabulary import OpportunityType
from gateway.imin.endpoints.declaration import ChangeEndpoint
from gateway.imin.errors import Unreadable
from gateway.imin.jsonld import decode, iri_tail

CHECKOUT_SESSIONS = ChangeEndpoint("POST", "/api/checkout-sessions", api="checkout")
UNAVAILABLE_OPPORTUNITY = "UnavailableOpportunityError"

_CONTEXT = ("https://openactive.io/", "https://imin.co/")
_BACK_LINK = "https://imin.co/BackToBrokerLink"
_PROFILE_LINK = "https://imin.co/BackToBrokerUserProfileLink"
_MAX_URL_CHARACTERS = 2_048


@dataclass(frozen=True)
class CheckoutRequest:
    """What checkout is to sell: a place, or one for each attendee.

    opportunity: its identifier; without a customer, its id. offer: id of one of its offers; None leaves the
    choice to the customer. customer, attendees: imin's identifiers. return_url, profile_url: of the broker's
    pages that checkout links to.
    """

    kind: OpportunityType
    opportunity: str
    offer: str | None = None
    customer: str | None = None
    attendees: tuple[str, ...] = ()
    return_url: str | None = None
    profile_url: str | None = None

    def document(self) -> dict[str, Any]:
        """The body, in one of the three documented forms: standalone, authenticated, or for a group."""
        order: dict[str, Any] = {"type": "OrderQuote"}
        if self.customer is not None:
            order["customer"] = self.customer
        order["orderedItem"] = [self._item(attendee) for attendee in self.attendees or (None,)]
        links = ((_BACK_LINK, "Back", self.return_url), (_PROFILE_LINK, "Profile", self.profile_url))
        navigation = [
            {"type": "WebPage", "name": name, "imin:linkType": kind, "url": url}
            for kind, name, url in links
            if url is not None
        ]
        return {
            "@context": _CONTEXT,
            "type": "imin:CheckoutSession",
            "imin:initialOrder": order,
            **({"imin:navigationLinks": navigation} if navigation else {}),
        }

    def _item(self, attendee: str | None) -> dict[str, Any]:
        # Standalone checkout names an opportunity by its id, the other forms by its identifier.
        name = "id" if self.customer is None else "identifier"
        return {
            "type": "OrderItem",
            "orderedItem": {"type": self.kind.value, name: self.opportunity},
            **({"acceptedOffer": self.offer} if self.offer is not None else {}),
            **({"attendee": attendee} if attendee is not None else {}),
        }


class CreatedSession(Struct, frozen=True, tag=True):
    """A session that checkout has created. url: of its page."""

    id: str
    url: str


def read_checkout_session(json: bytes, base_url: str) -> CreatedSession:
    """The session in a response. Raises Unreadable, also if its page is not on the checkout's own host."""
    document = decode(dict[str, Any], json)
    if document is None:
        raise Unreadable("POST /api/checkout-sessions returned something else")
    url = _page(document)
    if url is None or not _is_on(base_url, url):
        raise Unreadable("POST /api/checkout-sessions returned no page of the checkout")
    stated = document.get("identifier") or document.get("@id") or document.get("id")
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return CreatedSession(iri_tail(stated) if isinstance(stated, str) else last or url, url)


def _page(document: dict[str, Any]) -> str | None:
    """Where the customer is to be sent. An action that is an order comes before others."""
    actions = document.get("potentialAction")
    found = [one for one in (actions if isinstance(actions, list) else [actions]) if isinstance(one, dict)]
    found.sort(key=lambda one: iri_tail(str(one.get("type") or one.get("@type"))) != "OrderAction")
    for action in found:
        target = action.get("target")
        if isinstance(target, dict):
            target = target.get("urlTemplate") or target.get("url")
        if isinstance(target, str):
            return target
    return None


def _is_on(base_url: str, url: str) -> bool:
    parts = split_web_url(url)
    return parts is not None and place_of(parts) == place_of(urlsplit(base_url))


def place_of(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port of a web URL: its origin."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, (parts.hostname or "").lower(), port


def split_web_url(url: str) -> SplitResult | None:
    """The parts of an absolute http or https URL that means one thing to all programs; None for any other."""
    is_plain = url.isascii() and url.isprintable() and not set(url) & {" ", "\\"}
    if not is_plain or len(url) > _MAX_URL_CHARACTERS:
        return None
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return parts if is_web and "@" not in parts.netloc else None
