"""The serving process: listening sockets, worker processes and memory."""
