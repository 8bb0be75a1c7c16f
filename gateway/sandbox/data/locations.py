"""imin's local pointers: a session's place written once, in its EventSeries. Changes in place.

Source: a stored payload of imin's Search API.
"""

import hashlib

import orjson

from gateway.sandbox.data.vocabulary import Document


def point_to_location(opportunity: Document) -> None:
    """Moves the location of a session's SessionSeries into imin:locationSummary and points to it."""
    series = opportunity.get("superEvent")
    if not isinstance(series, dict) or not isinstance(series.get("superEvent"), dict):
        return
    location = series.get("location")
    if not isinstance(location, dict):
        return
    name = hashlib.sha1(orjson.dumps(location), usedforsecurity=False).hexdigest()
    pointer = f"#/imin:locationSummary/{name}"
    series["location"] = {"type": "Place", "id": pointer}
    series["superEvent"]["imin:locationSummary"] = [location | {"id": pointer}]
