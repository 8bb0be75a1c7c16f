"""The gateway as benchmarked: production settings, with a trusted service as its only caller."""

import asyncio
import os

from gateway.app import create_app
from gateway.auth import Caller
from gateway.observability.logging import configure_logs
from gateway.server.listen import listening
from gateway.server.memory import run, settle
from gateway.settings.loader import load_settings


async def trusted_service(_request: object) -> Caller:
    """A service that may act for any customer."""
    return Caller(None, may_name_any_customer=True)


async def main() -> None:
    """Serve until the process is stopped."""
    configure_logs("WARNING")
    cached = bool(os.environ.get("CACHED"))
    settings = load_settings(
        profile="production",
        port=int(os.environ["PORT"]),
        public_url="http://127.0.0.1",
        imin_base_url=f"{os.environ['UPSTREAM']}/api/v2",
        imin_api_key="bench",
        cache_enabled=cached,
        rate_limited=False,  # all requests come from one caller
        imin_endpoint_concurrency=64,  # the default of 16 protects the real imin
    )
    async with listening(create_app(settings, trusted_service), "127.0.0.1", settings.port):
        settle()
        await asyncio.Event().wait()


if __name__ == "__main__":
    run(main())
