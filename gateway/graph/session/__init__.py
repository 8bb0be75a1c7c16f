"""Sessions, and their places, images and vocabulary terms."""
