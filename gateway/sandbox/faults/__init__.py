"""Ways in which the simulated imin deviates: failing requests, and documents in another style."""
