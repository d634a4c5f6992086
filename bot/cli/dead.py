"""`earshot dead`: dead letters (mentions that failed repeatedly), and records that this release cannot read."""

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from bot.cards.sanitize import sanitize_line
from bot.cli.exits import fail_with, print_line, print_table, print_warning
from bot.cli.store_connection import run_with_store
from bot.clock import SystemClock
from bot.domain.mention import Mention
from bot.domain.text import format_count
from bot.store.dead_letters import DeadLetter
from bot.store.record_reader import UnreadableRecord
from bot.store.store import Store

app = typer.Typer(
    help="Mentions that failed repeatedly, and records that can't be read: list, replay or drop them.",
    no_args_is_help=True,
    add_completion=False,
)

Item = TypeVar("Item", DeadLetter, UnreadableRecord)


class DeadLetterKind(StrEnum):
    MENTIONS = "mentions"
    RECORDS = "records"


KIND_HELP = "Mentions that failed, or records that this release cannot read."
Of = Annotated[DeadLetterKind, typer.Option("--kind", help=KIND_HELP)]

SHOWN = 200
"""Characters of a post in a list."""

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="As earshot dead list shows them.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]


@app.command("list")
def list_(
    *,
    kind: Of = DeadLetterKind.MENTIONS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one complete JSON object for each.")] = False,
) -> None:
    """List them with their reasons, oldest first: a table on a terminal, tab-separated lines in a pipe."""
    if kind is DeadLetterKind.RECORDS:
        records = run_with_store(lambda store: store.quarantine.list_records())
        if sys.stdout.isatty() and not as_json:
            _print_records(records)
        else:
            _print_lines(records, _format_record if as_json else _build_record_row)
    else:
        letters = run_with_store(lambda store: store.dead_letters.list_letters())
        if sys.stdout.isatty() and not as_json:
            _print_letters(letters)
        else:
            _print_lines(letters, _format_dead_letter if as_json else _build_letter_row)


def _print_lines(found: Sequence[Item], convert: Callable[[Item], dict[str, Any] | list[str]]) -> None:
    """Print an object as JSON, and a row tab-separated."""
    for item in map(convert, found):
        print_line("\t".join(item) if isinstance(item, list) else json.dumps(item))


@app.command()
def replay(ids: Ids = None, *, kind: Of = DeadLetterKind.MENTIONS, every: All = False) -> None:
    """Put mentions back into the inbox, as if they had just arrived. For records: read them again, after an update."""
    chosen, at = _select_ids(ids, every=every), SystemClock().now()
    if kind is DeadLetterKind.RECORDS:
        _replay_records(chosen, at)
        return

    async def replay_letters(store: Store) -> int:
        letters = await store.dead_letters.list_letters()
        return await _apply_to_each(letters, chosen, lambda letter: store.dead_letters.replay(letter, at))

    print_line(f"{format_count(run_with_store(replay_letters), 'mention')} back in the inbox")


def _replay_records(chosen: list[str] | None, at: datetime) -> None:
    read: list[bool] = []

    async def replay_records(store: Store) -> int:
        async def replay_once(record: UnreadableRecord) -> None:
            read.append(await store.quarantine.replay(record, at))

        return await _apply_to_each(await store.quarantine.list_records(), chosen, replay_once)

    tried = run_with_store(replay_records)
    print_line(f"{sum(read)} of {format_count(tried, 'record')} can be read now")
    if not all(read):
        print_warning("The others stay set aside until you update Earshot. Nothing is lost.")


@app.command()
def drop(
    ids: Ids = None,
    *,
    kind: Of = DeadLetterKind.MENTIONS,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete them for good. They stay counted. On a terminal it asks first."""
    chosen, one = _select_ids(ids, every=every), "record" if kind is DeadLetterKind.RECORDS else "mention"
    if not yes and sys.stdin.isatty():
        many = "record" if kind is DeadLetterKind.RECORDS else "dead letter"
        what = f"all {many}s" if chosen is None else format_count(len(chosen), many)
        typer.confirm(f"Drop {what}? This cannot be undone.", abort=True, err=True)

    async def drop_records(store: Store) -> int:
        if kind is DeadLetterKind.RECORDS:
            return await _apply_to_each(await store.quarantine.list_records(), chosen, store.quarantine.discard)
        return await _apply_to_each(await store.dead_letters.list_letters(), chosen, store.dead_letters.discard)

    print_line(f"{format_count(run_with_store(drop_records), one)} dropped")


def _select_ids(ids: Sequence[str] | None, *, every: bool) -> list[str] | None:
    """Return the ids without repetition; None means all."""
    if bool(ids) == every:
        raise typer.BadParameter("give ids, or --all for all of them, but not both")
    return None if every else list(dict.fromkeys(ids or ()))


async def _apply_to_each(there: Sequence[Item], chosen: list[str] | None, do: Callable[[Item], Awaitable[None]]) -> int:
    """Apply `do` to the chosen ones and return their number; fail afterwards if some ids are unknown."""
    known = {one.id: one for one in there}
    wanted = list(known) if chosen is None else chosen
    found = [known[one] for one in wanted if one in known]
    for item in found:
        await do(item)
    if unknown := [sanitize_line(one, 80) for one in wanted if one not in known]:
        done = f" {format_count(len(found), 'other')} done." if found else ""
        raise fail_with(f"There is no dead letter {one}. To see them: earshot dead list.{done}" for one in unknown)
    return len(found)


def _parse_mention(letter: DeadLetter) -> Mention | None:
    try:
        return Mention.from_stored(letter.raw)
    except ValidationError:
        return None


def _format_dead_letter(letter: DeadLetter) -> dict[str, Any]:
    """Return the letter as JSON; `mention` is null if the stored text, `raw`, is no valid mention."""
    mention = _parse_mention(letter)
    return {
        "id": letter.id,
        "at": letter.at.isoformat(),
        "tries": letter.tries,
        "why": letter.reason,
        "mention": mention.model_dump(mode="json", exclude_defaults=True) if mention else None,
        "raw": letter.raw,
    }


def _build_letter_row(letter: DeadLetter, most: int = 0) -> list[str]:
    """Return sanitized cells without tabs and line breaks, cut at `most` characters (0: not at all)."""
    mention = _parse_mention(letter)
    mention_id, text = (mention.id, mention.text) if mention else ("", letter.raw)
    cells = (letter.id, letter.at.isoformat(timespec="seconds"), str(letter.tries), letter.reason, mention_id, text)
    return [sanitize_line(cell, most) for cell in cells]


def _print_letters(letters: Sequence[DeadLetter]) -> None:
    if not letters:
        print_line("There are no dead letters.")
        return
    rows = [_build_letter_row(letter, SHOWN) for letter in letters]
    print_table(("id", "died", "tries", "why", "mention", "text"), rows)
    print_warning("Try them again: earshot dead replay ID… or --all. Delete them: earshot dead drop ID… or --all.")


def _format_record(record: UnreadableRecord) -> dict[str, Any]:
    return {**record._asdict(), "at": record.at.isoformat()}


def _build_record_row(record: UnreadableRecord) -> list[str]:
    cells = (record.id, record.at.isoformat(timespec="seconds"), record.kind, record.why, record.key, record.field)
    return [sanitize_line(cell, 0) for cell in cells]


def _print_records(records: Sequence[UnreadableRecord]) -> None:
    """Print the records without their content, which may be a customer's text."""
    if not records:
        print_line("All records can be read.")
        return
    print_table(("id", "set aside", "kind", "why", "key", "field"), map(_build_record_row, records))
    drop_hint = "Delete them: earshot dead drop --kind records ID…"
    print_warning(f"After an update: earshot dead replay --kind records --all. {drop_hint}")
