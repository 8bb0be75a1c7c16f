"""What can go wrong between the gateway and imin.

IminError
├── UpstreamUnavailable  imin cannot be reached, is overloaded, or refuses our key
│   ├── TimedOut         no complete response before the deadline
│   └── CallRejected     not sent, to spare an endpoint that is failing or busy
├── Unreadable           imin sent something other than what was requested
│   └── InvalidValue     a value in a document cannot be used, for example as a date
├── NotFound             imin has no such resource (404, 410)
└── Refused              imin says no and why: a business rule (other 4xx)

Messages name the endpoint and what is wrong with the response; never a URL, a key
or an identifier.
"""

from typing import Literal

RejectedBy = Literal["breaker", "pause", "queue", "deadline"]
"""What rejected a call. breaker: the endpoint is failing. pause: imin's Retry-After lasts too long.
queue: too many calls wait. deadline: too little time is left to send it."""


class IminError(Exception):
    """Any failure of a request to imin."""


class UpstreamUnavailable(IminError):
    """imin cannot be reached, is overloaded, or refuses our key.

    sent: whether imin may have acted on the request; False if it was never sent, or refused before that.
    answered: whether imin, or a proxy before it, has responded and so is done with the request.
    retry_after: seconds after which imin accepts requests again, if it said so.
    """

    def __init__(
        self, message: str, *, sent: bool = True, answered: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.answered = answered
        self.retry_after = retry_after


class TimedOut(UpstreamUnavailable):
    """No complete response, headers and body, before the deadline."""


class CallRejected(UpstreamUnavailable):
    """Not sent: the endpoint is failing, asked us to wait, or has too many calls waiting."""

    def __init__(self, reason: str, *, by: RejectedBy, retry_after: float) -> None:
        super().__init__(reason, sent=False, retry_after=retry_after)
        self.by: RejectedBy = by


class Unreadable(IminError):
    """imin sent something other than what was requested."""


class InvalidValue(Unreadable):
    """A value in a document cannot be used, for example as a date. member: its name in imin's JSON."""

    def __init__(self, member: str) -> None:
        super().__init__(f"invalid value of {member}")
        self.member = member


class NotFound(IminError):
    """imin does not have the resource, or no longer has it."""


class Refused(IminError):
    """imin understood the request and says no.

    status: HTTP status. kind: the OpenActive error type, for example `CancellationNotPermittedError`,
    or "" if the response names none. description: imin's sentence for a customer, or "".
    """

    def __init__(self, message: str, *, status: int, kind: str = "", description: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.description = description
