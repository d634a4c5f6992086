"""`earshot dead`: the mentions that failed again and again, to be looked at, tried again or given up."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import logs
from bot.cards.words import one_line
from bot.cli.opening import opened
from bot.cli.saying import refuse, refusing, settings_and_playbook, tell, warn
from bot.clock import SystemClock
from bot.domain.mention import Mention
from bot.domain.words import count
from bot.store.dead import DeadLetter
from bot.store.opening import Store

app = typer.Typer(
    help="Mentions that failed again and again: list, replay or drop them.", no_args_is_help=True, add_completion=False
)

T = TypeVar("T")

SHOWN = 200
"""Characters of a post in a list."""

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="As earshot dead list shows them.")]
All = Annotated[bool, typer.Option("--all", help="All there are.")]


@app.command("list")
def list_(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with the whole mention.")] = False
) -> None:
    """Show each with its reason, oldest first: a table on a terminal, tab-separated lines in a pipe."""
    letters = _with_store(_letters)
    if as_json:
        for letter in letters:
            tell(json.dumps(_as_json(letter)))
    elif sys.stdout.isatty():
        _draw(letters)
    else:
        for letter in letters:
            tell("\t".join(_row(letter, 0)))


@app.command()
def replay(ids: Ids = None, *, every: All = False) -> None:
    """Put them back into the inbox, as if they had just come."""
    chosen = _chosen(ids, every=every)

    async def work(store: Store) -> int:
        at = SystemClock().now()
        return await _each(store, chosen, lambda letter: store.dead.replay(letter, at))

    tell(f"{count(_with_store(work), 'mention')} back in the inbox")


@app.command()
def drop(
    ids: Ids = None,
    *,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give them up: they are counted, and gone. On a terminal it asks first."""
    chosen = _chosen(ids, every=every)
    if not yes and sys.stdin.isatty():
        what = "all dead letters" if chosen is None else count(len(chosen), "dead letter")
        typer.confirm(f"Drop {what}? They cannot be had back.", abort=True, err=True)

    async def work(store: Store) -> int:
        return await _each(store, chosen, store.dead.drop)

    tell(f"{count(_with_store(work), 'mention')} dropped")


def _chosen(ids: Sequence[str] | None, *, every: bool) -> list[str] | None:
    """None: all."""
    if bool(ids) == every:
        raise typer.BadParameter("name some by their ids, or all with --all; not both")
    return None if every else list(dict.fromkeys(ids or ()))


def _with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    async def inside() -> T:
        async with opened(settings, playbook.now.slug) as store:
            return await work(store)

    with refusing():
        settings, playbook = settings_and_playbook()
        logs.configure("error", settings.log_format)
        return asyncio.run(inside())


async def _letters(store: Store) -> list[DeadLetter]:
    return await store.dead.letters()


async def _each(store: Store, chosen: list[str] | None, do: Callable[[DeadLetter], Awaitable[None]]) -> int:
    """Says which are not there, after the others were done."""
    known = {letter.id: letter for letter in await store.dead.letters()}
    wanted = list(known) if chosen is None else chosen
    found = [known[one] for one in wanted if one in known]
    for letter in found:
        await do(letter)
    if strange := [one for one in wanted if one not in known]:
        done = f" {count(len(found), 'other')} done." if found else ""
        raise refuse(
            [f"There is no dead letter {one_line(one, 80)}; earshot dead list shows them.{done}" for one in strange]
        )
    return len(found)


def _mention(letter: DeadLetter) -> Mention | None:
    try:
        return Mention.kept(letter.raw)
    except ValidationError:
        return None


def _as_json(letter: DeadLetter) -> dict[str, Any]:
    """`mention` is null where what was kept is none; `raw` has it as it was kept."""
    mention = _mention(letter)
    return {
        "id": letter.id,
        "at": letter.at.isoformat(),
        "tries": letter.tries,
        "why": letter.why,
        "mention": mention.model_dump(mode="json", exclude_defaults=True) if mention else None,
        "raw": letter.raw,
    }


def _row(letter: DeadLetter, most: int) -> list[str]:
    """Harmless, each on one line, so that a tab is always a border."""
    mention = _mention(letter)
    named, said = (mention.id, mention.text) if mention else ("", letter.raw)
    words = (letter.id, letter.at.isoformat(timespec="seconds"), str(letter.tries), letter.why, named, said)
    return [one_line(word, most) for word in words]


def _draw(letters: Sequence[DeadLetter]) -> None:
    if not letters:
        tell("There are no dead letters.")
        return
    table = Table("id", "died", "tries", "why", "mention", "text")
    for letter in letters:
        table.add_row(*map(Text, _row(letter, SHOWN)))
    Console(highlight=False).print(table)
    warn("Try them again: earshot dead replay ID… or --all. Give them up: earshot dead drop ID… or --all.")
