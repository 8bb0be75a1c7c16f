"""Cancelling booked items: never sent twice, never reported as more than is known. Contains no GraphQL.

service.py         the entry point: Cancellations.cancel(request) returns an outcome
request.py         what to cancel
outcomes.py        what can become of it
rules.py           pure: from an order as imin shows it to "send a PATCH" or an outcome
exchange.py        read → one PATCH → read, within a deadline, one at a time per order
order_reader.py    those readings
under_key.py       a cancellation under an idempotency key
attempts.py        what was sent and what became of it; the protocol of the journal
sqlite_journal.py  the journal on disk
settling.py        finds out in the background what became of unconfirmed attempts

Idempotency keys, locks and the state file are in gateway/journal.
"""
