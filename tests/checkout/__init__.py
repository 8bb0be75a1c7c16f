"""createCheckoutSession and OrderItem.bookAgain."""
