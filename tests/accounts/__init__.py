"""Changes of customers' accounts."""
