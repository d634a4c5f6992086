"""Serving the site, for as long as somebody holds it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

from bot.web.connection_limits import ConnectionLimits, build_protocol, compute_limits, raise_file_limit

GRACE = 6
"""Seconds that requests in hand get at the end; a container is killed after ten, of which two are for draining."""


class WebServer(uvicorn.Server):
    """Leaves the signals to who runs it: the workers have to finish too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def build_server(app: Starlette, host: str, port: int, limits: ConnectionLimits | None = None) -> WebServer:
    """Without `limits`, what this process may have open decides, which is raised as far as may be."""
    limits = limits or compute_limits(raise_file_limit())
    return WebServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=build_protocol(limits),
            ws="none",
            backlog=limits.backlog,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE,
            server_header=False,
            lifespan="off",
        )
    )


@asynccontextmanager
async def serve_in_background(
    app: Starlette, host: str = "127.0.0.1", limits: ConnectionLimits | None = None
) -> AsyncIterator[int]:
    """On a free port, which it gives."""
    serving = build_server(app, host, 0, limits)
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
