"""Serves the gallery: the page of the sandbox draws what the application would send to Slack."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from bot.config import PlaybookReloader
from bot.demo.browser import PORTS, open_browser
from bot.demo.clocks import ManualClock
from bot.demo.gallery import GalleryEntry, list_drawings
from bot.demo.gallery_samples import AT, GallerySamples
from bot.demo.simulated_users import build_workspace
from bot.live_rules import ReloadableRules
from bot.slack_sandbox import SlackSandbox

STATIC = Path(__file__).with_name("panel") / "static"
PATH = "/demo/gallery"


def build_gallery(playbook: PlaybookReloader, ports: Sequence[int] = PORTS) -> SlackSandbox:
    """Return a workspace in which nothing happens, with the gallery beside it; it is not started yet."""
    entries = [_serialize_entry(one) for one in list_drawings(GallerySamples(ReloadableRules(playbook)))]

    async def serve_page(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "gallery.html")

    async def serve_entries(_: web.Request) -> web.Response:
        return web.json_response(entries)

    sandbox = SlackSandbox(build_workspace(playbook.current, ManualClock(AT)), ports=ports)
    routes = [web.get(PATH, serve_page), web.get(f"{PATH}/entries", serve_entries)]
    sandbox.mount_routes([*routes, web.static("/demo/static", STATIC)])
    return sandbox


async def show_gallery(playbook: PlaybookReloader, *, browser: bool, say: Callable[[str], None]) -> None:
    """Serve it until the process is interrupted."""
    async with build_gallery(playbook) as sandbox:
        url = f"{sandbox.url}{PATH}"
        say(f"{url} shows every card, message and modal. Ctrl-C stops it.")
        if browser and not open_browser(url):
            say("(No browser could be opened from here: open the link yourself.)")
        await asyncio.Event().wait()


def _serialize_entry(entry: GalleryEntry) -> dict[str, object]:
    if isinstance(entry.drawing, dict):
        return {"title": entry.title, "view": entry.drawing}
    return {"title": entry.title, **entry.drawing._asdict()}
