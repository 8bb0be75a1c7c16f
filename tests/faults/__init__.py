"""Cancelling under random faults and double clicks, with the sandbox as witness: `python -m tests.faults`."""
