"""Generators of the sandbox's customers, orders and sessions, and the documents imin publishes."""
