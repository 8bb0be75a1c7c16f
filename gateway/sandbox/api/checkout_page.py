"""Write checkout's pages, which work without scripts. Everything that a client sent is escaped."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from gateway.sandbox.api.checkout_style import STYLE
from gateway.sandbox.data import dates
from gateway.sandbox.data.money import amount
from gateway.sandbox.data.opportunities import levels
from gateway.sandbox.data.order_items import end_of, object_member
from gateway.sandbox.data.pictures import PICTURES, logo_url
from gateway.sandbox.data.vocabulary import Document
from gateway.sandbox.state.checkout_request import CheckoutRequest
from gateway.sandbox.state.purchase import Purchase

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Checkout</title>
<link rel="icon" href="{icon}">
<style>{style}</style>
</head>
<body>
<header><span>{broker}</span><span class="tag">Sandbox checkout</span></header>
<main{layout}>
{body}
</main>
</body>
</html>
"""
GUEST_FIELDS = {
    "givenName": ("First name", "given-name", "text"),
    "familyName": ("Last name", "family-name", "text"),
    "email": ("E-mail", "email", "email"),
}
"""Name, label, autocomplete and type of the fields that a guest fills in."""
_NO_BROKER = "Checkout"


@dataclass(frozen=True, slots=True)
class Entered:
    """What a guest has entered, to be shown again. wrong: names of the fields that are not valid."""

    values: Mapping[str, str]
    wrong: Collection[str]


_NOTHING_ENTERED = Entered({}, ())


def payment_page(
    request: CheckoutRequest,
    purchase: Purchase,
    price: tuple[Decimal, Document],
    customer: Document | None,
    entered: Entered | None = None,
) -> str:
    """The page of an open session.

    price: the total and its tax. customer: None to ask for their name and e-mail address.
    """
    name = _name(purchase.opportunity)
    total = price[0]
    button = "Pay with the test card" if total else "Book free of charge"
    card = '<p class="hint">Test card 4242 4242 4242 4242. No money moves.</p>' if total else ""
    parts = [
        '<section class="card" aria-labelledby="item">',
        _picture(purchase.opportunity),
        f'<h1 id="item">{escape(name)}</h1>',
        _details(purchase),
        "</section>",
        '<section class="card" aria-labelledby="pay">',
        '<h2 id="pay">Your booking</h2>',
        '<form method="post">',
        _known_customer(customer) if customer else _customer_fields(entered or _NOTHING_ENTERED),
        _total(*price),
        f'<button class="primary" name="action" value="pay">{button}</button>',
        '<button class="secondary" name="action" value="cancel" formnovalidate>Cancel</button>',
        "</form>",
        card,
        "</section>",
    ]
    return _page(name, request.broker, "\n".join(filter(None, parts)), ' class="two"')


def notice_page(title: str, text: str, request: CheckoutRequest | None = None, *, mark: str = "") -> str:
    """A page that says how a session ended, with the broker's links. mark: a sign above the title."""
    links = [(request.return_url, "primary"), (request.profile_url, "secondary")] if request else []
    names = {
        "primary": f"Back to {request.broker}" if request else "",
        "secondary": "Your account",
    }
    parts = [
        '<section class="card notice">',
        f'<p class="mark" aria-hidden="true">{mark}</p>' if mark else "",
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(text)}</p>",
        *(
            f'<a class="button {kind}" href="{escape(url)}" rel="noreferrer">{escape(names[kind])}</a>'
            for url, kind in links
            if url
        ),
        "</section>",
    ]
    return _page(title, request.broker if request else None, "\n".join(filter(None, parts)))


def _page(title: str, broker: str | None, body: str, layout: str = "") -> str:
    shown = escape(broker or _NO_BROKER)
    return _PAGE.format(
        title=escape(title),
        icon=logo_url("luke-test-org"),
        style=STYLE,
        broker=shown,
        body=body,
        layout=layout,
    )


def _picture(opportunity: Document) -> str:
    for level in levels(opportunity):
        image = level.get("image")
        first = image[0] if isinstance(image, list) and image else image
        url = first.get("url") if isinstance(first, dict) else None
        if isinstance(url, str) and url.startswith(f"{PICTURES}/"):
            return f'<img src="{escape(url)}" alt="" width="1200" height="800">'
    return ""


def _details(purchase: Purchase) -> str:
    opportunity = purchase.opportunity
    attendees = [_full_name(person) for person in purchase.attendees if person]
    rows = [
        ("When", _when(opportunity)),
        ("Where", _where(opportunity)),
        ("With", _seller(opportunity)),
        ("Ticket", _ticket(purchase)),
        ("Attendees", ", ".join(attendees)),
    ]
    return _list((name, escape(value)) for name, value in rows if value)


def _list(rows: Iterable[tuple[str, str]]) -> str:
    """A description list. rows: names, and values as HTML."""
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in rows)}</dl>"


def _name(opportunity: Document) -> str:
    return next((str(level["name"]) for level in levels(opportunity) if level.get("name")), "Your booking")


def _when(opportunity: Document) -> str:
    start, end = dates.parse(opportunity.get("startDate")), end_of({"orderedItem": opportunity})
    if start is None:
        return ""
    begins = start.astimezone(dates.LONDON)
    day = f"{begins:%A} {begins.day} {begins:%B %Y}, {begins:%H:%M}"
    return f"{day}–{end.astimezone(dates.LONDON):%H:%M} (London)" if end else f"{day} (London)"  # noqa: RUF001


def _where(opportunity: Document) -> str:
    place = next(
        (object_member(level, "location") for level in levels(opportunity) if "location" in level), {}
    )
    address = object_member(place, "address")
    lines = (
        place.get("name"),
        *(address.get(name) for name in ("streetAddress", "addressLocality", "postalCode")),
    )
    return ", ".join(line for line in lines if isinstance(line, str)) or "Online"


def _seller(opportunity: Document) -> str:
    for level in levels(opportunity):
        for member in ("organizer", "provider"):
            name = object_member(level, member).get("name")
            if isinstance(name, str):
                return name
    return ""


def _ticket(purchase: Purchase) -> str:
    count, name = len(purchase.attendees), str(purchase.offer.get("name") or "Ticket")
    each = _pounds(amount(purchase.offer.get("price")))
    return f"{count} × {name}, {each} each" if count > 1 else f"{name}, {each}"  # noqa: RUF001


def _known_customer(customer: Document) -> str:
    email = customer.get("email")
    shown = escape(_full_name(customer)) + (f"<br>{escape(str(email))}" if email else "")
    return _list([("Customer", shown)])


def _customer_fields(entered: Entered) -> str:
    message = "Please enter your name and your e-mail address."
    alert = f'<p class="error" role="alert">{message}</p>' if entered.wrong else ""
    return alert + "".join(_field(name, entered) for name in GUEST_FIELDS)


def _field(name: str, entered: Entered) -> str:
    label, autocomplete, kind = GUEST_FIELDS[name]
    value, invalid = (
        escape(entered.values.get(name, "")),
        ' aria-invalid="true"' if name in entered.wrong else "",
    )
    return (
        f'<label>{label}<input name="{name}" type="{kind}" autocomplete="{autocomplete}"{invalid} '
        f'required maxlength="100" value="{value}"></label>'
    )


def _total(total: Decimal, tax: Document) -> str:
    charged = amount(tax.get("price"))
    line = f"<small>{escape(str(tax.get('name')))}: {_pounds(charged)}</small>" if charged else ""
    return f'<div class="total"><span>Total{line}</span><strong>{_pounds(total)}</strong></div>'


def _full_name(person: Document) -> str:
    names = (person.get("givenName"), person.get("familyName"))
    return " ".join(name for name in names if isinstance(name, str)) or "Customer"


def _pounds(value: Decimal) -> str:
    return f"£{value:.2f}" if value else "Free"
