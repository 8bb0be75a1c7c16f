"""Logs, metrics and traces. None of them contains a name, an address, an argument or a key."""
