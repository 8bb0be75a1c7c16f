"""How much the gateway accepts: operations at a time, and request rates."""
