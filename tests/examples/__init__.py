"""Recorded and documented documents of imin and OpenActive; see README.md."""
