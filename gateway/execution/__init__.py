"""Running operations: limits, cost, the document cache, the executor and subscriptions."""
