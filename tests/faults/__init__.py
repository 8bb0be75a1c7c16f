"""Changes under random faults and double clicks, checked against the sandbox: `python -m tests.faults`."""
