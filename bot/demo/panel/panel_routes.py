"""The panel's addresses, served beside the workspace: what happens behind it, and what one can make happen."""

from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo.panel import state
from bot.demo.panel.actions import InvalidActionError, PanelActions
from bot.demo.session import DemoSession
from bot.slack_sandbox import SlackSandbox

STATIC = Path(__file__).with_name("static")
SCRIPT = "/demo/static/panel.js"


class DemoPanel:
    """Mounted before the sandbox starts, and shown something as soon as there is a show."""

    def __init__(self) -> None:
        self._doings: PanelActions | None = None
        self._show: DemoSession | None = None

    def mount_panel(self, sandbox: SlackSandbox) -> None:
        routes = [
            web.static("/demo/static", STATIC),
            web.get("/demo/state", self._serve_panel_state),
            web.post("/demo/act", self._run_panel_action),
        ]
        sandbox.mount_routes(routes, script=SCRIPT)

    def attach_session(self, show: DemoSession) -> None:
        self._show, self._doings = show, PanelActions(show)

    async def _serve_panel_state(self, _: web.Request) -> web.Response:
        if self._show is None or self._doings is None:
            raise web.HTTPServiceUnavailable(text="The day has not begun.")
        told = await state.build_panel_state(self._show, self._doings.trouble)
        return web.json_response(told | {"night": self._doings.night.passing})

    async def _run_panel_action(self, request: web.Request) -> web.Response:
        body: Any = await request.json()
        if self._doings is None or not isinstance(body, dict):
            raise web.HTTPBadRequest(text="There is nothing to do.")
        try:
            did = await self._doings.run(str(body.get("do")), body)
        except InvalidActionError as no:
            return web.json_response({"ok": False, "refused": str(no)})
        return web.json_response({"ok": True, "did": did})
