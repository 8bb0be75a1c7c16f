"""The command line. Each command is a function of a module here; command_line.py declares their arguments."""

from gateway.commands.command_line import main
from gateway.commands.processes import gateway_listening

__all__ = ["gateway_listening", "main"]
