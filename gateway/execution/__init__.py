"""Operations: limits, cost, the document cache, execution and subscriptions."""
