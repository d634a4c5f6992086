"""`earshot demo`: everything on this machine, no accounts."""

import asyncio
import contextlib
import signal
import tempfile
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import logs
from bot.cli.saying import REFUSED, refusing
from bot.demo.cast import Cast, workspace_of
from bot.demo.clocks import FastClock, SteppedClock
from bot.demo.player import play_along, play_at_once
from bot.demo.screen import Screen
from bot.domain.mention import Mention
from bot.domain.report import Account
from bot.playbook import LivePlaybook
from bot.sources.catalogue import MODELS
from bot.sources.reading import read_mentions
from bot.stage import Stage, staged


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Play the day without waiting, then print the books.")] = False,
    speed: Annotated[float, typer.Option(min=1, max=600, help="How many times as fast as life.")] = 60,
) -> None:
    """Play a sample day through the real application, before a Slack of its own. No account, no key, no network."""
    logs.configure("error")
    here = Path(str(resources.files("bot.demo")))
    with refusing():
        playbook = LivePlaybook(here / "playbook.toml", sources={**MODELS})
        day = [one for one in read_mentions(here / "day.jsonl") if isinstance(one, Mention)]
        account = asyncio.run(_play(playbook, day, speed, once=once))
    if not account.balanced:
        raise typer.Exit(REFUSED)


async def _play(playbook: LivePlaybook, day: list[Mention], speed: float, *, once: bool) -> Account:
    start = day[0].created_at
    stepped, fast = SteppedClock(start), FastClock(start, speed)
    clock = stepped if once else fast
    workspace = workspace_of(playbook.now, clock)
    console = Console(soft_wrap=False, highlight=False)
    with tempfile.TemporaryDirectory(prefix="earshot-demo-") as folder:
        opening = staged(
            playbook=playbook,
            workspace=workspace,
            clock=clock,
            folder=Path(folder),
            trigger_now=asyncio.get_running_loop().time,
            wait=not once,
        )
        async with opening as stage:
            screen = Screen(console, workspace, playbook.now)
            cast = Cast(stage.sandbox, workspace, playbook.now)
            if once:
                await play_at_once(stage, stepped, day, cast, screen)
            else:
                _hello(console, playbook, len(day), speed)
                _stop_on_signal(stage, console)
                await play_along(stage, fast, day, cast, screen)
            return await _close(stage, screen)


def _hello(console: Console, playbook: LivePlaybook, mentions: int, speed: float) -> None:
    console.print(f"[bold]{playbook.now.brand.name}[/bold]: one day, {mentions} mentions, {speed:g} times as fast.")
    console.print("The real application before a Slack of its own; ● a card appears, ↳ it changes.")
    console.print("Ctrl-C stops it. `make demo ARGS=--once` plays it without waiting.\n")


def _stop_on_signal(stage: Stage, console: Console) -> None:
    def stop() -> None:
        if not stage.house.stop.is_set():
            console.print("\nStopping; what is in hand is finished.")
            stage.house.stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)


async def _close(stage: Stage, screen: Screen) -> Account:
    rules = stage.house.rules
    account = await stage.store.books.read()
    standing = await stage.store.tallies.standing(tuple(rules.playbook.departments), stage.house.clock.now())
    screen.summary([(name, waiting, late) for name, (waiting, late) in standing.items()])
    screen.books(account)
    return account
