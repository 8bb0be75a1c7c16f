"""cancelOrderItems with its outcomes, and the cancellations that the gateway remembers."""
