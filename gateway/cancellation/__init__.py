"""Cancelling booked items: never sent twice, never reported as more than is known. Contains no GraphQL.

service.py         the entry point: Cancellations.cancel(request) returns an outcome
request.py         what to cancel
outcomes.py        what can become of it
rules.py           pure: from an order as imin shows it to "send a PATCH" or an outcome
exchange.py        read → one PATCH → read, within a deadline, one at a time per order
order_reader.py    those readings
idempotency.py     the same key gives the same outcome
attempts.py        what was sent and what became of it; the protocol of the journal
sqlite_journal.py  the journal on disk
locks.py           one cancellation at a time per order
settling.py        finds out in the background what became of unconfirmed attempts
"""
