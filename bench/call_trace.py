"""Count the functions and files of ours that one warm query runs through.

A gateway with its cache on, but without reuse of finished answers, and the sandbox behind it, run in this
process. The query is posted several times over one connection, each time in one piece, as the fast path needs
it; the last one is traced. Unlike times, the counts do not depend on the machine, so two commits can be
compared.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import FrameType

from pydantic import SecretStr

import gateway
from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.observability.logging import configure_logs
from gateway.sandbox import SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings

QUERY = "{viewer{orders(first:10){nodes{orderNumber orderDate totalPaymentDue{amount}}}}}"

_PACKAGE = f"{Path(gateway.__file__).parent}/"
_SANDBOX = f"{_PACKAGE}sandbox/"


@dataclass
class Trace:
    """A profile function for `sys.setprofile`.

    entries: (file, function) in the order in which they were entered; a coroutine that resumes counts again.
    """

    entries: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(_PACKAGE) and not path.startswith(_SANDBOX):
            self.entries.append((path.removeprefix(_PACKAGE), frame.f_code.co_qualname))

    def summary(self) -> str:
        files = [path for path, _ in self.entries]
        counts = {
            "entries": len(self.entries),
            "functions": len(set(self.entries)),
            "files": len(set(files)),
            "changes of file": sum(before != after for before, after in pairwise(files)),
        }
        return ", ".join(f"{count} {name}" for name, count in counts.items())

    def by_file(self) -> list[str]:
        """A line for each file with its number of entries, most first."""
        return [
            f"{count:4} {path}" for path, count in Counter(path for path, _ in self.entries).most_common()
        ]

    def in_order(self) -> list[str]:
        """A line for each entry."""
        return [f"{path}  {name}" for path, name in self.entries]


async def traced(query: str, requests: int) -> Trace:
    """Post the query that many times, and trace the last."""
    configure_logs("WARNING")
    trace = Trace()
    async with listening(create_sandbox(SandboxSettings()), "127.0.0.1") as upstream:
        settings = Settings(
            port=0,
            imin_base_url=f"{upstream}/api/v2",
            imin_api_key=SecretStr("sandbox-key"),
            cache_answers_enabled=False,  # the code that completes an answer is what is compared
        )
        async with gateway_listening(settings, demo_caller) as url:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            for _ in range(requests - 1):
                await _post(reader, writer, query)
            sys.setprofile(trace)
            answer = await _post(reader, writer, query)
            sys.setprofile(None)
            writer.close()
    if "errors" in answer:
        sys.exit(json.dumps(answer["errors"]))
    return trace


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, query: str) -> dict[str, object]:
    body = json.dumps({"query": query}).encode()
    fields = ("Host: gateway", "Content-Type: application/json", f"Content-Length: {len(body)}")
    head = "\r\n".join(("POST /graphql HTTP/1.1", *fields, "", ""))
    writer.write(head.encode() + body)
    headers = await reader.readuntil(b"\r\n\r\n")
    length = int(headers.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    answer: dict[str, object] = json.loads(await reader.readexactly(length))
    return answer


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(prog="python -m bench.call_trace", description=__doc__)
    parser.add_argument("--query", default=QUERY, help="the document (%(default)s)")
    parser.add_argument("--requests", type=int, default=2, help="posted; the last is traced (%(default)s)")
    parser.add_argument("--list", action="store_true", help="print each entry, not only counts")
    options = parser.parse_args()
    trace = asyncio.run(traced(options.query, options.requests))
    lines = trace.in_order() if options.list else trace.by_file()
    sys.stdout.write("\n".join((*lines, trace.summary(), "")))


if __name__ == "__main__":
    main()
