"""Cancelling under random faults and double clicks: a short form of `make faults`."""

from tests.faults.report import kill_report, report


def test_nothing_double_nothing_untrue() -> None:
    """In 200 runs no PATCH is sent twice, no answer is untrue, and the next reading settles the rest."""
    found = report(200, processes=2)

    assert (found.doubles, found.untrue, found.unsettled) == ([], [], [])
    assert found.runs == 200


def test_kill_and_restart() -> None:
    """A gateway killed during a cancellation neither repeats a PATCH that took effect nor forgets one."""
    found = kill_report(4, processes=2)

    assert (found.doubles, found.untrue, found.unsettled) == ([], [], [])
