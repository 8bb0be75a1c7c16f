"""The example app with Apollo Client: it builds, its operations are served, and a customer can use it."""

import subprocess
from pathlib import Path

import pytest

from tests.support.issuer import rsa_key, token
from tests.support.processes import (
    REPOSITORY,
    demo_process,
    gateway_command,
    installed,
    run_npm,
    run_script,
    running_page,
)

EXAMPLE = REPOSITORY / "examples" / "apollo"


@pytest.fixture(scope="module")
def built() -> Path:
    """The app, with generated types, compiled strictly, and bundled."""
    app = installed(EXAMPLE)
    run_npm(app, "run", "build")
    return app


def test_operations(built: Path) -> None:
    """The gateway serves all operations of the app within its limits, and none is deprecated."""
    manifest = built / "src" / "gql" / "persisted-documents.json"
    checked = subprocess.run(  # noqa: S603  # our own command
        gateway_command("check-documents", str(manifest)), capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, "")
    assert ": 9 operations, 0 refused\n" in checked.stdout
    assert "deprecated" not in checked.stdout


def test_in_a_browser(folder: Path, built: Path, tmp_path: Path) -> None:
    """A customer signs in, reads bookings, shows a ticket, sees a change, and cancels; axe finds nothing."""
    environment = {
        "XDG_STATE_HOME": str(tmp_path),
        "GATEWAY_FOLLOW_FIRST_SECONDS": "0.1",
        "GATEWAY_CANCEL_DEADLINE_SECONDS": "0.2",
    }
    with (
        demo_process("--auth", **environment) as demo,
        running_page(built, GATEWAY_URL=demo.url) as app,
    ):
        seen = run_script(folder, "apollo.mjs", app, demo.sandbox_url, token(rsa_key()))

    assert seen.pop("ofItem").startswith("Booking 1")
    assert seen == {
        "refusal": "The token is not valid.",
        "bookings": [f"Booking {number}" for number in range(1917, 1897, -1)],
        "booking": {"pictureWidth": 400, "receipt": "200 application/pdf"},
        "changes": [f"Hatha Yoga now takes place at {venue}." for venue in ("Putney Lido", "Leith Baths")],
        "cancelled": {
            "terms": ["You get back", "£12.50", "Total afterwards", "£12.50"],
            "outcome": "We have asked the venue to cancel. "
            "You will get an e-mail once they have confirmed it.",
            "inTheList": ["Hatha Yoga", "Being cancelled", "Lane Swimming", "Confirmed"],
        },
        "unconfirmed": "We asked for the cancellation but do not know yet whether it went through. "
        "Please look at the booking again in a moment.",
        "violations": [],
        "outside": [],
        "consoleErrors": [],
    }
