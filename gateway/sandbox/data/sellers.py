"""The invented sellers of the sandbox and their venues."""

from dataclasses import dataclass
from typing import Literal

Tax = Literal["exempt", "gross", "net"]


@dataclass(frozen=True, slots=True)
class Venue:
    """A sports venue."""

    identifier: str
    name: str
    street: str
    locality: str
    region: str
    postcode: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Seller:
    """A leisure trust.

    tax: whether its prices are exempt from VAT, include it (gross) or exclude it (net).
    """

    slug: str
    name: str
    telephone: str
    tax: Tax
    venues: tuple[Venue, ...]

    @property
    def url(self) -> str:
        """The seller's home page; imin also uses it as the seller's id."""
        return f"https://{self.slug}.example.org"

    @property
    def open_data(self) -> str:
        """The base URL of the seller's open data."""
        return f"https://opendata.{self.slug}.example.org"


SELLERS = (
    Seller(
        "riverside-leisure",
        "Riverside Leisure Trust",
        "020 7946 0123",
        "exempt",
        (
            Venue(
                "101",
                "Putney Baths",
                "376 Upper Richmond Road",
                "Putney",
                "London",
                "SW15 6TS",
                51.4607,
                -0.2237,
            ),
            Venue(
                "102",
                "Wandle Sports Hall",
                "12 Garratt Lane",
                "Earlsfield",
                "London",
                "SW18 4DJ",
                51.4432,
                -0.1879,
            ),
        ),
    ),
    Seller(
        "northmoor-active",
        "Northmoor Active",
        "0161 496 0456",
        "gross",
        (
            Venue(
                "2476",
                "Ancoats Leisure Centre",
                "3 Dale Street",
                "Ancoats",
                "Manchester",
                "M1 1BA",
                53.4827,
                -2.2301,
            ),
            Venue(
                "2477",
                "Chorlton Community Pool",
                "8 Manchester Road",
                "Chorlton",
                "Manchester",
                "M21 9PN",
                53.4421,
                -2.2776,
            ),
        ),
    ),
    Seller(
        "calder-valley-leisure",
        "Calder Valley Leisure CIC",
        "01632 960 789",
        "net",
        (
            Venue(
                "7",
                "Hebden Bridge Wellbeing Hub",
                "Holme Street",
                "Hebden Bridge",
                "West Yorkshire",
                "HX7 8EE",
                53.7427,
                -2.0125,
            ),
            # Many venues in imin's test data have the coordinates 0,0.
            Venue(
                "8", "Mytholm Recreation Ground", "Church Lane", "Mytholm", "West Yorkshire", "HX7 6DL", 0, 0
            ),
        ),
    ),
    Seller(
        "forth-sport",
        "Forth Sport & Wellbeing",
        "0131 496 0321",
        "gross",
        (
            Venue(
                "EH-1",
                "Leith Victoria Swim Centre",
                "Junction Place",
                "Leith",
                "Edinburgh",
                "EH6 5JA",
                55.9721,
                -3.1735,
            ),
            Venue(
                "EH-2",
                "Portobello Five-a-Side",
                "Westbank Street",
                "Portobello",
                "Edinburgh",
                "EH15 1DR",
                55.9536,
                -3.1211,
            ),
        ),
    ),
)
