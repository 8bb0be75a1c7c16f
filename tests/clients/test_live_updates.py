"""docs/reconnecting.md: its clients stay connected as the page promises, and give up where it says so."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import hdrs, web
from aiohttp.test_utils import TestServer

from gateway.auth import Caller, HasHeaders, InvalidToken
from gateway.commands import gateway_listening
from gateway.http.streaming import websocket_frames, websocket_messages
from gateway.sandbox import Fault, Sandbox
from gateway.server.listen import bind, listening
from gateway.settings.model import Settings
from tests.support.processes import REPOSITORY, clean_environment, installed
from tests.support.waiting import HANGS_AFTER

BY_SOCKET = ("graphql-ws", "apollo", "urql")
CLIENTS = (*BY_SOCKET, "graphql-sse", "fetch")
PAGE = (REPOSITORY / "docs" / "reconnecting.md").read_text(encoding="utf-8")
MODULES = dict(re.findall(r"```js\n// ([\w-]+\.js).*?\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """A folder with the page's modules, which can import the packages of tests/clients."""
    packages = installed(Path(__file__).parent) / "node_modules"
    (tmp_path / "node_modules").symlink_to(packages)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name, code in MODULES.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    return tmp_path


ONE_ORDER = {"data": {"orderChanged": {"totalPaymentDue": {"amount": "10"}}}}


class Issuer:
    """Gives each client the token `<client> <n>`; `expire` makes all tokens given so far expired.

    given: how many tokens each client has asked for. refuses: whether its tokens are not valid.
    """

    def __init__(self) -> None:
        self.generation = 1
        self.refuses = False
        self.given: defaultdict[str, int] = defaultdict(int)

    async def give(self, request: web.Request) -> web.Response:
        client = request.match_info["client"]
        self.given[client] += 1
        return web.Response(text=f"{client}.{self.generation}")

    async def caller(self, request: HasHeaders) -> Caller | None:
        """Authenticates customer 1234, for half a second at most before the token is checked again."""
        given = request.headers.get(hdrs.AUTHORIZATION)
        if given is None:
            return None
        if self.refuses:
            raise InvalidToken("The token is not valid.")
        if int(given.rpartition(".")[2]) < self.generation:
            raise InvalidToken("The token has expired.")
        return Caller("1234", expires_at=0.0)


class Followers:
    """The page's clients in one process of Node. seen: the events of each client so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.seen: dict[str, list[Any]] = {client: [] for client in CLIENTS}

    async def until(self, *events: Any) -> None:
        """Wait until each client has seen these events, and nothing else."""
        assert self._process.stdout
        async with asyncio.timeout(HANGS_AFTER):
            while any(len(seen) < len(events) for seen in self.seen.values()):
                line = await self._process.stdout.readline()
                assert line, self.seen
                event = json.loads(line)
                self.seen[event.pop("client")].append(event)
        assert self.seen == {client: list(events) for client in CLIENTS}

    async def ended(self) -> None:
        """Wait until each client has seen an event, and the process has ended by itself."""
        assert self._process.stdout
        async with asyncio.timeout(HANGS_AFTER):
            async for line in self._process.stdout:
                event = json.loads(line)
                self.seen[event.pop("client")].append(event)


@asynccontextmanager
async def following(folder: Path, url: str, tokens: str, order: str) -> AsyncIterator[Followers]:
    process = await asyncio.create_subprocess_exec(
        "node",
        str(Path(__file__).with_name("live-updates.mjs")),
        str(folder),
        url,
        tokens,
        order,
        stdout=asyncio.subprocess.PIPE,
        env=clean_environment(),
    )
    try:
        yield Followers(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def issuing(issuer: Issuer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{client}", issuer.give)
    async with listening(app, "127.0.0.1") as url:
        yield url


async def test_followers(settings: Settings, sandbox: Sandbox, clients: Path) -> None:
    """Every client survives an expired token, a rollout and an outage, and ends when the order is over."""
    issuer = Issuer()
    order = sandbox.add_order("1234")
    identifier, item = order["identifier"], order["orderedItem"][0]["identifier"]
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    booked, changed, cancelled = ({"total": total} for total in ("10", "7.5", "0"))
    async with AsyncExitStack() as running:
        tokens = await running.enter_async_context(issuing(issuer))
        first = gateway_listening(settings, issuer.caller, sandbox.clock.now, sock=sock)
        url = await first.__aenter__()
        follow = following(clients, f"{url}/graphql", tokens, identifier)
        followers = await running.enter_async_context(follow)
        await followers.until(booked)

        issuer.generation = 2
        await followers.until(booked, booked)

        await first.__aexit__(None, None, None)
        sandbox.changes.set_total(identifier, Decimal("7.5"))
        sandbox.faults.add(Fault("GET /orders/:id", "503", times=2))
        second = gateway_listening(settings, issuer.caller, sandbox.clock.now, sock=bind("127.0.0.1", port))
        await running.enter_async_context(second)
        await followers.until(booked, booked, changed)
        assert sandbox.faults.waiting == []

        sandbox.seller_cancel(identifier, item)
        await followers.until(booked, booked, changed, cancelled, {"end": True})


async def test_refused(settings: Settings, sandbox: Sandbox, clients: Path) -> None:
    """No client tries a token again that is not valid."""
    issuer = Issuer()
    issuer.refuses = True
    async with (
        issuing(issuer) as tokens,
        gateway_listening(settings, issuer.caller, sandbox.clock.now) as url,
        following(clients, f"{url}/graphql", tokens, "any") as followers,
    ):
        await followers.ended()

    not_valid = "Forbidden: The token is not valid."
    assert {client: [event["error"] for event in events] for client, events in followers.seen.items()} == {
        "graphql-ws": [not_valid],
        "apollo": [f"Socket closed with event 4403 {not_valid}"],
        "urql": [not_valid],
        "graphql-sse": ["The gateway answered 401."],
        "fetch": ["The gateway answered 401."],
    }
    assert issuer.given == dict.fromkeys(CLIENTS, 1)


class Silent:
    """A server that sends one order, then nothing, and answers no ping. It refuses a client's first POST.

    opened: when WebSockets and POST requests arrived, by the client's name in its token.
    """

    def __init__(self) -> None:
        self.opened: defaultdict[str, list[float]] = defaultdict(list)
        self.returned = asyncio.Event()

    def _note(self, authorization: str) -> None:
        client = authorization.removeprefix("Bearer ").partition(".")[0]
        self.opened[client].append(asyncio.get_running_loop().time())
        if all(len(self.opened[name]) >= (3 if name == "fetch" else 2) for name in (*BY_SOCKET, "fetch")):
            self.returned.set()

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["graphql-transport-ws"])
        await socket.prepare(request)
        async for message in socket:
            match message.json():
                case {"type": "connection_init", "payload": {"Authorization": authorization}}:
                    self._note(authorization)
                    await socket.send_json({"type": "connection_ack"})
                case {"type": "subscribe", "id": id_}:
                    await socket.send_json({"id": id_, "type": "next", "payload": ONE_ORDER})
        return socket

    async def stream(self, request: web.Request) -> web.StreamResponse:
        authorization = request.headers[hdrs.AUTHORIZATION]
        self._note(authorization)
        if len(self.opened[authorization.removeprefix("Bearer ").partition(".")[0]]) == 1:
            return web.Response(status=429, headers={"Retry-After": "1"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: next\ndata: " + json.dumps(ONE_ORDER).encode() + b"\n\n")
        await self.returned.wait()
        return response


async def test_dead_connection(clients: Path) -> None:
    """A silent connection is replaced by another one; a client that is asked to wait waits."""
    for name, seconds in (("live-client.js", ("20_000", "5_000")), ("events.js", ("40_000",))):
        code = (clients / name).read_text()
        for text in seconds:
            assert code.count(text) == 1
            code = code.replace(text, "100")
        (clients / name).write_text(code)
    silent = Silent()
    app = web.Application()
    app.router.add_get("/graphql", silent.socket)
    app.router.add_post("/graphql", silent.stream)
    async with (
        issuing(Issuer()) as tokens,
        TestServer(app) as server,
        following(clients, str(server.make_url("/graphql")), tokens, "any"),
    ):
        await asyncio.wait_for(silent.returned.wait(), HANGS_AFTER)

    waits = [times[1] - times[0] for client, times in silent.opened.items() if client not in BY_SOCKET]
    assert len(waits) == 2
    assert min(waits) >= 1


# The tables


def test_codes() -> None:
    """The page has each close code, and its clients subscribe again after exactly the errors in its table."""
    constants = {**vars(websocket_frames), **vars(websocket_messages)}.values()
    closes = sorted({value for value in constants if isinstance(value, int) and value >= 1_000})
    rows = re.findall(r"^\| ([\d, ]+) \|", PAGE, re.MULTILINE)
    temporary = re.search(r"TEMPORARY = new Set\(\[(.*?)\]", MODULES["again.js"], re.DOTALL)
    assert temporary
    table = PAGE.partition("| code | what happened |")[2].partition("\n\n")[0]

    assert [code for code in closes if str(code) not in re.findall(r"\d+", " ".join(rows))] == []
    assert set(re.findall(r'"(\w+)"', temporary[1])) == set(re.findall(r"`([A-Z_]+)`", table))
