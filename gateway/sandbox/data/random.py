"""Deterministic randomness: the same seed and key always give the same value."""

import hashlib
import random


def digest(seed: int, *key: object) -> bytes:
    """Sixteen bytes that depend only on the seed and the key."""
    return hashlib.blake2b(f"{seed}:{key!r}".encode(), digest_size=16).digest()


def fraction(seed: int, *key: object) -> float:
    """A number from 0 (included) to 1 (excluded)."""
    return int.from_bytes(digest(seed, *key)[:6], "big") / 2**48


def generator(seed: int, *key: object) -> random.Random:
    """A random number generator for this seed and key."""
    return random.Random(digest(seed, *key))  # noqa: S311  # example data, not a secret


def letters(seed: int, length: int, *key: object) -> str:
    """An opaque identifier in the style of MAlnTNiZut."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(generator(seed, "letters", *key).choices(alphabet, k=length))
