"""imin's Booking API: its documents, its endpoints, its errors. Knows no GraphQL."""
