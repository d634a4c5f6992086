"""`earshot demo`: everything on this machine, no accounts."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import logs
from bot.cli.saying import REFUSED, refuse, refusing, tell
from bot.demo.cast import Cast
from bot.demo.clocks import FastClock, SteppedClock
from bot.demo.page import show_page
from bot.demo.player import play_along, play_at_once
from bot.demo.reading import read
from bot.demo.screen import Screen
from bot.demo.staging import set_up
from bot.domain.mention import Mention
from bot.domain.report import Reconciliation
from bot.playbook import PlaybookReloader
from bot.stage import Stage

PACE, PAGE_PACE = 60.0, 10.0
"""Times as fast as life, where nobody asks for another: at a page one reads and clicks."""


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Play the day without waiting, then print the books.")] = False,
    speed: Annotated[float | None, typer.Option(min=1, max=600, help="How many times as fast as life.")] = None,
    page: Annotated[
        bool | None, typer.Option("--page/--no-page", help="In a browser; by default, where there is a terminal.")
    ] = None,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
    playbook: Annotated[Path | None, typer.Option(help="Your own rules, instead of the sample's.")] = None,
    mentions: Annotated[Path | None, typer.Option(help="Your own recorded day: JSON lines, one mention each.")] = None,
) -> None:
    """Play a sample day through the real application, before a Slack of its own. No account, no key, no network.

    It is a small Slack in your browser, in which you may act; with --no-page or into a pipe, a line for each card.
    """
    logs.configure_logging("error")
    found = read(playbook, mentions)
    if found.faults or found.playbook is None:
        raise refuse([*found.faults, "Nothing is played until this is mended."])
    with refusing(), _stopping():
        terminal = sys.stdout.isatty()
        if not once and (terminal if page is None else page):
            asyncio.run(_show(found.playbook, found.day, speed or PAGE_PACE, browser=browser and terminal))
            return
        account = asyncio.run(_play(found.playbook, found.day, speed or PACE, once=once))
    if not account.is_balanced:
        raise typer.Exit(REFUSED)


@contextlib.contextmanager
def _stopping() -> Iterator[None]:
    """Stopped before it had begun: later a signal is heard, and what is in hand is finished."""
    try:
        yield
    except KeyboardInterrupt:
        tell("\nStopped before it began; nothing is left running.")
        raise typer.Exit(REFUSED) from None


async def _show(playbook: PlaybookReloader, day: list[Mention], speed: float, *, browser: bool) -> None:
    await show_page(playbook, day, speed, browser=browser, say=tell, stop_on_signal=_stop_on_signal)


async def _play(playbook: PlaybookReloader, day: list[Mention], speed: float, *, once: bool) -> Reconciliation:
    start = day[0].created_at
    stepped, fast = SteppedClock(start), FastClock(start, speed)
    clock = stepped if once else fast
    console = Console(soft_wrap=False, highlight=False)
    async with set_up(playbook, clock, wait=not once) as stage:
        screen = Screen(console, stage.workspace, playbook.current)
        cast = Cast(stage.sandbox, stage.workspace, playbook.current)
        if once:
            await play_at_once(stage, stepped, day, cast, screen)
        else:
            _stop_on_signal(stage)
            _hello(console, playbook, len(day), speed)
            await play_along(stage, fast, day, cast, screen)
        return await _close(stage, screen)


def _hello(console: Console, playbook: PlaybookReloader, mentions: int, speed: float) -> None:
    console.print(f"[bold]{playbook.current.brand.name}[/bold]: one day, {mentions} mentions, {speed:g} times as fast.")
    console.print("The real application before a Slack of its own; ● a card appears, ↳ it changes.")
    console.print("Ctrl-C stops it. `earshot demo --once` plays it without waiting; `--page` in a browser.\n")


def _stop_on_signal(stage: Stage) -> None:
    def stop() -> None:
        if not stage.house.stop.is_set():
            tell("\nStopping; what is in hand is finished.")
            stage.house.stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)


async def _close(stage: Stage, screen: Screen) -> Reconciliation:
    rules = stage.house.rules
    account = await stage.store.mention_counters.read()
    standing = await stage.store.report_counters.count_open(tuple(rules.playbook.departments), stage.house.clock.now())
    screen.summary([(name, waiting, late) for name, (waiting, late) in standing.items()])
    screen.books(account)
    return account
