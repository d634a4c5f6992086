"""The panel's addresses, served beside the workspace: what happens behind it, and what one can make happen."""

from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo.panel import state
from bot.demo.panel.doings import Doings, Nonsense
from bot.demo.show import Show
from bot.sandbox import Sandbox

STATIC = Path(__file__).with_name("static")
SCRIPT = "/demo/static/panel.js"


class Panel:
    """Mounted before the sandbox starts, and shown something as soon as there is a show."""

    def __init__(self) -> None:
        self._doings: Doings | None = None
        self._show: Show | None = None

    def mount(self, sandbox: Sandbox) -> None:
        routes = [
            web.static("/demo/static", STATIC),
            web.get("/demo/state", self._state),
            web.post("/demo/act", self._act),
        ]
        sandbox.mount(routes, script=SCRIPT)

    def shows(self, show: Show) -> None:
        self._show, self._doings = show, Doings(show)

    async def _state(self, _: web.Request) -> web.Response:
        if self._show is None or self._doings is None:
            raise web.HTTPServiceUnavailable(text="The day has not begun.")
        told = await state.read(self._show, self._doings.trouble)
        return web.json_response(told | {"night": self._doings.night.passing})

    async def _act(self, request: web.Request) -> web.Response:
        body: Any = await request.json()
        if self._doings is None or not isinstance(body, dict):
            raise web.HTTPBadRequest(text="There is nothing to do.")
        try:
            did = await self._doings.do(str(body.get("do")), body)
        except Nonsense as no:
            return web.json_response({"ok": False, "refused": str(no)})
        return web.json_response({"ok": True, "did": did})
