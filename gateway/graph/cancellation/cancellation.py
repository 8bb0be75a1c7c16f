"""A cancellation that was requested through the gateway, from its journal."""

from datetime import UTC, datetime

import strawberry

from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.graph.scalars import DateTime

_DESCRIPTIONS = {
    AttemptState.UNCONFIRMED: "It was sent to imin, and it is not known yet whether imin accepted it.",
    AttemptState.PENDING: "imin accepted it. The booking system has not confirmed it yet.",
    AttemptState.CANCELLED: "The booking system has cancelled the items.",
    AttemptState.REFUSED: "It was refused, by imin at once or by the booking system later.",
    AttemptState.NOT_TAKEN: "The items did not change, so it had no effect. It can be requested again.",
}

strawberry.enum(AttemptState, name="CancellationState", description="How far a cancellation has come.")
for _value, _state in zip(
    AttemptState.__strawberry_definition__.values,  # type: ignore[attr-defined]  # put there by Strawberry
    AttemptState,
    strict=True,
):
    _value.description = _DESCRIPTIONS[_state]


@strawberry.type(description="A cancellation that was requested through this gateway.")
class Cancellation:
    """Runtime object: itself, made from an Attempt."""

    requested_at: DateTime = strawberry.field(description="When it was sent to imin.")
    settled_at: DateTime | None = strawberry.field(
        description="When the gateway learned the final state; null until then."
    )
    state: AttemptState = strawberry.field(description="How far it has come.")

    @staticmethod
    def of(attempt: Attempt) -> "Cancellation":
        settled_at = None if attempt.settled_at is None else _date_time(attempt.settled_at)
        return Cancellation(
            requested_at=_date_time(attempt.requested_at), settled_at=settled_at, state=attempt.state
        )


def _date_time(seconds: float) -> DateTime:
    return DateTime(datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds"))
