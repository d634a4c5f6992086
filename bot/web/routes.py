"""Build the web app with all routes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bot.calendars.ical_writer import REFRESH
from bot.clock import Clock
from bot.domain.errors import StoreUnavailable
from bot.sinks.pagers.twilio import PRESSED_PATH
from bot.sources.webhook import WebhookSource
from bot.store.store import Store
from bot.usecases.calendar_links import CalendarLinks
from bot.web.ack_routes import AckRoutes
from bot.web.health_endpoints import add_processes, check_readiness, read_system_status
from bot.web.metrics_endpoint import render_metrics
from bot.web.process_group import ONE_PROCESS, ProcessGroup
from bot.web.request_body import BodyError, BodyReader, answer_body_error, read_body

Endpoint = Callable[[Request], Awaitable[Response]]
CALENDAR_HEADERS = {
    "Cache-Control": f"private, max-age={int(REFRESH.total_seconds())}",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": 'inline; filename="on-call.ics"',
}
NO_CALENDAR = "no such calendar. Get its address with /oncall calendar\n"


@dataclass(frozen=True, slots=True)
class RouteDependencies:
    """What the routes need. `slack` handles Slack's requests; None in Socket Mode."""

    store: Store
    clock: Clock
    hooks: Callable[[], Mapping[str, WebhookSource]]
    list_source_issues: Callable[[], Mapping[str, str]] = field(default=dict)
    """The sources of this process, each with its issue or ''."""
    departments: Callable[[], tuple[str, ...]] = field(default=lambda: ())
    slack: Endpoint | None = None
    ack_routes: AckRoutes | None = None
    calendar_links: CalendarLinks | None = None
    stopping: Callable[[], bool] = field(default=lambda: False)
    """Whether this process is stopping: it still answers, but is not ready."""
    processes: ProcessGroup = ONE_PROCESS
    bodies: BodyReader = field(default_factory=BodyReader)


def build_web_app(dependencies: RouteDependencies) -> Starlette:
    async def serve_healthz(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def serve_readyz(_: Request) -> Response:
        readiness = await check_readiness(dependencies.store, stopping=dependencies.stopping())
        return JSONResponse(readiness.to_json(), readiness.status)

    async def serve_statusz(_: Request) -> Response:
        state = await read_system_status(
            dependencies.store,
            dependencies.list_source_issues(),
            dependencies.clock.now(),
            stopping=dependencies.stopping(),
        )
        return JSONResponse(add_processes(state, dependencies.processes).to_json())

    async def serve_metrics(_: Request) -> Response:
        body, content_type = await render_metrics(
            dependencies.store,
            dependencies.departments(),
            dependencies.clock.now(),
            dependencies.processes.export_metrics(),
        )
        return Response(body, media_type=content_type)

    routes = [
        Route("/hooks/{name}", _build_hook_endpoint(dependencies.hooks), methods=["POST", "GET"]),
        Route("/healthz", serve_healthz),
        Route("/readyz", serve_readyz),
        Route("/statusz", serve_statusz),
        Route("/metrics", serve_metrics),
    ]
    routes += _list_ack_routes(dependencies.ack_routes) if dependencies.ack_routes is not None else []
    if dependencies.calendar_links is not None:
        routes.append(
            Route("/oncall/{token}.ics", _build_calendar_endpoint(dependencies.calendar_links), methods=["GET"])
        )
    if dependencies.slack is not None:
        routes.append(Route("/slack/events", _limit_body(dependencies.slack), methods=["POST"]))
    app = Starlette(routes=routes, exception_handlers={BodyError: answer_body_error})
    app.state.bodies = dependencies.bodies
    app.router.redirect_slashes = False  # it would redirect to the Host header, whatever it is
    return app


def _build_hook_endpoint(hooks: Callable[[], Mapping[str, WebhookSource]]) -> Endpoint:
    async def handle_hook(request: Request) -> Response:
        found = hooks().get(request.path_params["name"])
        if found is None:
            return JSONResponse({"error": "there is no hook of that name in the playbook"}, 404)
        if request.method == "GET":
            confirmed = found.confirm_challenge(request.query_params)
            return PlainTextResponse(confirmed) if confirmed is not None else Response(status_code=404)
        refused = found.reject_headers(request.headers)
        answer = refused or await found.receive(request.headers, await read_body(request))
        return JSONResponse(answer.body, answer.status, answer.headers)

    return handle_hook


def _build_calendar_endpoint(calendar_links: CalendarLinks) -> Endpoint:
    """Serve on-call calendars. The URL is the only credential, because calendar clients have no login."""

    async def serve_calendar(request: Request) -> Response:
        try:
            found = await calendar_links.render_calendar(request.path_params["token"])
        except StoreUnavailable:
            return PlainTextResponse("try again in a minute\n", 503, {"Retry-After": "60"})
        if found is None:
            return PlainTextResponse(NO_CALENDAR, 404, {"Cache-Control": "no-store"})
        tag = f'"{found.tag}"'
        if tag in request.headers.get("If-None-Match", ""):  # one of several, or weakened by a proxy
            return Response(status_code=304, headers={**CALENDAR_HEADERS, "ETag": tag})
        return Response(found.text, headers={**CALENDAR_HEADERS, "ETag": tag}, media_type="text/calendar")

    return serve_calendar


def _list_ack_routes(ack_routes: AckRoutes) -> list[Route]:
    linked = "/acknowledge/{token}"
    routes = [
        Route(linked, ack_routes.show_ack_page, methods=["GET"]),
        Route(linked, ack_routes.submit_ack_page, methods=["POST"]),
        Route("/pagers/pagerduty", ack_routes.handle_pagerduty, methods=["POST"]),
    ]
    if ack_routes.twilio_gather is not None:
        routes.append(Route(f"{linked}{PRESSED_PATH}", ack_routes.twilio_gather.handle_key_press, methods=["POST"]))
    return routes


def _limit_body(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint so that it reads a limited, complete body. Raises `BodyError`."""

    async def handle_limited(request: Request) -> Response:
        async def receive() -> Message:
            return {"type": "http.request", "body": await read_body(request), "more_body": False}

        return await endpoint(Request(request.scope, receive))

    return handle_limited
