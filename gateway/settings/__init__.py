"""Settings from environment variables: the model, and how it is loaded."""
