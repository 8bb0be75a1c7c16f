"""The state of the simulated imin and the operations that change it."""
