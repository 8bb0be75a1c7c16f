"""The journal of changes: what it holds, and what a change does with it."""
