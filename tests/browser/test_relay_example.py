"""examples/relay: built, and used in a real browser."""

from pathlib import Path

import pytest

from tests.support.processes import REPOSITORY, demo_process, installed, run_npm, run_script, running_page

SCRIPT = "relay-example.mjs"
LIVE = {"GATEWAY_FOLLOW_FIRST_SECONDS": "0.1", "GATEWAY_FOLLOW_LONGEST_SECONDS": "0.5"}


@pytest.fixture(scope="module")
def built() -> Path:
    """The page, compiled by Relay and TypeScript, and bundled."""
    page = installed(REPOSITORY / "examples" / "relay")
    run_npm(page, "run", "build")
    return page


def test_tour(folder: Path, built: Path, tmp_path: Path) -> None:
    """A customer pages through bookings, shows a ticket and cancels; the page changes by itself."""
    with demo_process(**LIVE) as demo, running_page(built, GATEWAY_URL=demo.url) as page:
        seen = run_script(folder, SCRIPT, "tour", page, demo.sandbox_url, tmp_path)

    assert seen == {
        "heading": "Hello, Eheuheu",
        "upcoming": {"first": 10, "more": 19, "added": 20},
        "history": "1,918 bookings, newest first",
        "ticket": "EXT15180723F4RBIJ",
        "preview": ["£3.00", "£5.30"],
        "pending": "The venue has yet to confirm your cancellation. You should get back £3.00.",
        "news": "Walking Football is cancelled.",
        "receipt": "200 application/pdf",
        "listed": "Cancelled",
        "isSamePage": True,
        "violations": [],
        "errors": [],
    }


def test_states(folder: Path, built: Path) -> None:
    """The page says what is missing, what has failed, and what is not known yet."""
    short = {"GATEWAY_CANCEL_DEADLINE_SECONDS": "1", "GATEWAY_IMIN_CANCEL_TIMEOUT_SECONDS": "0.3"}
    with demo_process(**LIVE, **short) as demo, running_page(built, GATEWAY_URL=demo.url) as page:
        seen = run_script(folder, SCRIPT, "states", page, demo.sandbox_url)

    assert seen == {
        "outage": "The booking system did not answer. Your bookings are safe.\n\nTry again",
        "incomplete": ["Upcoming", "Some details cannot be shown at the moment."],
        "unconfirmed": "We asked for the cancellation but do not know yet whether it went through. "
        "Please look at the booking again in a moment.",
        "shown": "Your cancellation was sent. It is not known yet whether it was accepted. "
        "You need not do anything.",
        "violations": [],
        "errors": [],
    }


def test_sign_in(folder: Path, built: Path, tmp_path: Path) -> None:
    """The page says why a sign-in is refused, and shows the bookings of the customer who has signed in."""
    with (
        demo_process("--auth", XDG_STATE_HOME=str(tmp_path)) as demo,
        running_page(built, GATEWAY_URL=demo.url) as page,
    ):
        seen = run_script(folder, SCRIPT, "sign-in", page)

    assert seen == {
        "refusals": [
            "Please sign in.",
            "There is no token for “nobody”.",
            "The token is not valid.",
            "The token has expired.",
            "You are signed out.",
        ],
        "heading": "Hello, Asha",
        "bookings": 2,
        "violations": [],
        "errors": [],
    }
