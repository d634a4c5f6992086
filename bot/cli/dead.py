"""`earshot dead`: mentions that failed again and again, and records that this release cannot read."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import logging_setup
from bot.cards.sanitize import sanitize_line
from bot.cli.exits import exit_on_error, fail_with, print_line, print_warning, require_config
from bot.cli.store_connection import open_brand_store
from bot.clock import SystemClock
from bot.domain.mention import Mention
from bot.domain.text import format_count
from bot.store.dead_letters import DeadLetter
from bot.store.record_reader import UnreadableRecord
from bot.store.store import Store

app = typer.Typer(
    help="Mentions that failed again and again, and records that can't be read: list, replay or drop them.",
    no_args_is_help=True,
    add_completion=False,
)

T = TypeVar("T")
Thing = TypeVar("Thing", DeadLetter, UnreadableRecord)


class DeadLetterKind(StrEnum):
    MENTIONS = "mentions"
    RECORDS = "records"


Of = Annotated[
    DeadLetterKind, typer.Option("--kind", help="Mentions that failed, or records that this release cannot read.")
]

SHOWN = 200
"""Characters of a post in a list."""

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="As earshot dead list shows them.")]
All = Annotated[bool, typer.Option("--all", help="All there are.")]


@app.command("list")
def list_(
    *,
    kind: Of = DeadLetterKind.MENTIONS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with the whole of it.")] = False,
) -> None:
    """Show each with its reason, oldest first: a table on a terminal, tab-separated lines in a pipe."""
    if kind is DeadLetterKind.RECORDS:
        _print_listing(
            _run_with_store(_load_records), _format_record, _build_record_row, _print_records, as_json=as_json
        )
    else:
        _print_listing(
            _run_with_store(_load_letters),
            _format_dead_letter,
            lambda letter: _build_letter_row(letter, 0),
            _print_letters,
            as_json=as_json,
        )


def _print_listing(
    found: Sequence[Thing],
    whole: Callable[[Thing], dict[str, Any]],
    row: Callable[[Thing], Sequence[str]],
    draw: Callable[[Sequence[Thing]], None],
    *,
    as_json: bool,
) -> None:
    if sys.stdout.isatty() and not as_json:
        draw(found)
    else:
        for one in found:
            print_line(json.dumps(whole(one)) if as_json else "\t".join(row(one)))


@app.command()
def replay(ids: Ids = None, *, kind: Of = DeadLetterKind.MENTIONS, every: All = False) -> None:
    """Put mentions back into the inbox, as if they had just come; read records again, as after an update."""
    chosen, at = _select_ids(ids, every=every), SystemClock().now()
    if kind is DeadLetterKind.RECORDS:
        _replay_records(chosen, at)
        return

    async def list_records(store: Store) -> int:
        return await _apply_to_each(
            await _load_letters(store), chosen, lambda letter: store.dead_letters.replay(letter, at)
        )

    print_line(f"{format_count(_run_with_store(list_records), 'mention')} back in the inbox")


def _replay_records(chosen: list[str] | None, at: datetime) -> None:
    read: list[bool] = []

    async def list_records(store: Store) -> int:
        async def replay_once(record: UnreadableRecord) -> None:
            read.append(await store.quarantine.replay(record, at))

        return await _apply_to_each(await _load_records(store), chosen, replay_once)

    tried = _run_with_store(list_records)
    print_line(f"{sum(read)} of {format_count(tried, 'record')} can be read now")
    if not all(read):
        print_warning("The others stay set aside until Earshot is updated. Nothing is lost.")


@app.command()
def drop(
    ids: Ids = None,
    *,
    kind: Of = DeadLetterKind.MENTIONS,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give them up: they are counted, and gone. On a terminal it asks first."""
    chosen, one = _select_ids(ids, every=every), "record" if kind is DeadLetterKind.RECORDS else "mention"
    if not yes and sys.stdin.isatty():
        many = "record" if kind is DeadLetterKind.RECORDS else "dead letter"
        what = f"all {many}s" if chosen is None else format_count(len(chosen), many)
        typer.confirm(f"Drop {what}? They cannot be had back.", abort=True, err=True)

    async def drop_records(store: Store) -> int:
        if kind is DeadLetterKind.RECORDS:
            return await _apply_to_each(await _load_records(store), chosen, store.quarantine.discard)
        return await _apply_to_each(await _load_letters(store), chosen, store.dead_letters.discard)

    print_line(f"{format_count(_run_with_store(drop_records), one)} dropped")


def _select_ids(ids: Sequence[str] | None, *, every: bool) -> list[str] | None:
    """None: all."""
    if bool(ids) == every:
        raise typer.BadParameter("name some by their ids, or all with --all; not both")
    return None if every else list(dict.fromkeys(ids or ()))


def _run_with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    async def run_inside() -> T:
        async with open_brand_store(settings, playbook.current) as store:
            return await work(store)

    with exit_on_error():
        settings, playbook = require_config()
        logging_setup.configure_logging("error", settings.log_format)
        return asyncio.run(run_inside())


async def _load_letters(store: Store) -> list[DeadLetter]:
    return await store.dead_letters.list_letters()


async def _load_records(store: Store) -> list[UnreadableRecord]:
    return await store.quarantine.list_records()


async def _apply_to_each(
    there: Sequence[Thing], chosen: list[str] | None, do: Callable[[Thing], Awaitable[None]]
) -> int:
    """Says which are not there, after the others were done."""
    known = {one.id: one for one in there}
    wanted = list(known) if chosen is None else chosen
    found = [known[one] for one in wanted if one in known]
    for letter in found:
        await do(letter)
    if strange := [one for one in wanted if one not in known]:
        done = f" {format_count(len(found), 'other')} done." if found else ""
        raise fail_with(
            [
                f"There is no dead letter {sanitize_line(one, 80)}; earshot dead list shows them.{done}"
                for one in strange
            ]
        )
    return len(found)


def _parse_mention(letter: DeadLetter) -> Mention | None:
    try:
        return Mention.from_stored(letter.raw)
    except ValidationError:
        return None


def _format_dead_letter(letter: DeadLetter) -> dict[str, Any]:
    """`mention` is null where what was kept is none; `raw` has it as it was kept."""
    mention = _parse_mention(letter)
    return {
        "id": letter.id,
        "at": letter.at.isoformat(),
        "tries": letter.tries,
        "why": letter.reason,
        "mention": mention.model_dump(mode="json", exclude_defaults=True) if mention else None,
        "raw": letter.raw,
    }


def _build_letter_row(letter: DeadLetter, most: int) -> list[str]:
    """Harmless, each on one line, so that a tab is always a border."""
    mention = _parse_mention(letter)
    named, said = (mention.id, mention.text) if mention else ("", letter.raw)
    words = (letter.id, letter.at.isoformat(timespec="seconds"), str(letter.tries), letter.reason, named, said)
    return [sanitize_line(word, most) for word in words]


def _print_letters(letters: Sequence[DeadLetter]) -> None:
    if not letters:
        print_line("There are no dead letters.")
        return
    table = Table("id", "died", "tries", "why", "mention", "text")
    for letter in letters:
        table.add_row(*map(Text, _build_letter_row(letter, SHOWN)))
    Console(highlight=False).print(table)
    print_warning("Try them again: earshot dead replay ID… or --all. Give them up: earshot dead drop ID… or --all.")


def _format_record(record: UnreadableRecord) -> dict[str, Any]:
    return {**record._asdict(), "at": record.at.isoformat()}


def _build_record_row(record: UnreadableRecord) -> list[str]:
    words = (record.id, record.at.isoformat(timespec="seconds"), record.kind, record.why, record.key, record.field)
    return [sanitize_line(word, 0) for word in words]


def _print_records(records: Sequence[UnreadableRecord]) -> None:
    """Without what is in them, which may be a stranger's words."""
    if not records:
        print_line("Every record can be read.")
        return
    table = Table("id", "set aside", "kind", "why", "key", "field")
    for record in records:
        table.add_row(*map(Text, _build_record_row(record)))
    Console(highlight=False).print(table)
    print_warning(
        "After an update: earshot dead replay --kind records --all. Give them up: earshot dead drop --kind records ID…"
    )
