"""Followers of one order, and the servers that they follow it on."""
