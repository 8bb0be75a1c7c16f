"""Sessions, places and images."""
