"""The command line: serve, demo, sandbox, schema."""

import argparse
import asyncio
import errno
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from inspect import cleandoc
from pathlib import Path
from typing import NoReturn

from pydantic import SecretStr

from gateway.app import create_app
from gateway.auth import Authenticate, demo_caller
from gateway.cancellation.sqlite_journal import StateUnusable
from gateway.clock import BootClock, Clock, system_boot_clock, system_clock
from gateway.graph.schema import build_schema
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.persisted_documents import InvalidManifest
from gateway.observability.logging import configure_logs, log
from gateway.observability.metrics import in_metrics_directory, metrics_directory
from gateway.observability.tracing import TracesMissing
from gateway.server.listen import bind, listening, url_of
from gateway.server.memory import run, settle
from gateway.server.open_files import raise_open_files_limit
from gateway.server.workers import Supervisor
from gateway.settings.loader import (
    InvalidSettings,
    load_settings,
    missing_for_serve,
    risky_settings,
    unknown_variables,
)
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command."""
    options = _parser().parse_args(arguments)
    if options.command == "schema":
        sys.stdout.write(build_schema().as_str() + "\n")
        return
    try:
        settings = load_settings(**_address(options))
    except InvalidSettings as error:
        _refuse(str(error))
    configure_logs(settings.log_level)
    _warn_of_settings(settings)
    if options.command == "serve":
        serve(settings, options)
    else:
        run({"demo": demo, "sandbox": sandbox}[options.command](settings, options))


def serve(settings: Settings, _options: argparse.Namespace) -> None:
    """Serve the gateway over imin, for callers with a token."""
    missing = missing_for_serve(settings)
    if missing:
        _refuse(f"set {_enumerated(missing)} first, or try `gateway demo`, which needs none of them.")
    from gateway.auth.bearer import bearer_authentication  # noqa: PLC0415  # 9 MB that other commands do not need

    if settings.workers == 1:
        sock = _bind(settings.host, settings.port, "--port or GATEWAY_PORT")
        run(_serve(settings, bearer_authentication(settings), sock, _print_line))
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
            lambda: _print_line(f"ready {url}"),
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
            _refuse(f"GATEWAY_AUTH_PUBLIC_KEY: {error}")
        settings = settings.but(state_path=settings.state_path or STATE_FILE)
        gateway = gateway_listening(settings, authenticate, sock=sock, goodbye_seconds=_GOODBYE_SECONDS)
        url = await _start(running, gateway)
        settle()
        ready(f"ready {url}")
        await _until_stopped(lifeline)


async def demo(settings: Settings, options: argparse.Namespace) -> None:
    """Serve a sandbox, and a gateway over it whose caller is the sandbox's customer 1234.

    Needs no settings. With GATEWAY_IMIN_BASE_URL the gateway uses another imin, for example a proxy in front
    of the sandbox.
    """
    from gateway.demo import demo_settings, sandbox_settings  # noqa: PLC0415  # `serve` has no sandbox
    from gateway.sandbox.api.app import create_sandbox  # noqa: PLC0415  # as above

    sandbox_sock = _bind(settings.host, options.sandbox_port, "--sandbox-port, with make: SANDBOX_PORT=")
    sock = _bind(settings.host, settings.port, "--port, with make: PORT=")
    settings = demo_settings(settings)
    simulated = sandbox_settings(settings, url_of(settings.host, sock))
    async with AsyncExitStack() as running:
        upstream = await running.enter_async_context(
            listening(create_sandbox(simulated), settings.host, sock=sandbox_sock)
        )
        if "imin_base_url" not in settings.model_fields_set:
            settings = settings.but(imin_base_url=f"{upstream}/api/v2")
        if settings.imin_api_key is None:
            settings = settings.but(imin_api_key=SecretStr(simulated.api_key))
        url = await _start(running, gateway_listening(settings, demo_caller, sock=sock))
        _print_line(f"sandbox  {upstream}")
        _print_line(f"GraphiQL {url}/graphql")
        _print_line(f"ready {url}")
        await _until_stopped()


async def sandbox(settings: Settings, options: argparse.Namespace) -> None:
    """Serve the sandbox alone, which simulates imin."""
    from gateway.sandbox.api.app import create_sandbox  # noqa: PLC0415  # as in demo

    sock = _bind(settings.host, options.port or 0, "--port")
    async with listening(create_sandbox(), settings.host, sock=sock) as url:
        _print_line(f"ready {url}")
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
) -> AsyncIterator[str]:
    """Run a gateway; yields its URL. See `listening`.

    It is bound to its port before the app is created, because receipt links contain the port.
    """
    sock = sock or bind(settings.host, settings.port)
    app = create_app(settings.but(port=sock.getsockname()[1]), authenticate, now, boot_clock)
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
        _refuse(reason)


async def _start(running: AsyncExitStack, gateway: AbstractAsyncContextManager[str]) -> str:
    """Start a gateway and return its URL. Ends the process if a setting turns out to be unusable."""
    try:
        return await running.enter_async_context(gateway)
    except tuple(_UNUSABLE) as error:
        _refuse(f"GATEWAY_{_UNUSABLE[type(error)]}: {error}")


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


def _warn_of_settings(settings: Settings) -> None:
    if in_metrics_directory():
        return  # this process has replaced itself, and has warned before
    for problem in unknown_variables():
        log.warning("unknown setting", reason=problem)
    allowed = raise_open_files_limit()
    for problem in risky_settings(settings, allowed):
        log.warning("risky setting", reason=problem)


def _address(options: argparse.Namespace) -> dict[str, object]:
    """Settings from the command line."""
    values = {"host": options.host, "port": options.port, "workers": getattr(options, "workers", None)}
    return {name: value for name, value in values.items() if value is not None}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gateway", description="A GraphQL gateway over imin's Booking API.")
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run_command in {"serve": serve, "demo": demo, "sandbox": sandbox}.items():
        description = cleandoc(run_command.__doc__ or "")
        command = commands.add_parser(name, help=description.splitlines()[0], description=description)
        command.add_argument("--host", help="address to listen on")
        command.add_argument("--port", type=_port, help="port to listen on; 0 picks a free one")
        if name == "serve":
            command.add_argument("--workers", type=int, help="processes that share the port")
        if name == "demo":
            command.add_argument(
                "--sandbox-port",
                type=_port,
                default=SANDBOX_PORT,
                help="port of the sandbox; 0 picks a free one",
            )
    schema = "Print the GraphQL schema."
    commands.add_parser("schema", help=schema, description=schema)
    return parser


class _PrintVersion(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        # Imported here, since serving needs neither.
        import tomllib  # noqa: PLC0415  # as above
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # as above

        try:
            number = version("imin-gateway")
        except PackageNotFoundError:  # a checkout whose dependencies were installed without make
            project = Path(__file__).parents[1] / "pyproject.toml"
            number = tomllib.loads(project.read_text())["project"]["version"]
        _print_line(f"imin-gateway {number}")
        parser.exit()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:  # noqa: PLR2004  # the highest port
        raise argparse.ArgumentTypeError(f"a port is 0 to 65535, got {text!r}")
    return int(text)


def _print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _refuse(reason: str) -> NoReturn:
    sys.stderr.writelines(f"gateway: {line}\n" for line in reason.splitlines())
    sys.exit(2)
