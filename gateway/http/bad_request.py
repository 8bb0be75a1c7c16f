"""The error for an HTTP request that is not a valid GraphQL request."""

from gateway.errors import BAD_REQUEST


class BadRequest(Exception):  # HTTP's own name for it
    """The request cannot be read. The message is shown to the client."""

    def __init__(self, status: int, message: str, *, code: str = BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
