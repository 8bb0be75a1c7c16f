"""Find secrets in a text."""

import re


def disclosed(text: str, *secrets: str) -> list[str]:
    """The secrets that a text contains. A number counts only as a whole word.

    Random ids, hashes and times contain any sequence of digits.
    """
    return [secret for secret in secrets if secret in text and _stands_alone(secret, text)]


def _stands_alone(secret: str, text: str) -> bool:
    return not secret.isdecimal() or re.search(rf"(?<![\w.]){secret}(?!\w|\.\d)", text) is not None
