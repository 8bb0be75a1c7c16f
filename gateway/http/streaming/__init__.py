"""Results as messages: graphql-transport-ws over WebSockets, and server-sent events."""
