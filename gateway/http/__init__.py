"""HTTP: the GraphQL endpoint, receipts, the webhook and health checks, with connections, limits and streaming."""
