"""`earshot replay`: feeds a recorded day into the inbox, and resumes where it stopped."""

import asyncio
import math
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
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
from bot.domain.health.source_health import REQUESTS
from bot.domain.mention import Mention
from bot.domain.read_budget import ReadIds, ReadTotals
from bot.domain.text import format_count
from bot.sources.replay import ReplayCursor, ReplayOptions, ReplayResult, ReplaySource
from bot.store.fencing import LeaseLostError
from bot.workers.ingest import InboxWriter

NAME = "replay-command"
"""Differs from the playbook's source `replay`, which has a cursor and a lease of its own."""
PATIENCE = 1.0
"""Seconds until we report that we wait for another replay."""
WAITING = "Waiting for another earshot replay that is running, or was just interrupted."


def replay(
    file: Annotated[Path, typer.Argument(help="JSON lines, one mention each.")],
    speed: Annotated[
        str, typer.Option(metavar="N|max", help="1 is real time, 60 plays an hour in a minute, max plays all at once.")
    ] = "1",
    *,
    rebase: Annotated[
        bool, typer.Option("--rebase", help="Shift all times so that the first mention is posted now.")
    ] = False,
    playbook: Annotated[Path | None, typer.Option(help="Use this file instead of EARSHOT_PLAYBOOK.")] = None,
) -> None:
    """Feed a recorded day into the inbox, where earshot run picks it up.

    If you interrupt it, it ends with exit code 1 and shows the line. Run the same command to continue.
    """
    options = ReplayOptions(file=file, speed=_parse_speed(speed), rebase=rebase)
    with exit_on_error():
        settings, rules = require_config(playbook)
        logging_setup.configure_logging("error", settings.log_format)  # this command prints what matters
        _check_file(file)
        position = ReplayProgress(file)
        try:
            asyncio.run(_replay_file(settings, rules.current, options, position))
        except KeyboardInterrupt:
            raise fail_with([position.describe_stop()]) from None
        except (StoreUnavailable, LeaseLostError, OSError) as no:
            raise fail_with([f"{_describe_error(no)} {position.describe_stop()}"]) from None


def _parse_speed(words: str) -> float | Literal["max"]:
    if words == "max":
        return "max"
    try:
        speed = float(words)
    except ValueError:
        speed = 0.0
    if not (math.isfinite(speed) and speed > 0):
        raise typer.BadParameter(f"{words!r} is not a speed. Use a number above 0, or max", param_hint="--speed")
    return speed


def _check_file(file: Path) -> None:
    """Fail unless it is a regular file: a replay that resumes reads it from the beginning again."""
    if not file.is_file():
        problem = (
            "is not a regular file, so a replay could not continue after an interruption"
            if file.exists()
            else "there is no such file"
        )
        raise fail_with([f"{file}: {problem}"])
    try:
        file.open("rb").close()
    except OSError as no:
        raise fail_with([f"{file}: cannot be read: {no.strerror}"]) from None


def _describe_error(no: Exception) -> str:
    if isinstance(no, LeaseLostError):
        return "Another earshot replay has taken over."
    if isinstance(no, OSError):
        return f"{no.filename or 'The file'} can no longer be read: {no.strerror}."
    return str(no)


class ReplayProgress:
    """The last line that was replayed, to be reported on interruption."""

    def __init__(self, file: Path) -> None:
        self.line = 0
        self._file = file

    def record_cursor(self, cursor: str | None) -> None:
        """Take over the line of the cursor; 0 if it belongs to another file."""
        try:
            found = ReplayCursor.model_validate_json(cursor or "")
        except ValidationError:
            return
        self.line = found.line if found.file == self._file.name else 0

    def describe_stop(self) -> str:
        return f"Stopped after line {self.line:,}. Run the same command to continue."


class ProgressSink:
    """A mention sink that shows its progress."""

    def __init__(self, writer: InboxWriter, position: ReplayProgress, bar: ProgressBar) -> None:
        self._writer, self._position, self._bar = writer, position, bar

    async def load_cursor(self) -> str | None:
        cursor = await self._writer.load_cursor()
        self._show_cursor(cursor)
        return cursor

    async def publish(
        self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
    ) -> int:
        """Finish even when cancelled, so that the inbox agrees with the line we report."""
        publishing = asyncio.ensure_future(self._writer.publish(mentions, cursor, edits))
        try:
            new = await asyncio.shield(publishing)
        except asyncio.CancelledError:
            await publishing
            self._show_cursor(cursor)
            raise
        self._show_cursor(cursor)
        return new

    async def delete_author(self, author_id: str) -> None:
        await self._writer.delete_author(author_id)

    async def import_first(self, mentions: Sequence[Mention], cursor: str) -> None:
        await self._writer.import_first(mentions, cursor)

    async def save_cursor(self, cursor: str) -> None:
        await self._writer.save_cursor(cursor)
        self._show_cursor(cursor)

    async def check_writable(self) -> None:
        await self._writer.check_writable()

    def hold_source_lease(self) -> AbstractAsyncContextManager[None]:
        return self._writer.hold_source_lease()

    def set_status(self, sentence: str) -> None:
        self._writer.set_status(sentence)

    async def report_issue(self, part: str, sentence: str) -> None:
        await self._writer.report_issue(part, sentence)

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        return await self._writer.count_reads(ids)

    async def report_backlog(self, waiting: int) -> None:
        await self._writer.report_backlog(waiting)

    async def report_quota(self, left: float, of: float, until: datetime | None, unit: str = REQUESTS) -> None:
        await self._writer.report_quota(left, of, until, unit)

    def _show_cursor(self, cursor: str | None) -> None:
        self._position.record_cursor(cursor)
        self._bar.update(self._position.line)


async def _replay_file(settings: Settings, rules: Playbook, options: ReplayOptions, position: ReplayProgress) -> None:
    clock = SystemClock()
    async with open_brand_store(settings, rules) as store:
        with ProgressBar(options.file) as bar:
            writer = InboxWriter(NAME, store, clock, accepts_future=True)
            sink = ProgressSink(writer, position, bar)
            waiting = asyncio.get_running_loop().call_later(PATIENCE, bar.print_sentence, WAITING)
            async with sink.hold_source_lease():
                waiting.cancel()
                cursor = ReplayCursor.resume_from(await sink.load_cursor(), options.file)
                if cursor.line:
                    bar.print_sentence(f"Continuing after line {cursor.line:,}.")
                else:
                    position.line = 0
                result = await ReplaySource(options, clock, NAME).replay_file(sink, bar.print_sentence)
        length, _ = await store.intake.measure_backlog()
    if length:
        print_warning(f"{format_count(length, 'mention')} in the inbox. earshot run processes them.")
    if not result.mentions_read and cursor.line:
        print_warning(f"{options.file} was already read to its end. Only lines that are added later are new.")
    print_line(_format_summary(result))


def _format_summary(result: ReplayResult) -> str:
    invalid = format_count(result.invalid, "invalid line")
    return f"{format_count(result.mentions_read, 'mention')} read, {result.new:,} new, {invalid}"
