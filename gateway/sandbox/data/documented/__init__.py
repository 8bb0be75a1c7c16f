"""The example documents of imin's documentation that the sandbox serves unchanged."""

from gateway.sandbox.data.documented.documents import documented_account, documented_order

__all__ = ["documented_account", "documented_order"]
