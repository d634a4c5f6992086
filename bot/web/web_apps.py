"""Apps that take deliveries to hooks before Starlette looks at its routes.

Nearly all requests are deliveries, and middleware, routes and request objects cost more than to verify one.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sources.webhook import WebhookResponse, WebhookSource
from bot.web.request_body import BodyError, BodyReader, answer_body_error, build_refusal

HOOKS = "/hooks/"
Hooks = Callable[[], Mapping[str, WebhookSource]]
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class WebApp(Starlette):
    """An app whose endpoints may read bodies with its `BodyReader`."""

    def __init__(self, routes: Sequence[BaseRoute], bodies: BodyReader) -> None:
        super().__init__(routes=routes, exception_handlers={BodyError: answer_body_error})
        self.state.bodies = bodies
        self.router.redirect_slashes = False  # it would redirect to the host that the request names


class HookApp(WebApp):
    """Takes deliveries to the hooks of one brand."""

    def __init__(self, routes: Sequence[BaseRoute], bodies: BodyReader, hooks: Hooks) -> None:
        super().__init__(routes, bodies)
        self._hooks, self._bodies = hooks, bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hook = self._find_hook(scope)
        if hook is None:
            await super().__call__(scope, receive, send)
            return
        headers = _decode_headers(scope)
        try:
            refused = hook.reject_headers(headers)
            answer = refused or await hook.receive(headers, await self._bodies.read(headers, receive))
        except BodyError as no:
            response = build_refusal(no)
        else:
            response = _build_response(answer)
        await response(scope, receive, send)

    def _find_hook(self, scope: Scope) -> WebhookSource | None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return None
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        return self._hooks().get(path.removeprefix(HOOKS)) if path.startswith(HOOKS) else None


class ProcessApp(WebApp):
    """Passes deliveries on to the brand that they are for; `brands` are by their paths."""

    def __init__(self, routes: Sequence[BaseRoute], bodies: BodyReader, brands: Mapping[str, ASGIApp]) -> None:
        super().__init__(routes, bodies)
        self._brands = brands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and HOOKS in scope["path"]:
            for path, brand in self._brands.items():
                if scope["path"].startswith(path + HOOKS):
                    await brand({**scope, "root_path": path}, receive, send)
                    return
        await super().__call__(scope, receive, send)


def _decode_headers(scope: Scope) -> dict[str, str]:
    """Return the headers by their names in lower case; of several with one name, the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


def _build_response(answer: WebhookResponse) -> Response:
    return Response(_encode(answer.body), answer.status, answer.headers, "application/json")
