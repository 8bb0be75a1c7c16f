"""The input of createCheckoutSession, and what it asks of checkout."""

import re
from typing import TypeVar
from urllib.parse import unquote

import strawberry
from strawberry import UNSET

from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.graph.enums import OpportunityType
from gateway.graph.scalars import URL
from gateway.imin.documents.vocabulary import OpportunityType as Kind
from gateway.imin.endpoints.checkout import CheckoutRequest
from gateway.imin.endpoints.declaration import PUBLIC
from gateway.imin.endpoints.opportunities import parse_name
from gateway.imin.routes import is_identifier, is_opportunity

T = TypeVar("T")

# Source: RFC 3987. A backslash is a slash to browsers.
_NOT_IN_IRI = re.compile(r"[\s<>\"\\^`{|}]")
_WEB = {"http", "https"}
_ACTED_ON = {"javascript", "data", "vbscript", "file", "blob", "mailto"}
"""Schemes whose URLs browsers execute, open from the disk or pass to another program."""

MAX_ATTENDEES = 50


@strawberry.input(
    description="What checkout is to sell. A customer books for themselves; a trusted service for the "
    "customer that it names, or for one whom the checkout page asks (standalone checkout)."
)
class CreateCheckoutSessionInput:
    """Input of createCheckoutSession."""

    opportunity_id: strawberry.ID = strawberry.field(
        description="`identifier` of the session or slot, or the `id` of a live one. For standalone "
        "checkout, its `id` in open data."
    )
    opportunity_type: OpportunityType | None = strawberry.field(
        default=UNSET,
        description="Whether it is a session or a slot; a session if it is not given. The `id` of a live "
        "one says it.",
    )
    offer_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="`iri` of one of its offers; that of the entitlement gives the member's price. Without "
        "it, the customer chooses on the page.",
    )
    attendees: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="For a group: `id` or `identifier` of the customer who attends, for each place, 1 to 50 "
        "different ones. The customer who pays is not among them unless listed. A customer may name only "
        "themselves, since checkout shows the attendees' names; a trusted service may name any.",
    )
    return_url: URL | None = strawberry.field(
        default=UNSET, description="Page that checkout links back to; https in production."
    )
    profile_url: URL | None = strawberry.field(
        default=UNSET, description="Page with the customer's account that checkout links to; https likewise."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="`id` or `identifier` of the customer who books. Only a trusted service needs it: "
        "without it, the customer who sends the request is meant.",
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A text that the client makes up for this checkout session, 1 to 255 characters. For 24 "
        "hours, a call with the same key and input gives the first outcome again and creates nothing.",
    )


def checkout_request(context: Context, input_: CreateCheckoutSessionInput) -> CheckoutRequest | None:
    """What the input asks for; None if it names a customer, or an attendee, whom the caller may not name.

    Raises GatewayError if a value cannot be used.
    """
    kind, opportunity = _opportunity(context, input_)
    offer = _given(input_.offer_id)
    if offer is not None and not _can_be_sold(offer):
        raise _invalid("offerId", "the iri of an offer", offer)
    links = (_link(context, "returnUrl", input_.return_url), _link(context, "profileUrl", input_.profile_url))
    customer, named = context.caller.customer, _given(input_.customer_id)
    attendees = _attendees(context, input_.attendees)
    if named is not None:
        customer = _customer(context, named)
        if customer is None:
            return None
    if attendees and customer is None:
        raise GatewayError(BAD_USER_INPUT, "attendees need the customer who books: give customerId.")
    if None in attendees:
        return None
    names = tuple(name for name in attendees if name is not None)
    return CheckoutRequest(kind, opportunity, offer, customer, names, *links)


def _opportunity(context: Context, input_: CreateCheckoutSessionInput) -> tuple[Kind, str]:
    """Type and identifier of what is to be sold."""
    text, kind = input_.opportunity_id, _given(input_.opportunity_type) or Kind.SCHEDULED_SESSION
    id_ = context.services.signer.verify(text)
    if id_ is not None:
        named = parse_name(id_.parts[0]) if id_.kind == "Session" and id_.customer == PUBLIC else None
        if named is None:
            raise _invalid("opportunityId", "the identifier of a session, or the id of a live one", text)
        return named
    if not _can_be_sold(text):
        raise _invalid("opportunityId", "the identifier of a session or slot", text)
    return kind, text


def _can_be_sold(text: str) -> bool:
    """Whether the text can be an identifier of imin's, or a URL of open data, that no reader could mistake.

    imin compares it, but a page that shows it might make a link of it.
    """
    scheme, colon, _ = text.partition(":")
    is_web = colon != "" and scheme.lower() in _WEB and text[len(scheme) :].startswith("://")
    return (
        is_opportunity(text)
        and not _NOT_IN_IRI.search(text)
        and not {".", ".."}.intersection(unquote(text).split("/"))
        and (is_web or ("//" not in text and scheme.lower() not in _ACTED_ON))
    )


def _attendees(context: Context, ids: list[strawberry.ID] | None) -> list[str | None]:
    """imin's identifiers of the attendees; None for one whom the caller may not name."""
    given = _given(ids)
    if given is None:
        return []
    if not 1 <= len(given) <= MAX_ATTENDEES:
        raise GatewayError(BAD_USER_INPUT, f"attendees must be 1 to {MAX_ATTENDEES}, got {len(given)}.")
    names = [_customer(context, id_) for id_ in given]
    known = [name for name in names if name is not None]
    if len(set(known)) < len(known):
        raise GatewayError(BAD_USER_INPUT, "attendees must be different customers.")
    return names


def _customer(context: Context, text: str) -> str | None:
    """imin's identifier of a customer; None if the caller may not act for them, or there can be none."""
    caller, id_ = context.caller, context.services.signer.verify(text)
    if id_ is not None:
        return id_.customer if id_.kind == "Customer" and caller.may_see(id_.customer) else None
    return text if is_identifier(text) and caller.may_see(text) else None


def _link(context: Context, name: str, url: str | None) -> str | None:
    """The URL of a page that checkout may link to."""
    given, rules = _given(url), context.services.checkout.links
    if given is not None and not rules.permits(given):
        raise _invalid(name, rules.requirement, given)
    return given


def _given(value: T | None) -> T | None:
    return None if value is UNSET else value


def _invalid(name: str, expected: str, value: str) -> GatewayError:
    """The error for a value, which may be long or somebody's, so only its length is shown."""
    return GatewayError(BAD_USER_INPUT, f"{name} must be {expected}, got {len(value)} characters.")
