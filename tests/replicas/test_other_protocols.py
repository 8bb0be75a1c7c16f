"""What answers at Redis' address is not Redis."""

import asyncio

import pytest

from gateway.replicas.redis_client import RedisClient, RedisUnavailable
from tests.support.redis_server import RedisServer

REPLIES = [
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
    b":no number\r\n",
    b"$no number\r\n",
    b"%1\r\n*0\r\n+a\r\n",
    b"\xff\xfe\xfd\r\n",
    b"-MOVED nowhere\r\n",
    b"-ASK\r\n",
    b"-\r\n",
    b"\r\n\r\n",
    b"",
]


@pytest.mark.parametrize("reply", REPLIES)
async def test_no_redis(reply: bytes) -> None:
    """A server that speaks another protocol counts as a Redis that is down."""
    running: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.append(asyncio.current_task())
        while await reader.read(65_536):
            writer.write(reply)
            if not reply:
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = RedisClient(RedisServer(server.sockets[0].getsockname()[1]).url, 0.5)
    with pytest.raises(RedisUnavailable):
        await client.execute(lambda commands: commands.get("gateway:x"))
    await client.close()
    server.close()
    await asyncio.gather(*filter(None, running), return_exceptions=True)
