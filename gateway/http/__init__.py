"""HTTP: the GraphQL endpoint, receipts, the webhook, health checks; connections, limits and streaming."""
