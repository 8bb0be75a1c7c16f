"""Errors of the state file."""


class JournalUnavailable(Exception):
    """The state file cannot be read or written now: it is locked, full or damaged, or its disk is slow.

    What was to be written may be written nevertheless.
    """


class StateUnusable(Exception):
    """The file cannot be opened, or is not a state file."""
