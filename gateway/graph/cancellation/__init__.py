"""cancelOrderItems: its input, outcomes and resolver."""
