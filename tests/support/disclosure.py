"""Find secrets in a text."""

import re


def disclosed(text: str, *secrets: str) -> list[str]:
    """The secrets in a text. A number must be a whole word, because random ids and times contain digits."""
    return [secret for secret in secrets if secret in text and _stands_alone(secret, text)]


def _stands_alone(secret: str, text: str) -> bool:
    return not secret.isdecimal() or re.search(rf"(?<![\w.]){secret}(?!\w|\.\d)", text) is not None
