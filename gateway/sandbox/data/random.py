"""Deterministic chance: the same seed and key always give the same draw."""

import hashlib
import random


def digest(seed: int, *key: object) -> bytes:
    """Sixteen bytes that depend on the seed and the key only."""
    return hashlib.blake2b(f"{seed}:{key!r}".encode(), digest_size=16).digest()


def fraction(seed: int, *key: object) -> float:
    """A number from 0 (included) to 1 (excluded)."""
    return int.from_bytes(digest(seed, *key)[:6], "big") / 2**48


def chance(seed: int, *key: object) -> random.Random:
    """A generator of its own for one thing of the world."""
    return random.Random(digest(seed, *key))  # noqa: S311  # example data, no secret


def letters(seed: int, length: int, *key: object) -> str:
    """An opaque short identifier such as MAlnTNiZut."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(chance(seed, "letters", *key).choices(alphabet, k=length))
