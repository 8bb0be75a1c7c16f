"""The serving process: listening sockets, worker processes, memory and the event loop."""
