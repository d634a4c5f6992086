"""Serving the site, for as long as somebody holds it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

GRACE = 6
"""Seconds that requests in hand get at the end; a container is killed after ten, of which two are for draining."""


class Server(uvicorn.Server):
    """Leaves the signals to who runs it: the workers have to finish too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server(app: Starlette, host: str, port: int) -> Server:
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE,
            server_header=False,
            lifespan="off",
        )
    )


@asynccontextmanager
async def served(app: Starlette, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """On a free port, which it gives."""
    serving = server(app, host, 0)
    task = asyncio.create_task(serving.serve())
    try:
        while not serving.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.005)
        yield int(serving.servers[0].sockets[0].getsockname()[1])
    finally:
        serving.should_exit = True
        await task
