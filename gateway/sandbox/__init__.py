"""A simulated imin booking API over real HTTP, for tests, demonstrations and developers.

It imports nothing of the gateway. `create_sandbox` gives the application, `app[SANDBOX]` the state behind it.
"""

from gateway.sandbox.app import SANDBOX, create_sandbox
from gateway.sandbox.faults import Fault
from gateway.sandbox.settings import SandboxSettings
from gateway.sandbox.style import Style
from gateway.sandbox.world import Sandbox

__all__ = ["SANDBOX", "Fault", "Sandbox", "SandboxSettings", "Style", "create_sandbox"]
