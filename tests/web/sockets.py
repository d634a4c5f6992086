"""Clients that do not do as clients do: sockets by hand."""

import asyncio
from contextlib import suppress
from typing import NamedTuple

OPEN: list["Client"] = []


class Client(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, words: bytes) -> None:
        self.writer.write(words)

    async def answer(self) -> bytes:
        """All there is until the other side closes or says nothing for a while."""
        said = bytearray()
        with suppress(ConnectionError, TimeoutError):
            while True:
                async with asyncio.timeout(3 if not said else 0.3):
                    part = await self.reader.read(65536)
                if not part:
                    break
                said += part
        return bytes(said)

    async def wait_closed(self) -> bool:
        """Waits until the other side has closed."""
        with suppress(ConnectionError):
            async with asyncio.timeout(5):
                while await self.reader.read(65536):
                    pass
        return True

    def close(self) -> None:
        self.writer.close()


async def connect(port: int, words: bytes = b"") -> Client:
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    OPEN.append(client)
    client.send(words)
    with suppress(ConnectionError):
        await client.writer.drain()
    return client


async def close_all() -> None:
    for client in OPEN:
        client.close()
        with suppress(ConnectionError):
            await client.writer.wait_closed()
    OPEN.clear()


def read_status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0
