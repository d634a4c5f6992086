"""`earshot forget`: deletes what somebody wrote, from the store and from Slack."""

import sys
from typing import Annotated

import typer

from bot.cli.exits import fail_with, print_line, print_warning
from bot.cli.store_connection import run_with_store
from bot.clock import SystemClock
from bot.domain.erasure import ForgetTarget, parse_forget_target
from bot.domain.text import format_count
from bot.store.forget import MentionEraser
from bot.store.store import Store

AGAIN = "Run it again in a minute, while Earshot runs"


def forget(
    what: Annotated[
        str, typer.Argument(help="A post's address or its id (source:id), or @handle for everything of a person.")
    ],
    *,
    author: Annotated[
        bool,
        typer.Option("--author", help="WHAT is a person: a handle, the outlet's own id, or source:id for one outlet."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how much there is, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete what a person wrote, and who they are, at their request. Counts stay, so that totals still add up.

    This cannot be undone. The running Earshot removes the text from cards and deletes messages about it. It does not
    reach what has left Earshot already: a pager's history, an e-mail from Slack, an export.
    """
    try:
        target = parse_forget_target(what, author=author)
    except ValueError as no:
        raise fail_with([no]) from None
    posts, places = run_with_store(lambda store: _forget_target(store, target, ask=not yes, dry_run=dry_run))
    if not posts and not places:
        print_line("Nothing is stored about it.")
    elif dry_run:
        print_line(f"{format_count(posts, 'post')} would be deleted.")
    else:
        print_line(f"{format_count(posts, 'post')} deleted, in {format_count(places, 'place')}.")


async def _forget_target(store: Store, target: ForgetTarget, *, ask: bool, dry_run: bool) -> tuple[int, int]:
    """Return the number of posts, and of places they were deleted from."""
    if waiting := sum([await shard.count_waiting(target.matches_mention) for shard in store.shards]):
        raise fail_with([f"{format_count(waiting, 'of its posts waits', 'of its posts wait')} for triage. {AGAIN}"])
    eraser = MentionEraser(store.client, store.keys)
    found = await eraser.find(target)
    if dry_run or not (found.ids or found.mutes or found.persons or found.names):
        return len(found.ids) if found.words else 0, 0
    if ask and sys.stdin.isatty():
        typer.confirm(f"Delete {format_count(len(found.ids), 'post')}? This cannot be undone.", abort=True, err=True)
    places = await eraser.forget(found, SystemClock().now())
    if places and not await eraser.rewrite_aof():
        print_warning("The text stays in Redis's append-only file until you rewrite it: BGREWRITEAOF.")
    return len(found.ids) if places else 0, places
