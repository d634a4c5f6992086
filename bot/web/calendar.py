"""Serve on-call calendars. The URL is the only credential, because calendar clients have no login."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.calendars.ical_writer import REFRESH
from bot.domain.errors import StoreUnavailable
from bot.usecases.calendar_links import CalendarLinks

HEADERS = {
    "Cache-Control": f"private, max-age={int(REFRESH.total_seconds())}",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": 'inline; filename="on-call.ics"',
}
NONE = "no such calendar; ask Earshot for its address: /oncall calendar\n"


def build_calendar_endpoint(calendar_links: CalendarLinks) -> Callable[[Request], Awaitable[Response]]:
    async def serve_calendar(request: Request) -> Response:
        try:
            found = await calendar_links.render_calendar(request.path_params["token"])
        except StoreUnavailable:
            return PlainTextResponse("try again in a minute\n", 503, {"Retry-After": "60"})
        if found is None:
            return PlainTextResponse(NONE, 404, {"Cache-Control": "no-store"})
        tag = f'"{found.tag}"'
        if tag in request.headers.get("If-None-Match", ""):  # one of several, or weakened by a proxy
            return Response(status_code=304, headers={**HEADERS, "ETag": tag})
        return Response(found.text, headers={**HEADERS, "ETag": tag}, media_type="text/calendar")

    return serve_calendar
