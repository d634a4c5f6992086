"""The demo in a browser: serves the page, opens it, and watches whether it is open."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.config import PlaybookReloader
from bot.demo.clocks import FastClock
from bot.demo.history import backfill_history
from bot.demo.panel.panel_routes import DemoPanel
from bot.demo.session import DemoSession, compute_start
from bot.demo.setup import run_demo_app
from bot.demo.simulated_users import SimulatedUsers
from bot.domain.mention import Mention
from bot.domain.text import format_count
from bot.testing.local_app import LocalApp

PORT = 8700
PORTS = (*range(PORT, PORT + 20), 0)
"""Tried in order; 0 is any free port."""
LATER = timedelta(minutes=10)
"""How long simulated users leave a case to the person at the page."""
GONE_AFTER = 3.0
"""Seconds without a page until it counts as closed; a reload takes less."""

Say = Callable[[str], None]


async def show_page(
    playbook: PlaybookReloader,
    day: Sequence[Mention],
    speed: float,
    *,
    browser: bool,
    say: Say,
    stop_on_signal: Callable[[LocalApp], None],
    ports: Sequence[int] = PORTS,
    history: bool = False,
    teammates: bool = True,
) -> None:
    """Serve the page until the app is stopped. `history`: four weeks are invented, as fit the sample's playbook."""
    clock = FastClock(compute_start(day), speed)
    panel = DemoPanel()
    async with run_demo_app(playbook, clock, ports=ports, mount=panel.mount_panel) as stage:
        stage.app.links.public_url = stage.url
        if history:
            await backfill_history(stage.store, stage.app.rules, clock.now())
        session = DemoSession(stage, clock, day, SimulatedUsers(stage.sandbox, playbook.current, LATER))
        session.teammates = teammates
        panel.attach_session(session)
        stop_on_signal(stage)
        _print_welcome(stage.sandbox.url, playbook.current.brand.name, len(day), say, ports[0], browser=browser)
        watching = asyncio.create_task(_watch_viewers(stage, say))
        try:
            await session.run(stage.sandbox.page.opened)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    say("Stopped. Nothing is left running.")


def _print_welcome(url: str, brand: str, mentions: int, say: Say, port: int, *, browser: bool) -> None:
    day = f"one day of {format_count(mentions, 'mention')} of {brand}, played live"
    say(f"{url} is a small Slack on this machine: {day}.")
    say(
        "Follow the guide on the page. Controls lets you post as a customer, start a storm, break Slack or skip to 4am."
    )
    say("Only this machine can see it. Ctrl-C stops it, and nothing is kept.")
    if port and not url.endswith(f":{port}"):
        say(f"(Port {port} is taken by another program, so the page is on {url.rpartition(':')[2]}.)")
    if browser and not open_browser(url):
        say("(No browser could be opened from here: open the link yourself.)")


def open_browser(url: str) -> bool:
    """Open the URL, unless only a text browser, which would take over the terminal, is available."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


async def _watch_viewers(stage: LocalApp, say: Say) -> None:
    """Say so when the page was closed; the day goes on, and the page can be opened again."""
    page = stage.sandbox.page
    await page.opened.wait()
    was_open = True
    while True:
        await asyncio.sleep(GONE_AFTER)
        is_open = page.viewers.total() > 0
        if was_open and not is_open:
            say(f"The page was closed. The day goes on. Open it again: {stage.sandbox.url}")
        was_open = is_open
