"""The example back ends, in Python and Node: each job prints the same in both."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import NamedTuple

import pytest

from gateway.auth.bearer import bearer_authentication
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.sandbox.faults.faults import Fault
from gateway.settings.model import Settings
from tests.support.issuer import claims, issuing, rsa_key, token
from tests.support.processes import REPOSITORY, installed
from tests.support.waiting import HANGS_AFTER, held, until

EXAMPLES = REPOSITORY / "examples"
KEY = rsa_key()
SERVICE = token(KEY, claims("reports", scope="bookings:any-customer"))
PENDING = (
    "CANCELLATION_PENDING: We have asked the venue to cancel. "
    "You will get an e-mail once they have confirmed it.\n"
)
UNAVAILABLE = (
    "UPSTREAM_UNAVAILABLE: The booking system is unavailable at the moment. Please try again later.\n"
)
UNREADABLE = "; ".join(
    f"UPSTREAM_INVALID: The booking system sent an order that cannot be read completely: {path}."
    for path in ("acceptedOffer.price", "orderedItem[0].acceptedOffer.price")
)
ORDER, ITEM = "e0926c2f-05e7-4fe6-b158-d563b822728d", "1c6sp4"
REPORT = f"""\
2026-11-04 07:00 Aqua Fit, Wandle Sports Hall, £6.40, can be cancelled
                 {ORDER} {ITEM}
2026-11-05 07:00 Aqua Fit, Wandle Sports Hall, £4.75, can be cancelled
                 {ORDER} lr7vdn
"""
TOTALS = """\
2022 GBP    89 orders   1,593.19
2023 GBP   477 orders   6,963.00
2024 GBP   477 orders   7,993.70
2025 GBP   477 orders   7,496.15
2026 GBP   397 orders   6,555.21
"""


class Ran(NamedTuple):
    status: int | None
    output: str
    errors: str


class BackEnd(NamedTuple):
    command: list[str]
    url: str

    async def start(self, *job: str, token_: str = SERVICE) -> Process:
        return await asyncio.create_subprocess_exec(
            *self.command,
            *job,
            env=os.environ | {"GATEWAY_URL": f"{self.url}/graphql", "GATEWAY_TOKEN": token_},
            stdout=PIPE,
            stderr=PIPE,
        )

    async def run(self, *job: str, token_: str = SERVICE) -> Ran:
        return await ended(await self.start(*job, token_=token_))


async def ended(process: Process) -> Ran:
    output, errors = await asyncio.wait_for(process.communicate(), HANGS_AFTER)
    return Ran(process.returncode, output.decode(), errors.decode())


@pytest.fixture
async def url(settings: Settings, sandbox: Sandbox) -> AsyncIterator[str]:
    """A gateway that requires tokens."""
    async with AsyncExitStack() as running:
        issuer = await running.enter_async_context(issuing(KEY))
        served = issuer.settings(settings)
        authenticate = await running.enter_async_context(bearer_authentication(served))
        yield await running.enter_async_context(gateway_listening(served, authenticate, sandbox.clock.now))


@pytest.fixture(params=["python", "node"])
def back_end(request: pytest.FixtureRequest, url: str) -> BackEnd:
    if request.param == "python":
        return BackEnd([sys.executable, "-W", "error", str(EXAMPLES / "python" / "bookings.py")], url)
    folder = installed(EXAMPLES / "node")
    return BackEnd([shutil.which("node") or "node", str(folder / "bookings.mjs")], url)


async def test_report(back_end: BackEnd) -> None:
    """The upcoming bookings of any customer, with what is needed to cancel one."""
    assert await back_end.run("report", "small") == Ran(0, REPORT, "")


async def test_totals(back_end: BackEnd, sandbox: Sandbox) -> None:
    """All pages of a history are read, each once."""
    assert await back_end.run("totals", "1234") == Ran(0, TOTALS, "")
    assert sandbox.request_log.counts() == {"GET /orders": 192}


async def test_cancel(back_end: BackEnd, sandbox: Sandbox) -> None:
    """A cancellation shows its terms. The same job again is a success, and cancels nothing further."""
    first = await back_end.run("cancel", "ticket-1", ORDER, ITEM)
    second = await back_end.run("cancel", "ticket-1", ORDER, ITEM)

    assert first == Ran(0, f"Refund £6.40, then the order costs £4.75.\n{PENDING}", "")
    assert second == Ran(0, PENDING, "")
    assert sandbox.request_log.counts()["PATCH /orders/:id"] == 1


async def test_answer_lost(back_end: BackEnd, sandbox: Sandbox) -> None:
    """A cancellation whose answer is lost is found out about, not sent again."""
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset_after"))

    ran = await back_end.run("cancel", "ticket-1", ORDER, ITEM)

    assert ran == Ran(0, f"Refund £6.40, then the order costs £4.75.\n{PENDING}", "")
    assert sandbox.request_log.counts()["PATCH /orders/:id"] == 1


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (("f08f74f2-abcb-44f8-b852-731d488b30b2", "bdhnds"), "Not permitted. bdhnds: NOT_REFUNDABLE\n"),
        ((ORDER, "9"), "There is no such order, or it has no such item.\n"),
    ],
)
async def test_not_cancelled(
    back_end: BackEnd, sandbox: Sandbox, items: tuple[str, ...], message: str
) -> None:
    """Without a preview that permits it, nothing is sent, and the job fails with the reason."""
    assert await back_end.run("cancel", "ticket-1", *items) == Ran(1, "", message)
    assert "PATCH /orders/:id" not in sandbox.request_log.counts()


async def test_outage(back_end: BackEnd, sandbox: Sandbox) -> None:
    """A job that imin fails is tried again, and then complete."""
    # The gateway itself repeats a reading once.
    sandbox.faults.add(Fault("GET /order-items", "503", times=2))

    assert await back_end.run("report", "small") == Ran(0, REPORT, UNAVAILABLE)


@pytest.mark.settings(limit_requests=1)
async def test_overload(back_end: BackEnd, sandbox: Sandbox) -> None:
    """A job that an overloaded gateway refuses waits as long as Retry-After says, and then is complete."""
    sandbox.faults.add(held("GET /orders"))
    other = asyncio.create_task(back_end.run("totals", "small"))
    await until(lambda: sandbox.request_log.counts() == {"GET /orders": 1})
    process = await back_end.start("report", "small")
    assert process.stderr
    refusal = await asyncio.wait_for(process.stderr.readline(), HANGS_AFTER)
    sandbox.faults.clear()

    status, output, _ = await ended(process)

    assert refusal.decode().startswith("SERVICE_UNAVAILABLE: ")
    assert (status, output) == (0, REPORT)
    assert (await other).status == 0


@pytest.mark.parametrize(
    ("token_", "message"),
    [
        (
            "none",
            "UNAUTHENTICATED: The token is not valid.\nFailed. UNAUTHENTICATED: The token is not valid.\n",
        ),
        (
            token(KEY, claims("1234")),
            "There is no such customer for this token. Has it the service scope?\n",
        ),
    ],
    ids=["invalid", "customer"],
)
async def test_token(back_end: BackEnd, token_: str, message: str) -> None:
    """With another token than one of a service the job fails at once."""
    assert await back_end.run("report", "small", token_=token_) == Ran(1, "", message)


async def test_damaged_booking(back_end: BackEnd, sandbox: Sandbox) -> None:
    """What cannot be read of one booking is reported; the others are printed all the same."""
    sandbox.put_order(
        "small",
        {
            "type": "Order",
            "identifier": "odd",
            "orderDate": "2026-10-31T09:00:00Z",
            "orderedItem": [
                {
                    "type": "OrderItem",
                    "identifier": "odd-1",
                    "orderItemStatus": "https://openactive.io/OrderItemConfirmed",
                    "acceptedOffer": {"type": "Offer", "price": "cheap"},
                    "orderedItem": {"type": "ScheduledSession", "startDate": "2026-11-09T07:00:00Z"},
                }
            ],
        },
    )

    ran = await back_end.run("report", "small")

    assert ran == Ran(0, f"{REPORT}2026-11-09 07:00 ?, online, ?\n{'':16} odd odd-1\n", f"{UNREADABLE}\n")


@pytest.mark.parametrize("job", [(), ("report",), ("cancel", "ticket-1", ORDER), ("delete", "small")])
async def test_usage(back_end: BackEnd, job: tuple[str, ...]) -> None:
    """Anything that is no job is answered with how to call it."""
    status, output, errors = await back_end.run(*job)

    assert (status, output) == (1, "")
    assert errors.startswith("Jobs of a back end that acts for any customer.\n")
