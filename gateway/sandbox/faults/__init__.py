"""Ways to misbehave: faults in HTTP, and documents as other systems write them."""
