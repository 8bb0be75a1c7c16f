"""A simulated imin booking API over real HTTP, for tests, demonstrations and developers.

`create_sandbox` returns the aiohttp application, `app[SANDBOX]` is its state. Imports nothing of the gateway.
"""

from gateway.sandbox.api.app import SANDBOX, create_sandbox
from gateway.sandbox.faults.faults import Fault, FaultKind
from gateway.sandbox.faults.style import Style
from gateway.sandbox.state.sandbox import Sandbox
from gateway.sandbox.state.settings import SandboxSettings

__all__ = ["SANDBOX", "Fault", "FaultKind", "Sandbox", "SandboxSettings", "Style", "create_sandbox"]
