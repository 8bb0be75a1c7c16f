"""Why no response arrived over a connection to imin. The client turns these into gateway.imin.errors."""


class TransportError(Exception):
    """No complete response was received."""


class CannotConnect(TransportError):
    """imin did not accept a connection, or its TLS certificate is not trusted. Nothing was sent.

    timed_out: whether the time for connecting ran out.
    """

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__()
        self.timed_out = timed_out


class ConnectionBroken(TransportError):
    """The connection ended, or carried something other than HTTP, before the response was complete."""


class ResponseTooLarge(TransportError):
    """The response's body is larger than allowed."""


class ResponseTooLate(TransportError):
    """The response was not complete before its deadline."""
