"""Live updates: what subscribers get, and when. Contains no GraphQL.

order_watcher.py  the entry point for orders: OrderWatcher.states(customer, order) yields an order's states
order_watch.py    one order: its reading loop, which all its subscribers share
known_attempts.py what the journal knows of the order's cancellations
order_state.py    pure: an order as subscribers know it, and whether another state differs from it
order_changes.py  pure: what has changed between two states
snapshot.py       the values before and after a change
change_code.py    the reasons of changes
wording.py        the sentences that customers read about them

customer_watcher.py  the entry point for a customer's lists and account: CustomerWatcher.states(feed, …)
customer_watch.py    one feed of one customer: its reading loop
account_feed.py      a feed: the customer's account
list_feed.py         a feed: the first window of a list
resting_window.py    a window of a list that takes little memory while nothing happens
list_changes.py      what has changed between two states of a list
shared_polling.py    which of several replicas reads

subscriber_limit.py  how many subscribers of all kinds there may be
"""
