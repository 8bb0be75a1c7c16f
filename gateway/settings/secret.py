"""A text that nobody tells by accident."""

from typing import Protocol


class Secret(Protocol):
    """Shown nowhere; whoever needs the text asks for it. pydantic's SecretStr is one."""

    def get_secret_value(self) -> str:
        """The text."""
