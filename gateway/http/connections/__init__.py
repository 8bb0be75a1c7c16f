"""Serving one connection: the fast path, aiohttp's connection beneath it, timeouts for slow clients."""
