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

from bot import logging_setup
from bot.cli.exits import REFUSED, exit_on_error, fail_with, print_line
from bot.config import PlaybookReloader
from bot.demo.browser import show_page
from bot.demo.clocks import FastClock, ManualClock
from bot.demo.gallery_page import show_gallery
from bot.demo.playback import play_in_real_time, play_without_waiting
from bot.demo.setup import DemoInputs, load_demo_inputs, run_demo_app
from bot.demo.simulated_users import SimulatedUsers
from bot.demo.terminal_view import TerminalView
from bot.domain.mention import Mention
from bot.domain.reports.report import Reconciliation
from bot.testing.local_app import LocalApp

PACE, PAGE_PACE = 60.0, 10.0
"""Default speed-up, in a terminal and in a browser, where people read and click."""


def run_demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Play the day without waiting, then print the totals.")] = False,
    speed: Annotated[float | None, typer.Option(min=1, max=600, help="How many times as fast as real time.")] = None,
    page: Annotated[
        bool | None, typer.Option("--page/--no-page", help="Show it in a browser, which is the default on a terminal.")
    ] = None,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
    playbook: Annotated[Path | None, typer.Option(help="Your own playbook instead of the sample's.")] = None,
    gallery: Annotated[
        bool, typer.Option("--gallery", help="Show every card, message and modal on one page instead.")
    ] = False,
    mentions: Annotated[Path | None, typer.Option(help="Your own recorded day: JSON lines, one mention each.")] = None,
) -> None:
    """Play a sample day through the real application, in a simulated Slack. It needs no account and no network.

    It opens a small Slack in your browser. With --no-page, or in a pipe, it prints a line for each card.
    """
    logging_setup.configure_logging("error")
    found = load_demo_inputs(playbook, mentions)
    if found.faults or found.playbook is None:
        raise fail_with([*found.faults, "Fix this and run again."])
    with exit_on_error(), _exit_on_interrupt():
        terminal = sys.stdout.isatty()
        if gallery:
            asyncio.run(show_gallery(found.playbook, browser=browser and terminal, say=print_line))
            return
        if not once and (terminal if page is None else page):
            asyncio.run(_show_in_browser(found, speed or PAGE_PACE, browser=browser and terminal))
            return
        totals = asyncio.run(_play_in_terminal(found.playbook, found.day, speed or PACE, once=once))
    if not totals.is_balanced:
        raise typer.Exit(REFUSED)


@contextlib.contextmanager
def _exit_on_interrupt() -> Iterator[None]:
    """Handle Ctrl-C before the signal handlers are installed."""
    try:
        yield
    except KeyboardInterrupt:
        print_line("\nStopped before it began. Nothing is left running.")
        raise typer.Exit(REFUSED) from None


async def _show_in_browser(inputs: DemoInputs, speed: float, *, browser: bool) -> None:
    assert inputs.playbook is not None
    await show_page(
        inputs.playbook,
        inputs.day,
        speed,
        browser=browser,
        say=print_line,
        stop_on_signal=_stop_on_signal,
        history=inputs.is_sample,
    )


async def _play_in_terminal(rules: PlaybookReloader, day: list[Mention], speed: float, *, once: bool) -> Reconciliation:
    start = day[0].created_at
    clock = ManualClock(start) if once else FastClock(start, speed)
    console = Console(soft_wrap=False, highlight=False)
    async with run_demo_app(rules, clock, wait=not once) as stage:
        screen = TerminalView(console, stage)
        users = SimulatedUsers(stage.sandbox, rules.current)
        if not once:
            _print_intro(console, rules, len(day), speed)
        screen.print_legend()
        if isinstance(clock, ManualClock):
            await play_without_waiting(stage, clock, day, users, screen)
        else:
            _stop_on_signal(stage)
            await play_in_real_time(stage, clock, day, users, screen)
        return await _print_end(stage, screen)


def _print_intro(console: Console, playbook: PlaybookReloader, mentions: int, speed: float) -> None:
    console.print(f"[bold]{playbook.current.brand.name}[/bold]: one day, {mentions} mentions, {speed:g} times as fast.")
    console.print("Ctrl-C stops it. `earshot demo --once` plays it without waiting, `--page` shows it in a browser.\n")


def _stop_on_signal(stage: LocalApp) -> None:
    def stop() -> None:
        if not stage.app.stop.is_set():
            print_line("\nStopping. Work in progress is finished first.")
            stage.app.stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)


async def _print_end(stage: LocalApp, screen: TerminalView) -> Reconciliation:
    rules = stage.app.rules
    totals = await stage.store.mention_counters.read()
    counts = await stage.store.report_counters.count_open(tuple(rules.playbook.departments), stage.app.clock.now())
    screen.print_summary([(name, waiting, late) for name, (waiting, late) in counts.items()])
    screen.print_totals(totals)
    return totals
