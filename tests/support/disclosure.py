"""What a text gives away."""

import re


def disclosed(text: str, *secrets: str) -> list[str]:
    """Those secrets that the text holds; a number only where it stands alone.

    Random ids, hashes and times hold any digits; what is given away is a whole value.
    """
    return [secret for secret in secrets if secret in text and _stands_alone(secret, text)]


def _stands_alone(secret: str, text: str) -> bool:
    return not secret.isdecimal() or re.search(rf"(?<![\w.]){secret}(?!\w|\.\d)", text) is not None
