"""What replicas of the gateway share through Redis or Valkey, and how they do without."""
