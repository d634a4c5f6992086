"""The routes, and the two that take what others send."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bot.clock import Clock
from bot.sinks.pagers.twilio import PRESSED_PATH
from bot.sources.webhook import WebhookSource
from bot.store.opening import Store
from bot.usecases.feeds import CalendarLinks
from bot.web.calendar import calendar_at
from bot.web.health import read_readiness, read_state
from bot.web.metrics import scrape
from bot.web.paging import Paging
from bot.web.reading import BodyError, BodyReader, answer_body_error, read_body

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Site:
    """What the routes need. `slack` takes Slack's requests; None where Socket Mode does."""

    store: Store
    clock: Clock
    hooks: Callable[[], Mapping[str, WebhookSource]]
    list_source_names: Callable[[], Mapping[str, str]] = field(default=dict)
    """Each source of this process, with what is wrong with it."""
    departments: Callable[[], tuple[str, ...]] = field(default=lambda: ())
    slack: Endpoint | None = None
    paging: Paging | None = None
    feeds: CalendarLinks | None = None
    stopping: Callable[[], bool] = field(default=lambda: False)
    """Whether this process was told to end: it still answers, and wants to be asked nothing new."""
    bodies: BodyReader = field(default_factory=BodyReader)


def site(parts: Site) -> Starlette:
    async def serve_healthz(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def serve_readyz(_: Request) -> Response:
        readiness = await read_readiness(parts.store, stopping=parts.stopping())
        return JSONResponse(readiness.as_json(), readiness.status)

    async def serve_statusz(_: Request) -> Response:
        state = await read_state(parts.store, parts.list_source_names(), parts.clock.now(), stopping=parts.stopping())
        return JSONResponse(state.as_json())

    async def serve_metrics(_: Request) -> Response:
        body, content_type = await scrape(parts.store, parts.departments(), parts.clock.now())
        return Response(body, media_type=content_type)

    routes = [
        Route("/hooks/{name}", _hook_of(parts.hooks), methods=["POST", "GET"]),
        Route("/healthz", serve_healthz),
        Route("/readyz", serve_readyz),
        Route("/statusz", serve_statusz),
        Route("/metrics", serve_metrics),
    ]
    routes += _of_pages(parts.paging) if parts.paging is not None else []
    if parts.feeds is not None:
        routes.append(Route("/oncall/{token}.ics", calendar_at(parts.feeds), methods=["GET"]))
    if parts.slack is not None:
        routes.append(Route("/slack/events", _within_bounds(parts.slack), methods=["POST"]))
    app = Starlette(routes=routes, exception_handlers={BodyError: answer_body_error})
    app.state.bodies = parts.bodies
    app.router.redirect_slashes = False  # it would lead to wherever the request says it was sent
    return app


def _hook_of(hooks: Callable[[], Mapping[str, WebhookSource]]) -> Endpoint:
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


def _of_pages(paging: Paging) -> list[Route]:
    linked = "/acknowledge/{token}"
    routes = [
        Route(linked, paging.show, methods=["GET"]),
        Route(linked, paging.act, methods=["POST"]),
        Route("/pagers/pagerduty", paging.pagerduty, methods=["POST"]),
    ]
    if paging.pressing is not None:
        routes.append(Route(f"{linked}{PRESSED_PATH}", paging.pressing.take, methods=["POST"]))
    return routes


def _within_bounds(endpoint: Endpoint) -> Endpoint:
    """What asks for the body gets the whole of it, or `BodyError`."""

    async def handle_limited(request: Request) -> Response:
        async def receive() -> Message:
            return {"type": "http.request", "body": await read_body(request), "more_body": False}

        return await endpoint(Request(request.scope, receive))

    return handle_limited
