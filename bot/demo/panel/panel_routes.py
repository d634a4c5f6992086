"""The HTTP routes of the panel, served beside the workspace: its files, its state, its actions."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo.panel import state
from bot.demo.panel.actions import InvalidActionError, PanelActions
from bot.demo.panel.guide import GuideProgress
from bot.demo.session import DemoSession
from bot.domain.errors import StoreUnavailable
from bot.slack_sandbox import SlackSandbox

STATIC = Path(__file__).with_name("static")
SCRIPT = "/demo/static/panel.js"


class DemoPanel:
    """Mounted before the sandbox starts; it works once a session is attached."""

    def __init__(self) -> None:
        self._actions: PanelActions | None = None
        self._guide: GuideProgress | None = None
        self._session: DemoSession | None = None

    def mount_panel(self, sandbox: SlackSandbox) -> None:
        routes = [
            web.static("/demo/static", STATIC),
            web.get("/demo/state", self._serve_panel_state),
            web.post("/demo/act", self._run_panel_action),
        ]
        sandbox.mount_routes(routes, script=SCRIPT)

    def attach_session(self, session: DemoSession) -> None:
        self._session, self._actions, self._guide = session, PanelActions(session), GuideProgress(session)

    async def _serve_panel_state(self, _: web.Request) -> web.Response:
        if self._session is None or self._actions is None or self._guide is None:
            raise web.HTTPServiceUnavailable(text="The day has not started.")
        shown = await state.build_panel_state(self._session, self._actions.faults)
        guide = None
        with suppress(StoreUnavailable):
            guide = await self._guide.build_guide(self._actions.skip.crisis)
        return web.json_response(shown | {"skipping": self._actions.skip.is_running, "guide": guide})

    async def _run_panel_action(self, request: web.Request) -> web.Response:
        body: Any = await request.json()
        if self._actions is None or not isinstance(body, dict):
            raise web.HTTPBadRequest(text="There is nothing to do.")
        try:
            outcome = await self._actions.run(str(body.get("do")), body)
        except InvalidActionError as no:
            return web.json_response({"ok": False, "refused": str(no)})
        return web.json_response({"ok": True, "did": outcome.did, "person": outcome.person})
