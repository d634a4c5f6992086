"""The routes of one brand, and the web app with those of the process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from bot.calendars.ical_writer import REFRESH
from bot.clock import Clock
from bot.domain.errors import StoreUnavailable
from bot.sinks.pagers.twilio import PRESSED_PATH
from bot.store.store import Store
from bot.usecases.calendar_links import CalendarLinks
from bot.web.ack_routes import AckRoutes
from bot.web.health_endpoints import BrandHealth
from bot.web.process_group import ONE_PROCESS, ProcessGroup
from bot.web.process_routes import Endpoint, ProcessDependencies, list_process_routes
from bot.web.request_body import BodyReader
from bot.web.web_apps import HookApp, Hooks, ProcessApp

CALENDAR_HEADERS = {
    "Cache-Control": f"private, max-age={int(REFRESH.total_seconds())}",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": 'inline; filename="on-call.ics"',
}
NO_CALENDAR = "no such calendar. Get its address with /oncall calendar\n"


@dataclass(frozen=True, slots=True)
class RouteDependencies:
    """What the routes of one brand need. `slack` handles Slack's requests; None in Socket Mode."""

    store: Store
    clock: Clock
    hooks: Hooks
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

    def describe_health(self) -> BrandHealth:
        return BrandHealth(self.store, self.list_source_issues(), self.departments())


def build_web_app(dependencies: RouteDependencies) -> HookApp:
    """Build the app of a process with one brand."""
    process = ProcessDependencies(
        lambda: {"": dependencies.describe_health()},
        dependencies.clock,
        gets={},
        slack=dependencies.slack,
        stopping=dependencies.stopping,
        processes=dependencies.processes,
    )
    routes = [*list_process_routes(process), *list_brand_routes(dependencies)]
    return HookApp(routes, dependencies.bodies, dependencies.hooks)


def build_brand_app(dependencies: RouteDependencies) -> HookApp:
    """Build the part of the app that serves one brand."""
    return HookApp(list_brand_routes(dependencies), dependencies.bodies, dependencies.hooks)


def build_process_app(dependencies: ProcessDependencies, brands: Mapping[str, ASGIApp]) -> ProcessApp:
    """Build the app of a process; `brands` serve what is below their paths, which are '' for the only one."""
    mounted = [Mount(path, app=brand) for path, brand in brands.items()]
    return ProcessApp([*list_process_routes(dependencies), *mounted], dependencies.bodies, brands)


def list_brand_routes(dependencies: RouteDependencies) -> list[Route]:
    routes = [Route("/hooks/{name}", _build_hook_endpoint(dependencies.hooks), methods=["POST", "GET"])]
    routes += _list_ack_routes(dependencies.ack_routes) if dependencies.ack_routes is not None else []
    if dependencies.calendar_links is not None:
        routes.append(
            Route("/oncall/{token}.ics", _build_calendar_endpoint(dependencies.calendar_links), methods=["GET"])
        )
    return routes


def _build_hook_endpoint(hooks: Hooks) -> Endpoint:
    """Answer what is no delivery to a hook that there is: `HookApp` takes those."""

    async def handle_hook(request: Request) -> Response:
        found = hooks().get(request.path_params["name"])
        if found is None:
            return JSONResponse({"error": "there is no hook of that name in the playbook"}, 404)
        confirmed = found.confirm_challenge(request.query_params)
        return PlainTextResponse(confirmed) if confirmed is not None else Response(status_code=404)

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
