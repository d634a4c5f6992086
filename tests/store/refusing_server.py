"""A server that refuses, at the wire: for words that a real one can hardly be made to say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass
class RefusingServer:
    """Loads scripts like any other; each other command it answers with `answer`, a line of the protocol."""

    port: int = 0
    answer: str = "+OK"
    connections: int = 0
    loads: bool = True

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while words := await _command(reader):
                writer.write(f"{self._reply(words)}\r\n".encode())
                await writer.drain()
        writer.close()

    def _reply(self, words: list[str]) -> str:
        if words[0] == "CLIENT":
            return "+OK"
        if words[:2] == ["SCRIPT", "LOAD"] and self.loads:
            return f"+{'a' * 40}"
        return self.answer


async def _command(reader: asyncio.StreamReader) -> list[str]:
    words = []
    for _ in range(int((await reader.readuntil(b"\r\n"))[1:])):
        length = int((await reader.readuntil(b"\r\n"))[1:])
        words.append((await reader.readexactly(length + 2))[:-2].decode())
    return words


@asynccontextmanager
async def serve_refusals(answer: str = "+OK") -> AsyncIterator[RefusingServer]:
    found = RefusingServer(answer=answer)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
