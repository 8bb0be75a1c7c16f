"""What the simulated imin knows, and how it changes."""
