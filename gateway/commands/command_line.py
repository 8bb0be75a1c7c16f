"""The command line: its arguments, and which function runs each command."""

import argparse
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from gateway.commands.check_documents import check_documents
from gateway.commands.processes import SANDBOX_PORT, demo, sandbox, serve
from gateway.commands.schema import print_schema
from gateway.commands.terminal import print_line, refuse
from gateway.commands.token import DEFAULT_LIFETIME, duration, print_token
from gateway.observability.logging import configure_logs, log
from gateway.observability.metrics import in_metrics_directory
from gateway.server.memory import run
from gateway.server.open_files import raise_open_files_limit
from gateway.settings.loader import InvalidSettings, load_settings, risky_settings, unknown_variables
from gateway.settings.model import Settings

if TYPE_CHECKING:
    _Commands: TypeAlias = argparse._SubParsersAction[ArgumentParser]  # noqa: SLF001  # it has no public name

_WITHOUT_SERVER: dict[str, Callable[[argparse.Namespace], None]] = {
    "schema": print_schema,
    "token": print_token,
    "check-documents": check_documents,
}
"""Commands that only print."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command."""
    options = _parser().parse_args(arguments)
    if options.command in _WITHOUT_SERVER:
        _WITHOUT_SERVER[options.command](options)
        return
    try:
        settings = load_settings(**_address(options))
    except InvalidSettings as error:
        refuse(str(error))
    configure_logs(settings.log_level)
    _warn_of_settings(settings)
    if options.command == "serve":
        serve(settings, options)
    else:
        run({"demo": demo, "sandbox": sandbox}[options.command](settings, options))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="gateway", description="A GraphQL gateway over imin's Booking API.")
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run_command in {"serve": serve, "demo": demo, "sandbox": sandbox}.items():
        command = _add_command(commands, name, run_command)
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
            command.add_argument(
                "--auth", action="store_true", help="require a token, as `gateway serve` does"
            )
    schema = _add_command(commands, "schema", print_schema)
    schema.add_argument("--json", action="store_true", help="as the result of introspection, in JSON")
    schema.add_argument(
        "--clients", metavar="FOLDER", help="write the files for front-end tools into a folder"
    )
    token = _add_command(commands, "token", print_token)
    token.add_argument("customer", metavar="CUSTOMER", nargs="?", help="customer, or name of the service")
    token.add_argument(
        "--service", action="store_true", help="a trusted service, which may act for any customer"
    )
    token.add_argument(
        "--expires",
        metavar="DURATION",
        type=duration,
        default=DEFAULT_LIFETIME,
        help="lifetime: a number with s, m, h or d; default 1h",
    )
    check = _add_command(commands, "check-documents", check_documents)
    check.add_argument("files", metavar="FILE", nargs="+", help="manifest of persisted documents, JSON")
    return parser


def _add_command(commands: "_Commands", name: str, run_command: Callable[..., object]) -> ArgumentParser:
    """Declare a command, described by its function's docstring."""
    description = cleandoc(run_command.__doc__ or "")
    return commands.add_parser(name, help=description.splitlines()[0], description=description)


def _address(options: argparse.Namespace) -> dict[str, object]:
    """Settings from the command line."""
    values = {"host": options.host, "port": options.port, "workers": getattr(options, "workers", None)}
    return {name: value for name, value in values.items() if value is not None}


class _PrintVersion(argparse.Action):
    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        # Imported here, since serving needs neither.
        import tomllib  # noqa: PLC0415  # as above
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # as above

        try:
            number = version("imin-gateway")
        except PackageNotFoundError:  # a checkout whose dependencies were installed without make
            project = Path(__file__).parents[2] / "pyproject.toml"
            number = tomllib.loads(project.read_text())["project"]["version"]
        print_line(f"imin-gateway {number}")
        parser.exit()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:  # noqa: PLR2004  # the highest port
        raise argparse.ArgumentTypeError(f"a port is 0 to 65535, got {text!r}")
    return int(text)


def _warn_of_settings(settings: Settings) -> None:
    if in_metrics_directory():
        return  # this process has replaced itself, and has warned before
    for problem in unknown_variables():
        log.warning("unknown setting", reason=problem)
    allowed = raise_open_files_limit()
    for problem in risky_settings(settings, allowed):
        log.warning("risky setting", reason=problem)
