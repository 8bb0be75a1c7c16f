"""A GraphQL gateway over the imin Open Booking API."""
