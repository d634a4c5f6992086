"""The routes of a process, whichever brands it serves: health, metrics, and what Slack calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bot.clock import Clock
from bot.web.health_endpoints import BrandHealth, check_readiness, read_all_statuses
from bot.web.metrics_endpoint import render_metrics
from bot.web.process_group import ONE_PROCESS, ProcessGroup
from bot.web.request_body import BodyReader, read_body

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ProcessDependencies:
    """`brands` are by id, which is empty for the only one. `slack` handles Slack's requests; None in Socket Mode."""

    brands: Callable[[], Mapping[str, BrandHealth]]
    clock: Clock
    gets: Mapping[str, Endpoint] = field(default_factory=dict)
    """Further endpoints for GET, by their paths: those of an installation by a link."""
    slack: Endpoint | None = None
    stopping: Callable[[], bool] = field(default=lambda: False)
    """Whether this process is stopping: it still answers, but is not ready."""
    processes: ProcessGroup = ONE_PROCESS
    bodies: BodyReader = field(default_factory=BodyReader)


def list_process_routes(dependencies: ProcessDependencies) -> list[Route]:
    async def serve_healthz(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def serve_readyz(_: Request) -> Response:
        stores = [brand.store for brand in dependencies.brands().values()]
        readiness = await check_readiness(*stores, stopping=dependencies.stopping())
        return JSONResponse(readiness.to_json(), readiness.status)

    async def serve_statusz(_: Request) -> Response:
        now, stopping = dependencies.clock.now(), dependencies.stopping()
        return JSONResponse(
            await read_all_statuses(dependencies.brands(), now, dependencies.processes, stopping=stopping)
        )

    async def serve_metrics(_: Request) -> Response:
        body, content_type = await render_metrics(
            dependencies.brands(), dependencies.clock.now(), dependencies.processes.export_metrics()
        )
        return Response(body, media_type=content_type)

    routes = [
        Route("/healthz", serve_healthz),
        Route("/readyz", serve_readyz),
        Route("/statusz", serve_statusz),
        Route("/metrics", serve_metrics),
        *(Route(path, endpoint, methods=["GET"]) for path, endpoint in dependencies.gets.items()),
    ]
    if dependencies.slack is not None:
        routes.append(Route("/slack/events", limit_body(dependencies.slack), methods=["POST"]))
    return routes


def limit_body(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint so that it reads a limited, complete body. Raises `BodyError`."""

    async def handle_limited(request: Request) -> Response:
        async def receive() -> Message:
            return {"type": "http.request", "body": await read_body(request), "more_body": False}

        return await endpoint(Request(request.scope, receive))

    return handle_limited
