"""Who may ask: pages of our own, on this machine. A page from elsewhere may neither read here nor act."""

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
TOKEN = "X-Sandbox-Page"  # noqa: S105 - a header that a form of another site cannot send
WIRE = ("/api/", "/link", "/respond/", "/upload/")
"""What the app asks for, which shows its token or an address it was given."""
OURS = ("same-origin", "none", "")


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A name that leads here without being ours is DNS rebinding; a foreign Origin is another site's page."""
    if request.host not in _list_own_hosts(request):
        return _build_forbidden("This is a page of this machine: open it by the link that was printed.")
    origin = request.headers.get(hdrs.ORIGIN, "")
    if origin and origin != f"http://{request.host}":
        return _build_forbidden("Another site's page may not ask here.")
    if request.path.startswith(WIRE):
        return await handler(request)
    if request.path != "/" and request.headers.get("Sec-Fetch-Site", "") not in OURS:
        return _build_forbidden("Another site's page may not ask here.")
    if request.method == hdrs.METH_POST and TOKEN not in request.headers:
        return _build_forbidden(f"An act comes with the header {TOKEN}.")
    return await handler(request)


async def set_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """On every answer: what the browser must not do with it."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")


def _list_own_hosts(request: web.Request) -> set[str]:
    assert request.transport is not None
    port = request.transport.get_extra_info("sockname")[1]
    return {f"127.0.0.1:{port}", f"localhost:{port}"}


def _build_forbidden(sentence: str) -> web.Response:
    return web.Response(status=403, text=sentence)
