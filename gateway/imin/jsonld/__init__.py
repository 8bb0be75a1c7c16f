"""Decoding JSON-LD the way imin and OpenActive really write it.

A document is decoded straight into its Struct; that is the fast and usual way (decoding.py).
One that does not fit is read a second time, field by field (lenient.py): a number where a text
belongs, one object where a list belongs, a bare text where an object belongs. What cannot be read
even then is left out, and its path is reported.

Source: imin docs, "Understanding responses" (any property may be missing, new
ones appear at any time); OpenActive Modelling Specification.
"""

from gateway.imin.jsonld.decoding import decode
from gateway.imin.jsonld.iri import iri_tail, is_iri, is_same_iri
from gateway.imin.jsonld.kinds import Bare, Exact, Int, Link
from gateway.imin.jsonld.lenient import read, read_leniently

__all__ = [
    "Bare",
    "Exact",
    "Int",
    "Link",
    "decode",
    "iri_tail",
    "is_iri",
    "is_same_iri",
    "read",
    "read_leniently",
]
