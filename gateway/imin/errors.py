"""What can go wrong between the gateway and imin.

IminError
├── UpstreamUnavailable          imin cannot be reached, is overloaded, or refuses our key
│   └── TimedOut         no whole answer before the deadline
├── Unreadable           imin answered something that is no answer to what was asked
├── NotFound             imin has no such resource (404, 410)
└── Refused              imin says no and why: a business rule (other 4xx)

Messages name the endpoint and what is wrong with the answer; never a URL, a key
or an identifier.
"""


class IminError(Exception):
    """Any failure of a request to imin."""


class UpstreamUnavailable(IminError):
    """imin cannot be reached, is overloaded, or refuses our key.

    sent: whether imin may have acted on the request; not, where it never left or was turned away at the door.
    answered: whether imin, or a proxy before it, has answered the request and so is done with it.
    retry_after: seconds imin asked us to wait, if it did.
    """

    def __init__(
        self, message: str, *, sent: bool = True, answered: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.answered = answered
        self.retry_after = retry_after


class TimedOut(UpstreamUnavailable):
    """No whole answer, headers and body, before the deadline."""


class Unreadable(IminError):
    """imin answered something that is no answer to what was asked."""


class NotFound(IminError):
    """imin has no such resource, or has it no more."""


class Refused(IminError):
    """imin understood the request and says no.

    status: HTTP status. kind: the OpenActive error type, such as `CancellationNotPermittedError`,
    or "" where the answer names none. description: imin's sentence for a customer, or "".
    """

    def __init__(self, message: str, *, status: int, kind: str = "", description: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.description = description
