"""Protection against other sites: only our own page on this machine may read or act."""

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
TOKEN = "X-Sandbox-Page"  # noqa: S105 - a header that another site's form cannot send
WIRE = ("/api/", "/link", "/respond/", "/upload/")
"""Paths of the app's requests, which carry a token or a secret address."""
OURS = ("same-origin", "none", "")


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reject foreign hosts (DNS rebinding), foreign origins, and actions without our header (CSRF)."""
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
    """Set security headers on every response."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")


def _list_own_hosts(request: web.Request) -> set[str]:
    assert request.transport is not None
    port = request.transport.get_extra_info("sockname")[1]
    return {f"127.0.0.1:{port}", f"localhost:{port}"}


def _build_forbidden(sentence: str) -> web.Response:
    return web.Response(status=403, text=sentence)
