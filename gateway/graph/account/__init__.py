"""Changes of customers' accounts, and accounts that sellers hold."""
