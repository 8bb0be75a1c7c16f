"""State that replicas of the gateway share through Redis or Valkey, and how each carries on without it."""
