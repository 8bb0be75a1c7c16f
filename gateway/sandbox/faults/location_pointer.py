"""Write a session's location as imin's Search API does: once in the EventSeries, with a pointer to it.

Source: a payload of imin's Search API.
"""

import hashlib

import orjson

from gateway.sandbox.data.vocabulary import Document


def point_to_location(opportunity: Document) -> None:
    """Replace the location of a SessionSeries by a pointer into imin:locationSummary. Changes in place."""
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
