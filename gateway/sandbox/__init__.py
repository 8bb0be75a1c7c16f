"""A simulated imin booking API over real HTTP, for tests, demonstrations and developers.

It imports nothing of the gateway. `create_sandbox` gives the application, `app[SANDBOX]` the state behind it.
"""

from gateway.sandbox.api.app import SANDBOX, create_sandbox
from gateway.sandbox.faults.faults import Fault
from gateway.sandbox.faults.style import Style
from gateway.sandbox.state.sandbox import Sandbox
from gateway.sandbox.state.settings import SandboxSettings

__all__ = ["SANDBOX", "Fault", "Sandbox", "SandboxSettings", "Style", "create_sandbox"]
