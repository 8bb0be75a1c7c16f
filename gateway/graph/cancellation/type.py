"""What the gateway itself remembers of a cancellation that was asked for."""

from datetime import UTC, datetime

import strawberry

from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.graph.scalars import DateTime

_DESCRIPTIONS = {
    AttemptState.UNCONFIRMED: "Sent; nothing tells yet whether imin took it.",
    AttemptState.PENDING: "imin took it; the booking system has yet to confirm.",
    AttemptState.CANCELLED: "The booking system confirmed it.",
    AttemptState.REFUSED: "It was refused: at once by imin, or later by the booking system.",
    AttemptState.NOT_TAKEN: "It never took effect. It can be tried again.",
}

strawberry.enum(AttemptState, name="CancellationState", description="What is known of a cancellation.")
for _value, _state in zip(
    AttemptState.__strawberry_definition__.values,  # type: ignore[attr-defined]  # put there by Strawberry
    AttemptState,
    strict=True,
):
    _value.description = _DESCRIPTIONS[_state]


@strawberry.type(description="A cancellation that was asked for through this gateway.")
class Cancellation:
    """From the journal, not from imin."""

    requested_at: DateTime = strawberry.field(description="When it was sent to imin.")
    settled_at: DateTime | None = strawberry.field(
        description="When the gateway learned how it ended; null while it has not."
    )
    state: AttemptState = strawberry.field(description="What is known of it.")

    @staticmethod
    def of(attempt: Attempt) -> "Cancellation":
        """An attempt as clients see it."""
        settled = None if attempt.settled_at is None else _moment(attempt.settled_at)
        return Cancellation(
            requested_at=_moment(attempt.requested_at), settled_at=settled, state=attempt.state
        )


def _moment(seconds: float) -> DateTime:
    return DateTime(datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds"))
