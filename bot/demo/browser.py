"""The day before a page: where it is served, who opens it, and how it ends."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.config import PlaybookReloader
from bot.demo.clocks import FastClock
from bot.demo.panel import DemoPanel
from bot.demo.session import DemoSession, compute_start
from bot.demo.setup import run_demo_app
from bot.demo.simulated_users import SimulatedUsers
from bot.domain.mention import Mention
from bot.domain.text import format_count
from bot.testing.local_app import LocalApp

PORT = 8700
PORTS = (*range(PORT, PORT + 20), 0)
"""The first that is free; in the end any."""
LATER = timedelta(minutes=10)
"""Colleagues leave a case that long to whoever sits at the page."""
GONE_AFTER = 3.0
"""Seconds without a page: a reload is no leaving."""

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
) -> None:
    clock = FastClock(compute_start(day), speed)
    panel = DemoPanel()
    async with run_demo_app(playbook, clock, ports=ports, mount=panel.mount_panel) as stage:
        show = DemoSession(stage, clock, day, SimulatedUsers(stage.sandbox, stage.workspace, playbook.current, LATER))
        panel.attach_session(show)
        stop_on_signal(stage)
        _print_welcome(stage, playbook, len(day), say, ports, browser=browser)
        watching = asyncio.create_task(_watch_viewers(stage, say))
        try:
            await show.run(stage.sandbox.page.opened)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    say("Stopped; nothing is left running.")


def _print_welcome(
    stage: LocalApp, playbook: PlaybookReloader, mentions: int, say: Say, ports: Sequence[int], *, browser: bool
) -> None:
    url = stage.sandbox.url
    day = f"one day of {format_count(mentions, 'mention')} of {playbook.current.brand.name}, played live"
    say(f"{url} is a small Slack on this machine: {day}.")
    say("Claim what comes in as @ana; behind the scenes, say something yourself, start a storm, or break Slack.")
    say("Only this machine can see it. Ctrl-C stops it, and nothing of it is kept.")
    if ports and ports[0] and not url.endswith(f":{ports[0]}"):
        say(f"(Port {ports[0]} is taken by another program, so it is served on {url.rpartition(':')[2]}.)")
    if browser and not open_browser(url):
        say("(No browser could be opened from here: open the link yourself.)")


def open_browser(url: str) -> bool:
    """Only where one has a window: a browser of the terminal would take the terminal away."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


async def _watch_viewers(stage: LocalApp, say: Say) -> None:
    """Whether somebody looks: a closed page changes nothing, and can be opened again."""
    page = stage.sandbox.page
    await page.opened.wait()
    there = True
    while True:
        await asyncio.sleep(GONE_AFTER)
        looked = page.viewers.total() > 0
        if there and not looked:
            say(f"The page was closed; the day goes on. Open it again: {stage.sandbox.url}")
        there = looked
