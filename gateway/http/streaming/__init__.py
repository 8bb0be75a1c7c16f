"""Operations that answer more than once: graphql-transport-ws and server-sent events."""
