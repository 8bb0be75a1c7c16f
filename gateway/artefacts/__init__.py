"""Files that the gateway makes of what imin states, for example pictures of tickets."""
