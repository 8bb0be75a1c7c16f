"""Cancelling booked items: never twice, never untrue, followed to its end. Knows no GraphQL.

rules.py       PURE: the order as it reads → refuse, say it is done, or ask imin
exchange.py    read → one PATCH → read, within a deadline, one at a time per order
outcomes.py    what can be said afterwards
attempts.py    what was sent, and what became of it; the journal's seam
journal.py     the journal in SQLite, which survives the process
locks.py       one cancellation at a time per order
idempotency.py the same key, the same outcome
settling.py    finds out what became of attempts that nobody was answered about
service.py     all of it as one thing to call
"""
