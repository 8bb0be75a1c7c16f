"""Worker processes: they share one port, are replaced when they die or on SIGHUP, and lose no request."""

import asyncio
import json
import os
import re
import signal

import aiohttp

from tests.support.commands import ANSWER, serving
from tests.support.waiting import HANGS_AFTER, until


async def test_workers() -> None:
    """Workers share the port, a killed one is replaced, and SIGTERM ends them all with status 0."""
    async with serving("--workers=2") as gateway:
        first = gateway.workers()
        for _ in range(6):
            async with aiohttp.ClientSession() as http:
                await gateway.send_query(http)
        killed = min(first)
        os.kill(killed, signal.SIGKILL)
        await until(lambda: len(gateway.workers() - {killed}) == 2)
        async with aiohttp.ClientSession() as http:
            await gateway.send_query(http)
        seconds = await gateway.stop()

    assert len(first) == 2
    assert gateway.responses == [ANSWER] * 7
    assert gateway.process.returncode == 0
    assert seconds <= gateway.most_seconds_to_stop


async def test_rolling_restart_loses_nothing() -> None:
    """SIGHUP replaces every worker while requests arrive, and each request is answered."""
    # This test does not read the log: lines for each request would fill its pipe.
    async with serving("--workers=2", GATEWAY_LOG_LEVEL="WARNING") as gateway:
        before, done = gateway.workers(), asyncio.Event()
        clients = [asyncio.ensure_future(gateway.send_queries_until(done)) for _ in range(8)]
        counts = [0]
        for _ in range(2):
            old = gateway.workers()
            gateway.process.send_signal(signal.SIGHUP)
            await until(lambda old=old: len(gateway.workers()) == 2 and not gateway.workers() & old)
            counts.append(len(gateway.responses))
        done.set()
        await asyncio.gather(*clients)
        after = gateway.workers()

    assert not before & after
    assert counts == sorted(set(counts))  # more after each restart
    assert gateway.responses == [ANSWER] * len(gateway.responses)


async def test_hangup_of_a_single_process() -> None:
    """SIGHUP does not end a gateway without workers; the log says which gateways it is for."""
    async with serving() as gateway:
        gateway.process.send_signal(signal.SIGHUP)
        assert gateway.process.stderr
        line = json.loads(await asyncio.wait_for(gateway.process.stderr.readline(), HANGS_AFTER))
        async with aiohttp.ClientSession() as http:
            await gateway.send_query(http)

    assert (line["level"], line["event"]) == ("warning", "SIGHUP ignored")
    assert line["reason"] == "only workers are replaced: --workers 2 or more"
    assert gateway.responses == [ANSWER]
    assert gateway.process.returncode == 0


async def test_orphans_end() -> None:
    """Workers whose parent was killed end by themselves."""
    async with serving("--workers=2") as gateway:
        workers = gateway.workers()
        gateway.process.kill()
        await gateway.process.wait()

        await until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))  # noqa: PTH110  # files of the kernel's


async def test_shared_metrics() -> None:
    """Each worker reports the metrics of all workers."""
    async with serving("--workers=2") as gateway:
        for _ in range(8):
            async with aiohttp.ClientSession() as http:
                await gateway.send_query(http)
        async with aiohttp.ClientSession() as http, http.get(f"{gateway.url}/metrics") as response:
            text = await response.text()

    assert re.findall(
        r'^gateway_requests_total\{operation="\w+",outcome="ok"\} (\S+)', text, re.MULTILINE
    ) == ["8.0"]
