"""createCheckoutSession with its input and outcomes, and what is needed to book an item again."""
