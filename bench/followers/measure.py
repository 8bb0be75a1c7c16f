"""One round of one server: followers join, stay, hear changes and leave."""

import http.client
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.followers.servers import COMMANDS, SANDBOX, STREAMS, environment
from bench.processes import LOAD_CORE, TARGET_CORE, Process, on_core, running
from bench.targets import OURS

CUSTOMER = "1234"
WARM_UP = 300
SETTLE_SECONDS = 3.0
"""Before memory is read, so that garbage of the joins is collected."""
CHANGES = 3
END_SECONDS = 10.0


def measure_round(name: str, count: int, public_key: str, tokens: Path) -> dict[str, float]:
    """Start a server and measure it. tokens: a file with one for each follower."""
    with ExitStack() as stack:
        imin = stack.enter_context(running(SANDBOX, LOAD_CORE))
        number = _first_order(imin)
        state = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "state.sqlite3"
        variables = environment(name, f"http://127.0.0.1:{imin.port}", number, public_key, str(state))
        server = stack.enter_context(running(COMMANDS[name], TARGET_CORE, None, **variables))
        order = _global_id(server, tokens) if name.startswith(OURS) else number
        streams = name == STREAMS
        with _followers(server, order, tokens, WARM_UP, streams=streams) as warming:
            _command(warming, "join")
        time.sleep(SETTLE_SECONDS)
        before = server.megabytes()
        with _followers(server, order, tokens, count, streams=streams) as many:
            joined = _join(server, many, count)
            time.sleep(SETTLE_SECONDS)
            after = server.megabytes()
            changes = [_change(imin, server, number, many) for _ in range(CHANGES)]
    return joined | {
        "kilobytes": (after - before) * 1024 / count,
        "megabytes": after,
        "first": statistics.median(first for first, _, _ in changes),
        "last": statistics.median(last for _, last, _ in changes),
        "event_cpu_us": statistics.median(cpu for _, _, cpu in changes) / count * 1e6,
    }


def _join(server: Process, many: "subprocess.Popen[str]", count: int) -> dict[str, float]:
    cpu = server.cpu_seconds()
    joined = _command(many, "join")
    cpu = server.cpu_seconds() - cpu
    return {"joins": count / joined["seconds"], "join_cpu_us": cpu / count * 1e6}


def _change(
    imin: Process, server: Process, number: str, many: "subprocess.Popen[str]"
) -> tuple[float, float, float]:
    """Change the order; seconds until the first and the last follower have heard, and of the server's CPU."""
    began, cpu = time.monotonic(), server.cpu_seconds()
    _json_of(imin, f"/sandbox/orders/{number}/receipts", {"Content-Type": "application/json"}, "{}")
    heard = _command(many, "hear")
    return heard["first"] - began, heard["last"] - began, server.cpu_seconds() - cpu


def _first_order(imin: Process) -> str:
    """imin's identifier of the customer's newest order."""
    page = _json_of(
        imin, f"/api/v2/orders?customerIdentifier={CUSTOMER}&page=1", {"X-API-KEY": "sandbox-key"}
    )
    return str(page["imin:item"][0]["identifier"])


def _global_id(server: Process, tokens: Path) -> str:
    """The gateway's id of that order."""
    with tokens.open() as lines:
        headers = {"Authorization": f"Bearer {next(lines).strip()}", "Content-Type": "application/json"}
    body = json.dumps({"query": "{ viewer { orders(first: 1) { nodes { id } } } }"})
    answer = _json_of(server, "/graphql", headers, body)
    return str(answer["data"]["viewer"]["orders"]["nodes"][0]["id"])


def _json_of(one: Process, path: str, headers: dict[str, str], body: str | None = None) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=30)
    connection.request("POST" if body else "GET", path, body, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@contextmanager
def _followers(
    server: Process, order: str, tokens: Path, count: int, *, streams: bool
) -> Iterator["subprocess.Popen[str]"]:
    """A process with that many followers. It ends with the block."""
    words = ["python", "-m", "bench.followers.client", str(server.port), order, str(tokens), str(count)]
    words += ["streams"] * streams
    with subprocess.Popen(  # noqa: S603  # our own command
        on_core(LOAD_CORE, words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.communicate(timeout=END_SECONDS)


def _command(process: "subprocess.Popen[str]", word: str) -> dict[str, float]:
    """Send a command to the followers; what came of it."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the followers have no pipes")
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the followers failed to {word}")
    return dict(json.loads(line))
