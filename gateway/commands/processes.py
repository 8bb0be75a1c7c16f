"""The commands that serve: `serve`, `demo` and `sandbox`."""

import argparse
import asyncio
import errno
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from gateway.app import create_app
from gateway.auth import Authenticate, demo_caller
from gateway.clock import BootClock, Clock, system_boot_clock, system_clock
from gateway.commands.terminal import print_line, refuse
from gateway.graph.schema import build_schema
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.demo import DemoExtras
from gateway.http.persisted_documents import InvalidManifest
from gateway.journal.errors import StateUnusable
from gateway.observability.logging import log
from gateway.observability.metrics import metrics_directory
from gateway.observability.tracing import TracesMissing
from gateway.server.listen import bind, listening, url_of
from gateway.server.memory import run, settle
from gateway.server.workers import Supervisor
from gateway.settings.loader import missing_for_serve
from gateway.settings.model import Settings

SANDBOX_PORT = 8001
STATE_FILE = "gateway-state.sqlite3"
_GOODBYE_SECONDS = 0.7

_UNUSABLE: dict[type[Exception], str] = {
    InvalidManifest: "TRUSTED_DOCUMENTS",
    StateUnusable: "STATE_PATH",
    TracesMissing: "TRACES_ENABLED",
}
"""Errors that a valid setting can still cause at startup, with the name of the setting."""


def serve(settings: Settings, _options: argparse.Namespace) -> None:
    """Serve the gateway over imin, for callers with a token."""
    missing = missing_for_serve(settings)
    if missing:
        refuse(f"set {_enumerated(missing)} first, or try `gateway demo`, which needs none of them.")
    from gateway.auth.bearer import bearer_authentication  # noqa: PLC0415  # 9 MB that other commands do not need

    if settings.workers == 1:
        sock = _bind(settings.host, settings.port, "--port or GATEWAY_PORT")
        run(_serve(settings, bearer_authentication(settings), sock, print_line))
        return
    with metrics_directory():
        sock = _bind(settings.host, settings.port, "--port or GATEWAY_PORT")
        build_schema()
        url = url_of(settings.host, sock)
        supervisor = Supervisor(
            settings.workers,
            sock,
            lambda its_sock, ready, lifeline: run(
                _serve(settings, bearer_authentication(settings), its_sock, lambda _: ready(), lifeline)
            ),
            lambda: print_line(f"ready {url}"),
        )
        status = supervisor.run()
    sys.exit(status)


async def _serve(
    settings: Settings,
    authentication: AbstractAsyncContextManager[Authenticate],
    sock: socket.socket,
    ready: Callable[[str], None],
    lifeline: int | None = None,
) -> None:
    """Serve until a signal. ready: called with the line to print. lifeline: closes when the parent ends."""
    if lifeline is None:
        _ignore_hangup()
    async with AsyncExitStack() as running:
        try:
            authenticate = await running.enter_async_context(authentication)
        except ValueError as error:
            refuse(f"GATEWAY_AUTH_PUBLIC_KEY: {error}")
        settings = settings.but(state_path=settings.state_path or STATE_FILE)
        gateway = gateway_listening(settings, authenticate, sock=sock, goodbye_seconds=_GOODBYE_SECONDS)
        url = await _start(running, gateway)
        settle()
        ready(f"ready {url}")
        await _until_stopped(lifeline)


async def demo(settings: Settings, options: argparse.Namespace) -> None:
    """Serve a sandbox, and a gateway over it whose caller is the sandbox's customer 1234.

    Needs no settings. With GATEWAY_IMIN_BASE_URL the gateway uses another imin, for example a proxy in front
    of the sandbox. With --auth, callers need a token that `gateway token` prints; the demo has an issuer of
    its own, whatever GATEWAY_AUTH_ variables say.
    """
    from gateway.demo import CUSTOMERS, demo_settings, sandbox_settings, with_checkout  # noqa: PLC0415  # `serve` has no sandbox
    from gateway.demo_identities import demo_extras  # noqa: PLC0415  # as above
    from gateway.sandbox.api.app import create_sandbox  # noqa: PLC0415  # as above
    from gateway.sandbox.data.vocabulary import SEARCH_PATH  # noqa: PLC0415  # as above

    sandbox_sock = _bind(settings.host, options.sandbox_port, "--sandbox-port, with make: SANDBOX_PORT=")
    sock = _bind(settings.host, settings.port, "--port, with make: PORT=")
    settings = demo_settings(settings)
    simulated = sandbox_settings(settings, url_of(settings.host, sock))
    async with AsyncExitStack() as running:
        upstream = await running.enter_async_context(
            listening(create_sandbox(simulated), settings.host, sock=sandbox_sock)
        )
        if "imin_base_url" not in settings.model_fields_set:
            settings = settings.but(
                imin_base_url=f"{upstream}/api/v2",
                search_base_url=settings.search_base_url or f"{upstream}{SEARCH_PATH}",
            )
        settings = with_checkout(settings, upstream)
        if settings.imin_api_key is None:
            settings = settings.but(imin_api_key=SecretStr(simulated.api_key))
        authenticate: Authenticate = demo_caller
        if options.auth:
            settings, authenticate = await _demo_authentication(running, settings)
        extras = demo_extras(f"{upstream}/sandbox", with_tokens=options.auth)
        gateway = gateway_listening(settings, authenticate, sock=sock, demo_extras=extras)
        url = await _start(running, gateway)
        print_line(f"sandbox  {upstream}")
        print_line(f"GraphiQL {url}/graphql")
        print_line(f"docs     {url}/docs/")
        if options.auth:
            print_line(f"issuer   {settings.auth_jwks_url}")
            print_line("token    gateway token CUSTOMER [--service] [--expires 5m]")
        print_line(f"customers {', '.join(CUSTOMERS)}")
        print_line(f"ready {url}")
        await _until_stopped()


async def _demo_authentication(running: AsyncExitStack, settings: Settings) -> tuple[Settings, Authenticate]:
    """Start an issuer, and trust it alone. Ends the process if its key cannot be read or created."""
    from gateway.auth.bearer import bearer_authentication  # noqa: PLC0415  # as in `serve`
    from gateway.demo_issuer import KeyFileUnusable, create_issuer, load_key, trusting  # noqa: PLC0415  # as above

    try:
        load_key()
    except KeyFileUnusable as error:
        refuse(str(error))
    issuer = await running.enter_async_context(listening(create_issuer(), "127.0.0.1"))
    settings = trusting(settings, issuer)
    return settings, await running.enter_async_context(bearer_authentication(settings))


async def sandbox(settings: Settings, options: argparse.Namespace) -> None:
    """Serve the sandbox alone, which simulates imin."""
    from gateway.sandbox.api.app import create_sandbox  # noqa: PLC0415  # as in demo

    sock = _bind(settings.host, options.port or 0, "--port")
    async with listening(create_sandbox(), settings.host, sock=sock) as url:
        print_line(f"ready {url}")
        await _until_stopped()


@asynccontextmanager
async def gateway_listening(  # noqa: PLR0913  # what tests set, besides the settings
    settings: Settings,
    authenticate: Authenticate,
    now: Clock = system_clock,
    *,
    boot_clock: BootClock = system_boot_clock,
    sock: socket.socket | None = None,
    goodbye_seconds: float = 0.0,
    demo_extras: DemoExtras | None = None,
    cache_clock: Callable[[], float] = time.time,
) -> AsyncIterator[str]:
    """Run a gateway; yields its URL. See `listening`.

    It is bound to its port before the app is created, because receipt links contain the port.
    """
    sock = sock or bind(settings.host, settings.port)
    settings = settings.but(port=sock.getsockname()[1])
    app = create_app(settings, authenticate, now, boot_clock, demo_extras, cache_clock)
    timeouts = ClientTimeouts(
        header_seconds=settings.header_timeout_seconds,
        body_seconds=settings.body_timeout_seconds,
        write_seconds=settings.write_timeout_seconds,
        keep_alive_seconds=settings.keep_alive_seconds,
    )
    running = listening(app, settings.host, sock=sock, goodbye_seconds=goodbye_seconds, timeouts=timeouts)
    async with running as url:
        yield url


def _bind(host: str, port: int, option: str) -> socket.socket:
    """A listening socket. Ends the process if that is impossible. option: chooses another port."""
    try:
        return bind(host, port)
    except OSError as error:
        # socket.create_server repeats the address in the text of the error.
        cause = (error.strerror or str(error)).partition(" (while ")[0]
        reason = f"cannot listen on {host}:{port}: {cause}."
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            reason += f" Choose another port ({option}); 0 picks a free one."
        refuse(reason)


async def _start(running: AsyncExitStack, gateway: AbstractAsyncContextManager[str]) -> str:
    """Start a gateway and return its URL. Ends the process if a setting turns out to be unusable."""
    try:
        return await running.enter_async_context(gateway)
    except tuple(_UNUSABLE) as error:
        refuse(f"GATEWAY_{_UNUSABLE[type(error)]}: {error}")


def _ignore_hangup() -> None:
    """SIGHUP asks for new workers, which this process cannot have; by default it would end it."""
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGHUP,
        lambda: log.warning("SIGHUP ignored", reason="only workers are replaced: --workers 2 or more"),
    )


async def _until_stopped(lifeline: int | None = None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    if lifeline is not None:
        loop.add_reader(lifeline, stopped.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


def _enumerated(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
