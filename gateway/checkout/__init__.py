"""Creating checkout sessions: once per idempotency key, never reported as more than is known. No GraphQL."""
