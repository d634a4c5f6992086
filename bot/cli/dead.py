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

from bot import logs
from bot.cards.words import sanitize_line
from bot.cli.opening import opened
from bot.cli.saying import refuse, refusing, settings_and_playbook, tell, warn
from bot.clock import SystemClock
from bot.domain.mention import Mention
from bot.domain.words import format_count
from bot.store.dead import DeadLetter
from bot.store.opening import Store
from bot.store.reading import UnreadableRecord

app = typer.Typer(
    help="Mentions that failed again and again, and records that can't be read: list, replay or drop them.",
    no_args_is_help=True,
    add_completion=False,
)

T = TypeVar("T")
Thing = TypeVar("Thing", DeadLetter, UnreadableRecord)


class What(StrEnum):
    MENTIONS = "mentions"
    RECORDS = "records"


Of = Annotated[What, typer.Option("--kind", help="Mentions that failed, or records that this release cannot read.")]

SHOWN = 200
"""Characters of a post in a list."""

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="As earshot dead list shows them.")]
All = Annotated[bool, typer.Option("--all", help="All there are.")]


@app.command("list")
def list_(
    *,
    kind: Of = What.MENTIONS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with the whole of it.")] = False,
) -> None:
    """Show each with its reason, oldest first: a table on a terminal, tab-separated lines in a pipe."""
    if kind is What.RECORDS:
        _show(_with_store(_records), _record_as_json, _record_row, _draw_records, as_json=as_json)
    else:
        _show(_with_store(_letters), _as_json, lambda letter: _row(letter, 0), _draw, as_json=as_json)


def _show(
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
            tell(json.dumps(whole(one)) if as_json else "\t".join(row(one)))


@app.command()
def replay(ids: Ids = None, *, kind: Of = What.MENTIONS, every: All = False) -> None:
    """Put mentions back into the inbox, as if they had just come; read records again, as after an update."""
    chosen, at = _chosen(ids, every=every), SystemClock().now()
    if kind is What.RECORDS:
        _replay_records(chosen, at)
        return

    async def list_records(store: Store) -> int:
        return await _each(await _letters(store), chosen, lambda letter: store.dead_letters.replay(letter, at))

    tell(f"{format_count(_with_store(list_records), 'mention')} back in the inbox")


def _replay_records(chosen: list[str] | None, at: datetime) -> None:
    read: list[bool] = []

    async def list_records(store: Store) -> int:
        async def replay_once(record: UnreadableRecord) -> None:
            read.append(await store.quarantine.replay(record, at))

        return await _each(await _records(store), chosen, replay_once)

    tried = _with_store(list_records)
    tell(f"{sum(read)} of {format_count(tried, 'record')} can be read now")
    if not all(read):
        warn("The others stay set aside until Earshot is updated. Nothing is lost.")


@app.command()
def drop(
    ids: Ids = None,
    *,
    kind: Of = What.MENTIONS,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give them up: they are counted, and gone. On a terminal it asks first."""
    chosen, one = _chosen(ids, every=every), "record" if kind is What.RECORDS else "mention"
    if not yes and sys.stdin.isatty():
        many = "record" if kind is What.RECORDS else "dead letter"
        what = f"all {many}s" if chosen is None else format_count(len(chosen), many)
        typer.confirm(f"Drop {what}? They cannot be had back.", abort=True, err=True)

    async def drop_records(store: Store) -> int:
        if kind is What.RECORDS:
            return await _each(await _records(store), chosen, store.quarantine.discard)
        return await _each(await _letters(store), chosen, store.dead_letters.discard)

    tell(f"{format_count(_with_store(drop_records), one)} dropped")


def _chosen(ids: Sequence[str] | None, *, every: bool) -> list[str] | None:
    """None: all."""
    if bool(ids) == every:
        raise typer.BadParameter("name some by their ids, or all with --all; not both")
    return None if every else list(dict.fromkeys(ids or ()))


def _with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    async def run_inside() -> T:
        async with opened(settings, playbook.current) as store:
            return await work(store)

    with refusing():
        settings, playbook = settings_and_playbook()
        logs.configure_logging("error", settings.log_format)
        return asyncio.run(run_inside())


async def _letters(store: Store) -> list[DeadLetter]:
    return await store.dead_letters.list_letters()


async def _records(store: Store) -> list[UnreadableRecord]:
    return await store.quarantine.list_records()


async def _each(there: Sequence[Thing], chosen: list[str] | None, do: Callable[[Thing], Awaitable[None]]) -> int:
    """Says which are not there, after the others were done."""
    known = {one.id: one for one in there}
    wanted = list(known) if chosen is None else chosen
    found = [known[one] for one in wanted if one in known]
    for letter in found:
        await do(letter)
    if strange := [one for one in wanted if one not in known]:
        done = f" {format_count(len(found), 'other')} done." if found else ""
        raise refuse(
            [
                f"There is no dead letter {sanitize_line(one, 80)}; earshot dead list shows them.{done}"
                for one in strange
            ]
        )
    return len(found)


def _mention(letter: DeadLetter) -> Mention | None:
    try:
        return Mention.from_stored(letter.raw)
    except ValidationError:
        return None


def _as_json(letter: DeadLetter) -> dict[str, Any]:
    """`mention` is null where what was kept is none; `raw` has it as it was kept."""
    mention = _mention(letter)
    return {
        "id": letter.id,
        "at": letter.at.isoformat(),
        "tries": letter.tries,
        "why": letter.reason,
        "mention": mention.model_dump(mode="json", exclude_defaults=True) if mention else None,
        "raw": letter.raw,
    }


def _row(letter: DeadLetter, most: int) -> list[str]:
    """Harmless, each on one line, so that a tab is always a border."""
    mention = _mention(letter)
    named, said = (mention.id, mention.text) if mention else ("", letter.raw)
    words = (letter.id, letter.at.isoformat(timespec="seconds"), str(letter.tries), letter.reason, named, said)
    return [sanitize_line(word, most) for word in words]


def _draw(letters: Sequence[DeadLetter]) -> None:
    if not letters:
        tell("There are no dead letters.")
        return
    table = Table("id", "died", "tries", "why", "mention", "text")
    for letter in letters:
        table.add_row(*map(Text, _row(letter, SHOWN)))
    Console(highlight=False).print(table)
    warn("Try them again: earshot dead replay ID… or --all. Give them up: earshot dead drop ID… or --all.")


def _record_as_json(record: UnreadableRecord) -> dict[str, Any]:
    return {**record._asdict(), "at": record.at.isoformat()}


def _record_row(record: UnreadableRecord) -> list[str]:
    words = (record.id, record.at.isoformat(timespec="seconds"), record.kind, record.why, record.key, record.field)
    return [sanitize_line(word, 0) for word in words]


def _draw_records(records: Sequence[UnreadableRecord]) -> None:
    """Without what is in them, which may be a stranger's words."""
    if not records:
        tell("Every record can be read.")
        return
    table = Table("id", "set aside", "kind", "why", "key", "field")
    for record in records:
        table.add_row(*map(Text, _record_row(record)))
    Console(highlight=False).print(table)
    warn(
        "After an update: earshot dead replay --kind records --all. Give them up: earshot dead drop --kind records ID…"
    )
