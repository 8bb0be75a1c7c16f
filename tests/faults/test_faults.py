"""Changes under random faults and double clicks: a short form of `make faults`."""

import pytest

from tests.faults.report import change_kill_report, change_report, kill_report, report

SHORT = ("createCheckoutSession", "createCustomerAccount", "updateCustomerAccount", "deleteCustomerAccount")
"""Of the operations; the others are sent and found out as updateCustomerAccount is."""


def test_nothing_double_nothing_untrue() -> None:
    """In 200 runs no PATCH is sent twice, no answer is untrue, and the next reading settles the rest."""
    found = report(200, processes=2)

    assert (found.doubles, found.untrue, found.unsettled) == ([], [], [])
    assert found.runs == 200


def test_kill_and_restart() -> None:
    """A gateway killed during a cancellation neither repeats a PATCH that took effect nor forgets one."""
    found = kill_report(4, processes=2)

    assert (found.doubles, found.untrue, found.unsettled) == ([], [], [])


@pytest.mark.parametrize("operation", SHORT)
def test_other_mutations(operation: str) -> None:
    """A mutation that makes one request sends nothing twice for a key, and claims nothing that is untrue."""
    found = change_report(operation, 24, processes=2)

    assert (found.doubles, found.untrue, found.unsettled) == ([], [], [])
    assert found.runs == 24


@pytest.mark.parametrize("operation", SHORT)
def test_other_mutations_killed(operation: str) -> None:
    """A gateway killed during such a mutation neither repeats its request nor forgets it."""
    found = change_kill_report(operation, 2, processes=2)

    assert (found.doubles, found.untrue, found.unsettled) == ([], [], [])
