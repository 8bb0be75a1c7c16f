"""Kill the gateway (kill -9) during a mutation that makes one request, restart it, and call it again."""

import asyncio
import signal
from pathlib import Path
from random import Random

import aiohttp

from gateway.sandbox import SANDBOX, Fault, FaultKind, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from tests.faults.change_run import ChangeRun
from tests.faults.kill import gateway_process
from tests.faults.operations import OPERATIONS
from tests.faults.run import Verdict


async def run_change_kill(operation: str, seed: int, state: Path) -> Verdict:
    """One run: call, kill the gateway at a random moment, restart it, and call twice under the same key."""
    random, verdict = Random(seed), Verdict(seed, "kill -9")  # noqa: S311  # a repeatable draw
    app = create_sandbox(SandboxSettings())
    async with listening(app, "127.0.0.1") as imin, aiohttp.ClientSession() as http:
        name = f"{operation}, seed {seed}, kill -9"
        one = ChangeRun(name, OPERATIONS[operation], app[SANDBOX], "", http, verdict)
        one.prepare()
        async with gateway_process(imin, state) as (process, one.url):
            await _kill_while_calling(one, process, random)
        one.sandbox.faults.clear()
        while one.sandbox.request_log.in_flight:  # noqa: ASYNC110  # a call that was left behind sends no event
            await asyncio.sleep(0.02)
        sent = one.sent
        async with gateway_process(imin, state) as (_, one.url):
            await one.click("k")
            one.check_whole(failed=0)
            if sent and one.sent > sent:
                verdict.doubles.append(f"{name}: sent again after the restart, {verdict.answers}")
            await one.check_again("k")
    return verdict


async def _kill_while_calling(one: ChangeRun, process: asyncio.subprocess.Process, random: Random) -> None:
    """Call the mutation, and kill the gateway before, while or after imin gets its request."""
    kinds: list[FaultKind] = ["delay", "delay", "reset", "reset_after", "half_open"]
    delay = random.choice([0.0, 0.03])
    one.sandbox.faults.add(Fault(one.operation.route, random.choice(kinds), delay_seconds=delay))
    call = asyncio.ensure_future(one.click("k"))
    if random.random() < 0.8:  # otherwise, before the request may be sent
        await one.sandbox.request_log.wait_for(one.operation.route)
    await asyncio.sleep(random.choice([0.0, 0.002, 0.005, 0.02, 0.05]))
    process.send_signal(signal.SIGKILL)
    await asyncio.gather(call, return_exceptions=True)
    await process.wait()
