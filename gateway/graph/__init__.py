"""The GraphQL schema. Declares; does no HTTP and holds no state."""
