"""The invented activities of the sandbox: sessions, online sessions and courts."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["session", "virtual", "slot", "individual_slot"]
Access = Literal["barcode", "image", "pin", "barcode_and_pin", "channel"]


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity that customers book.

    concept: the last part of its id in OpenActive's activity list or facility list.
    """

    slug: str
    name: str
    label: str
    concept: str
    kind: Kind
    minutes: int
    capacity: int
    prices: tuple[Decimal, ...]
    access: Access


def _pounds(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


ACTIVITIES = (
    Activity(
        "hatha-yoga",
        "Hatha Yoga",
        "Yoga",
        "bf1a5e00-cdcf-465d-8c5a-6f57040b7f7e",
        "session",
        60,
        16,
        _pounds("7.50", "6.20", "10"),
        "barcode",
    ),
    Activity(
        "lane-swim",
        "Lane Swimming",
        "Swimming",
        "9d4ba5fa-9b5c-4b7f-9b8e-3d9a3c3d8d4c",
        "session",
        60,
        40,
        _pounds("4.75", "5.30", "0"),
        "barcode",
    ),
    Activity(
        "aqua-fit",
        "Aqua Fit",
        "Aqua Aerobics",
        "95092977-5a20-4d6e-b312-8fddabe71544",
        "session",
        45,
        25,
        _pounds("6.40", "4.75"),
        "image",
    ),
    Activity(
        "spin",
        "Spin 45",
        "Indoor Cycling",
        "4a19873e-118e-43f4-b86e-05acba8fb1de",
        "session",
        45,
        20,
        _pounds("8.95", "14.16"),
        "barcode_and_pin",
    ),
    Activity(
        "pilates",
        "Mat Pilates",
        "Pilates",
        "5df80216-2af8-4ad3-8120-a34c11ea1a87",
        "session",
        60,
        14,
        _pounds("12.50", "10"),
        "barcode",
    ),
    Activity(
        "walking-football",
        "Walking Football",
        "Walking Football",
        "666a8368-ea84-4ab2-8a01-4ee4ba1bba27",
        "session",
        90,
        22,
        _pounds("0", "3"),
        "pin",
    ),
    Activity(
        "badminton",
        "Badminton Court",
        "Badminton Court",
        "9db5681e-700e-4b30-99a5-355885d94db2",
        "slot",
        60,
        4,
        _pounds("10", "12.50"),
        "pin",
    ),
    Activity(
        "five-a-side",
        "Five-a-Side Pitch",
        "Football Pitch",
        "f0b1ba98-1a5e-4d2a-9b1b-1c5d0cf5f3c0",
        "individual_slot",
        40,
        1,
        _pounds("42", "37.80"),
        "barcode",
    ),
    Activity(
        "squash",
        "Squash Court",
        "Squash Court",
        "a1f82b7a-1258-4d9a-8dc5-bfc2ae961651",
        "individual_slot",
        40,
        1,
        _pounds("14.16", "9.60"),
        "barcode_and_pin",
    ),
    Activity(
        "online-yoga",
        "Yoga at Home",
        "Yoga",
        "bf1a5e00-cdcf-465d-8c5a-6f57040b7f7e",
        "virtual",
        45,
        100,
        _pounds("0", "4.75"),
        "channel",
    ),
    Activity(
        "online-hiit",
        "Lunchtime HIIT Online",
        "HIIT",
        "35d1d6a1-0b4b-4b7c-a9ea-5b9f3a0e6a1d",
        "virtual",
        30,
        60,
        _pounds("3", "5"),
        "channel",
    ),
)

ACTIVITIES_BY_KIND: dict[Kind, tuple[Activity, ...]] = {
    kind: tuple(activity for activity in ACTIVITIES if activity.kind == kind)
    for kind in ("session", "virtual", "slot", "individual_slot")
}
