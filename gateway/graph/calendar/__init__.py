"""Calendar feeds of customers."""
