"""imin's endpoints that are read, one declaration each."""
