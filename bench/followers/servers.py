"""The servers that are followed: this gateway as its users run it, and peers with the same duties."""

from bench.followers.tokens import AUDIENCE, ISSUER
from bench.targets import NODE, OURS

POLL_SECONDS = 0.5
"""How often each server reads the order; the gateway's own pace in production is 2 to 60 seconds."""
MORE_THAN_NEEDED = "1000000"

_GATEWAY = ["sh", "-c", 'exec "$0" -m gateway serve --port "$PORT"', "python"]
SANDBOX = ["sh", "-c", 'exec "$0" -m gateway sandbox --port "$PORT"', "python"]
_PEER = ["node", str(NODE / "followers.mjs")]
STREAMS = f"{OURS} (event streams)"
COMMANDS = {
    OURS: _GATEWAY,
    STREAMS: _GATEWAY,
    "Mercurius": [*_PEER, "mercurius"],
    "graphql-ws": [*_PEER, "graphql-ws"],
}


def environment(name: str, upstream: str, order: str, public_key: str, state: str) -> dict[str, str]:
    """Environment of a server. upstream: URL of imin's API. state: path of the gateway's state file."""
    if not name.startswith(OURS):
        return {
            "NODE_ENV": "production",
            "UPSTREAM": upstream,
            "API_KEY": "sandbox-key",
            "ORDER": order,
            "PUBLIC_KEY": public_key,
            "ISSUER": ISSUER,
            "AUDIENCE": AUDIENCE,
            "POLL_SECONDS": str(POLL_SECONDS),
        }
    raised = ("MOST", "MOST_EACH", "SOCKETS", "SOCKETS_EACH")
    return {
        "GATEWAY_PROFILE": "production",
        "GATEWAY_PUBLIC_URL": "http://127.0.0.1",
        "GATEWAY_IMIN_BASE_URL": f"{upstream}/api/v2",
        "GATEWAY_IMIN_API_KEY": "sandbox-key",
        "GATEWAY_AUTH_PUBLIC_KEY": public_key,
        "GATEWAY_AUTH_ISSUER": ISSUER,
        "GATEWAY_AUTH_AUDIENCE": AUDIENCE,
        "GATEWAY_STATE_PATH": state,
        "GATEWAY_FOLLOW_FIRST_SECONDS": str(POLL_SECONDS),
        "GATEWAY_FOLLOW_LONGEST_SECONDS": str(POLL_SECONDS),
        # All followers are one customer's here, who may otherwise have fewer.
        "GATEWAY_RATE_COST_PER_SECOND": MORE_THAN_NEEDED,
        "GATEWAY_RATE_BURST_COST": MORE_THAN_NEEDED,
        **{f"GATEWAY_FOLLOW_{name}": MORE_THAN_NEEDED for name in raised},
    }
