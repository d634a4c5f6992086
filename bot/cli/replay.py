"""`earshot replay`: feeds a recorded day into the inbox, and goes on where it stopped."""

import asyncio
import math
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError

from bot import logging_setup
from bot.cli.exits import exit_on_error, fail_with, print_line, print_warning, require_config
from bot.cli.progress import ProgressBar
from bot.cli.store_connection import open_brand_store
from bot.clock import SystemClock
from bot.config import Playbook
from bot.config.settings import Settings
from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.domain.read_budget import ReadIds, ReadTotals
from bot.domain.text import format_count
from bot.sources.replay import ReplayCursor, ReplayOptions, ReplayResult, ReplaySource
from bot.store.fencing import LeaseLostError
from bot.workers.ingest import InboxWriter

NAME = "replay-command"
"""Not the `replay` of the playbook, which has a place of its own in its own file and holds on to it."""
PATIENCE = 1.0
"""Seconds until we say that we wait for another one."""


def replay(
    file: Annotated[Path, typer.Argument(help="JSON lines, one mention each.")],
    speed: Annotated[
        str, typer.Option(metavar="N|max", help="1: as it happened; 60: an hour in a minute; max: at once.")
    ] = "1",
    *,
    rebase: Annotated[
        bool, typer.Option("--rebase", help="Shift all times so that the first mention is said now.")
    ] = False,
    playbook: Annotated[Path | None, typer.Option(help="Instead of the one in EARSHOT_PLAYBOOK.")] = None,
) -> None:
    """Feed a recorded day into the inbox; earshot run takes it from there.

    Interrupted, it stops with exit code 1 and says where; the same command goes on from there.
    """
    options = ReplayOptions(file=file, speed=_parse_speed(speed), rebase=rebase)
    with exit_on_error():
        settings, rules = require_config(playbook)
        logging_setup.configure_logging("error", settings.log_format)  # what there is to say is said here
        _check_file(file)
        following = ReplayProgress(file)
        try:
            asyncio.run(_replay_file(settings, rules.current, options, following))
        except KeyboardInterrupt:
            raise fail_with([following.describe_stop()]) from None
        except (StoreUnavailable, LeaseLostError, OSError) as no:
            raise fail_with([f"{_describe_error(no)} {following.describe_stop()}"]) from None


def _parse_speed(words: str) -> float | Literal["max"]:
    if words == "max":
        return "max"
    try:
        speed = float(words)
    except ValueError:
        speed = 0.0
    if not (math.isfinite(speed) and speed > 0):
        raise typer.BadParameter(f"{words!r} is no speed; use a number above 0, or max", param_hint="--speed")
    return speed


def _check_file(file: Path) -> None:
    """It is read from its beginning each time, so it must be one that can be."""
    if not file.is_file():
        raise fail_with(
            [f"{file}: {'this is no file; it cannot be read twice' if file.exists() else 'there is no such file'}"]
        )
    try:
        file.open("rb").close()
    except OSError as no:
        raise fail_with([f"{file}: cannot be read: {no.strerror}"]) from None


def _describe_error(no: Exception) -> str:
    if isinstance(no, LeaseLostError):
        return "Another earshot replay has taken over."
    if isinstance(no, OSError):
        return f"{no.filename or 'The file'} cannot be read any more: {no.strerror}."
    return str(no)


class ReplayProgress:
    """How far the replay is, for whoever interrupts it."""

    def __init__(self, file: Path) -> None:
        self.line = 0
        self._file = file

    def record_cursor(self, cursor: str | None) -> None:
        """Of another file: at the beginning of this one."""
        try:
            found = ReplayCursor.model_validate_json(cursor or "")
        except ValidationError:
            return
        self.line = found.line if found.file == self._file.name else 0

    def describe_stop(self) -> str:
        return f"Stopped after line {self.line:,}; the same command goes on from there."


class ProgressSink:
    """A store's ear that shows how far it is."""

    def __init__(self, ear: InboxWriter, following: ReplayProgress, progress: ProgressBar) -> None:
        self._ear = ear
        self._following = following
        self._progress = progress

    async def load_cursor(self) -> str | None:
        kept = await self._ear.load_cursor()
        self._show_cursor(kept)
        return kept

    async def publish(self, mentions: Sequence[Mention], cursor: str | None = None) -> int:
        """Finished even when interrupted: what is in the inbox has to be where we say that we stopped."""
        hearing = asyncio.ensure_future(self._ear.publish(mentions, cursor))
        try:
            new = await asyncio.shield(hearing)
        except asyncio.CancelledError:
            await hearing
            self._show_cursor(cursor)
            raise
        self._show_cursor(cursor)
        return new

    async def save_cursor(self, cursor: str) -> None:
        await self._ear.save_cursor(cursor)
        self._show_cursor(cursor)

    async def check_writable(self) -> None:
        await self._ear.check_writable()

    def hold_source_lease(self) -> AbstractAsyncContextManager[None]:
        return self._ear.hold_source_lease()

    def set_status(self, sentence: str) -> None:
        self._ear.set_status(sentence)

    async def report_issue(self, part: str, sentence: str) -> None:
        await self._ear.report_issue(part, sentence)

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        return await self._ear.count_reads(ids)

    def _show_cursor(self, cursor: str | None) -> None:
        self._following.record_cursor(cursor)
        self._progress.update(self._following.line)


async def _replay_file(
    settings: Settings, playbook: Playbook, options: ReplayOptions, following: ReplayProgress
) -> None:
    clock = SystemClock()
    async with open_brand_store(settings, playbook) as store:
        with ProgressBar(options.file) as progress:
            ear = ProgressSink(InboxWriter(NAME, store, clock), following, progress)
            waiting = asyncio.get_running_loop().call_later(PATIENCE, progress.print_sentence, _WAITING)
            async with ear.hold_source_lease():
                waiting.cancel()
                kept = ReplayCursor.resume_from(await ear.load_cursor(), options.file)
                if kept.line:
                    progress.print_sentence(f"Going on after line {kept.line:,}.")
                else:
                    following.line = 0
                played = await ReplaySource(options, clock, NAME).replay_file(ear, progress.print_sentence)
        length, _ = await store.inbox.measure_backlog()
    if length:
        print_warning(f"{format_count(length, 'mention')} in the inbox; earshot run takes them from there.")
    if not played.mentions_read and kept.line:
        print_warning(f"{options.file} was read to its end before; only what is added to it is new.")
    print_line(_format_summary(played))


_WAITING = "Another earshot replay is at work, or ended badly just now; this one waits for it."


def _format_summary(played: ReplayResult) -> str:
    none = "1 line was no mention" if played.invalid == 1 else f"{played.invalid:,} lines were no mentions"
    return f"{format_count(played.mentions_read, 'mention')} read, {played.new:,} new, {none}"
