"""Build and run the HTTP server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

from bot.web.connection_limits import ConnectionLimits, build_protocol, compute_limits, raise_file_limit

GRACE = 6
"""Seconds for open requests at shutdown: a container is killed after ten, of which two are for draining."""


class WebServer(uvicorn.Server):
    """A server that leaves signals to its caller, which has to stop the workers too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def build_server(app: Starlette, host: str, port: int, limits: ConnectionLimits | None = None) -> WebServer:
    """Return the server. Default limits follow from the open files, whose limit is raised."""
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
    """Serve on a free port, which is yielded."""
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
