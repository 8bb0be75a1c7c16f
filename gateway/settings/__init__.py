"""Settings from environment variables: the model, how it is loaded, and a type for secrets."""
