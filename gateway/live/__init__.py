"""Live updates: what subscribers of orders get, and when. Contains no GraphQL.

order_watcher.py  the entry point: OrderWatcher.states(customer, order) yields the order's states
order_watch.py    one order: its reading loop, which all its subscribers share
order_state.py    an order as subscribers know it, and whether another state differs from it
"""
