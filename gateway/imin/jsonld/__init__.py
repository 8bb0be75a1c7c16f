"""Decoding JSON-LD the way imin and OpenActive really write it.

A document is decoded straight into its Struct; that is the fast and usual way (decoding.py).
One that does not fit is read a second time, field by field (lenient.py): a number where a text
belongs, one object where a list belongs, a bare IRI where an object belongs. What cannot be read
even then is left out, and its path is reported.

Source: imin docs, "Understanding responses" (any property may be missing, new
ones appear at any time); OpenActive Modelling Specification.
"""

from gateway.imin.jsonld.decoding import Int, decode
from gateway.imin.jsonld.iri import iri_tail
from gateway.imin.jsonld.lenient import read, read_leniently

__all__ = ["Int", "decode", "iri_tail", "read", "read_leniently"]
