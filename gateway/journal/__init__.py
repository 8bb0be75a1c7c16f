"""What the gateway remembers of its changes: a state file that survives kill -9. Contains no GraphQL.

single_request.py  the entry point for a mutation that makes one request to imin
idempotency.py     the same key gives the same outcome
keys.py            what is stored under a key; the protocol of the store
sqlite_keys.py     the store on disk
journal.py         puts file, store and locks together, and opens them
locks.py           one change at a time under a name
doubt.py           how long imin may still act on a request whose response was lost
rejections.py      tries again what was not sent
state_file.py      the file as any part of the gateway opens it: tables of its own, a thread
file.py            connecting to the file, and noticing that it was replaced
thread.py          the thread that runs the statements

gateway/cancellation was its first user, and stores its attempts in the same file.
"""
