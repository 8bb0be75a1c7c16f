"""Kill the gateway (kill -9) during a cancellation, restart it on the same state file, and cancel again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import aiohttp

from gateway.sandbox import SANDBOX, Fault, FaultKind, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from tests.faults.plan import PATCH, READ, Plan
from tests.faults.run import SUCCESS, Run, Verdict
from tests.support.waiting import HANGS_AFTER

_DOUBT_SECONDS = 1.0
_MAX_TRIES = 12


@asynccontextmanager
async def gateway_process(
    imin: str, state: Path, **environment: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A gateway in a process of its own, and its address."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "demo", "--port", "0", "--sandbox-port", "0"),
        env=inherited
        | {
            "GATEWAY_IMIN_BASE_URL": f"{imin}/api/v2",
            "GATEWAY_CHECKOUT_BASE_URL": imin,
            "GATEWAY_STATE_PATH": str(state),
            "GATEWAY_CANCEL_DOUBT_SECONDS": str(_DOUBT_SECONDS),
            "GATEWAY_FOLLOW_FIRST_SECONDS": "0.2",
            "GATEWAY_LOG_LEVEL": "ERROR",
        }
        | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        async with asyncio.timeout(HANGS_AFTER):
            async for line in process.stdout:
                if line.startswith(b"ready "):
                    yield process, line.decode().split()[1]
                    break
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def run_kill(seed: int, state: Path) -> Verdict:
    """One run: cancel, kill the gateway, restart it, and cancel again until the result is known."""
    random = Random(seed)  # noqa: S311  # a repeatable draw
    verdict = Verdict(seed, "kill -9")
    app = create_sandbox(SandboxSettings())
    async with listening(app, "127.0.0.1") as imin, aiohttp.ClientSession() as http:
        plan = Plan(seed, "once", 0.0, items=2, confirms=20.0)
        one = Run(plan, app[SANDBOX], "", http, verdict)
        async with gateway_process(imin, state) as (process, one.url):
            await one.prepare()
            await _kill_while_cancelling(one, process, random)
        _add_faults(app[SANDBOX], random)
        async with gateway_process(imin, state) as (_, one.url):
            await _cancel_until_known(one)
        _judge(one)
    return verdict


async def _kill_while_cancelling(one: Run, process: asyncio.subprocess.Process, random: Random) -> None:
    """Send the cancellation, and kill the gateway at a random moment."""
    kinds: list[FaultKind] = ["delay", "delay", "reset", "late"]
    one.sandbox.faults.add(Fault(PATCH, random.choice(kinds), delay_seconds=random.choice([0.0, 0.03])))
    one.sandbox.faults.add(Fault(READ, "delay", times=None, delay_seconds=random.choice([0.0, 0.02])))
    call = asyncio.ensure_future(one.click("k"))
    await one.sandbox.request_log.wait_for(random.choice([READ, PATCH]))
    await asyncio.sleep(random.choice([0.0, 0.002, 0.005, 0.02, 0.05]))
    process.send_signal(signal.SIGKILL)
    await asyncio.gather(call, return_exceptions=True)
    await process.wait()


def _add_faults(sandbox: Sandbox, random: Random) -> None:
    sandbox.faults.clear()
    if random.random() < 0.3:
        kinds: list[FaultKind] = ["503", "reset_after"]
        sandbox.faults.add(Fault(PATCH, random.choice(kinds)))


async def _cancel_until_known(one: Run) -> None:
    """The customer cancels again, under the same key, until the answer is a success."""
    for _ in range(_MAX_TRIES):
        if await one.click("k") in SUCCESS:
            return
        await asyncio.sleep(_DOUBT_SECONDS / 3)
    one.verdict.unsettled.append(f"seed {one.plan.seed}: {one.verdict.answers}")


def _judge(one: Run) -> None:
    """imin accepted one PATCH, and the items are cancelled, as the response said."""
    accepted = one.sandbox.cancellations.accepted
    if len(accepted) != 1 or not one.is_cancelled():
        one.verdict.doubles.append(f"seed {one.plan.seed}: accepted {accepted}, {one.verdict.answers}")
