"""`gateway token`: print a token that `gateway demo --auth` accepts."""

import argparse
import re

from gateway.commands.terminal import print_line, refuse
from gateway.imin.routes import is_identifier

DEFAULT_LIFETIME = "1h"
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_MAX_DAYS = 365


def print_token(options: argparse.Namespace) -> None:
    """Print a token for `gateway demo --auth`.

    The token is all that is printed, and no gateway needs to run: TOKEN=$(gateway token 1234). It is signed
    with the key that the demo reads, ~/.local/state/imin-gateway/demo-issuer-key.json, or below
    $XDG_STATE_HOME. The file is created by whichever command needs it first.
    """
    from gateway.demo_issuer import KeyFileUnusable, demo_token, load_key  # noqa: PLC0415  # `serve` has no issuer

    customer, is_service = options.customer, options.service
    if customer is None and not is_service:
        refuse("name a CUSTOMER, for example 1234, or use --service.")
    if customer is not None and not is_identifier(customer):
        refuse("CUSTOMER must be an identifier that imin could have issued, for example 1234.")
    try:
        print_line(demo_token(load_key(), customer, options.expires, is_service=is_service))
    except KeyFileUnusable as error:
        refuse(str(error))


def duration(text: str) -> int:
    """Seconds of a duration in the form 90s, 5m, 2h or 1d. Raises argparse.ArgumentTypeError."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(
            f"must be a whole number with s, m, h or d, for example 5m, got {text!r}"
        )
    seconds = int(match[1]) * _UNITS[match[2]]
    if not 1 <= seconds <= _MAX_DAYS * _UNITS["d"]:
        raise argparse.ArgumentTypeError(f"must be 1s to {_MAX_DAYS}d, got {text!r}")
    return seconds
