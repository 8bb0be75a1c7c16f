"""The customers of the sandbox and the size of their order histories."""

from dataclasses import dataclass
from typing import Literal

from gateway.sandbox.data.vocabulary import Document

Habit = Literal["member", "plain", "facility", "virtual", "group", "receipts", "statuses"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer whose history is generated.

    numbers: the order numbers, oldest first.
    habit: what the orders contain, see booking_habits.py.
    upcoming: how many of the newest orders are for sessions in the future.
    """

    identifier: str
    numbers: range
    habit: Habit
    upcoming: int
    person: Document


def _person(given_name: str, family_name: str, email: str, telephone: str) -> Document:
    return {
        "type": "Person",
        "telephone": telephone,
        "email": email,
        "givenName": given_name,
        "familyName": family_name,
    }


# The customer of imin's documented order. 1,917 orders is imin:totalItems of its example page.
_DOCUMENTED = _person("Eheuheu", "Eheuheu", "eheuheu@ehuehue.com", "020 811 8055")
_GEOFF = _person("Geoff", "Capes", "geoffcapes@example.com", "020 811 8055")

CUSTOMERS = (
    Customer("1234", range(1, 1918), "member", 13, _DOCUMENTED),
    Customer(
        "small",
        range(20_001, 20_004),
        "plain",
        1,
        _person("Asha", "Patel", "asha.patel@example.com", "07700 900101"),
    ),
    Customer(
        "empty", range(0), "plain", 0, _person("Owen", "Price", "owen.price@example.com", "07700 900102")
    ),
    Customer(
        "facility",
        range(20_201, 20_213),
        "facility",
        4,
        _person("Moira", "Baird", "moira.baird@example.com", "07700 900103"),
    ),
    Customer(
        "virtual",
        range(20_301, 20_307),
        "virtual",
        3,
        _person("Tom", "Okafor", "tom.okafor@example.com", "07700 900104"),
    ),
    Customer(
        "group",
        range(20_401, 20_406),
        "group",
        2,
        _person("Ruth", "Evans", "ruth.evans@example.com", "07700 900105"),
    ),
    Customer(
        "receipts",
        range(20_501, 20_505),
        "receipts",
        0,
        _person("Liam", "Walsh", "liam.walsh@example.com", "07700 900106"),
    ),
    Customer(
        "statuses",
        range(20_601, 20_611),
        "statuses",
        0,
        _person("Grace", "Mensah", "grace.mensah@example.com", "07700 900107"),
    ),
    Customer("abc", range(20_701, 20_713), "plain", 2, _GEOFF),
)

CUSTOMERS_BY_IDENTIFIER = {customer.identifier: customer for customer in CUSTOMERS}


def customer_of_order_number(number: int) -> Customer | None:
    """The customer whose generated history contains this order number."""
    return next((customer for customer in CUSTOMERS if number in customer.numbers), None)
