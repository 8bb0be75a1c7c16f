"""HTTP: the handlers that aiohttp calls."""
