"""Sharing one reading loop among replicas: one of them reads, the others read when it has seen a change."""

from typing import NamedTuple, Protocol


class Claim(NamedTuple):
    """is_mine: whether this process is the one that reads. version: what the one that reads has seen last."""

    is_mine: bool
    version: str


class SharedPolling(Protocol):
    """Decides which replica reads. topic: names what is read of a customer. Raises nothing."""

    async def claim(self, topic: str, customer: str, width: int) -> Claim:
        """Become or stay the one that reads, unless another replica does that reads as much.

        width: how much is read; the replica that reads the most is the one that reads.
        """

    async def changed(self, topic: str, customer: str) -> str:
        """Let the other replicas read, because a change was seen. Returns the new version."""

    def release(self, topic: str, customer: str) -> None:
        """Let another replica become the one that reads."""


class NotShared:
    """The only process reads."""

    async def claim(self, _topic: str, _customer: str, _width: int) -> Claim:
        return Claim(is_mine=True, version="")

    async def changed(self, _topic: str, _customer: str) -> str:
        return ""

    def release(self, _topic: str, _customer: str) -> None:
        pass
