"""`earshot forget`: what somebody wrote goes, wherever it is kept and wherever Slack shows it."""

import asyncio
import sys
from typing import Annotated

import typer

from bot import logging_setup
from bot.cli.exits import exit_on_error, fail_with, print_line, print_warning, require_config
from bot.cli.store_connection import open_brand_store
from bot.clock import SystemClock
from bot.config import Playbook
from bot.config.settings import Settings
from bot.domain.redaction import ForgetTarget, parse_forget_target
from bot.domain.text import format_count
from bot.store.forget import MentionEraser


def forget(
    what: Annotated[
        str, typer.Argument(help="A post's address or its id (source:id), or @handle for all of a person's.")
    ],
    *,
    author: Annotated[
        bool,
        typer.Option("--author", help="WHAT is a person: a handle or the outlet's own id; source:id for one outlet."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how much there is, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete somebody's words and who they are, at their request. Counts stay, so that the totals still add up.

    It cannot be taken back. Cards are redrawn without the words, and messages about them deleted, by the process that
    delivers to Slack. What left Earshot before (a pager's history, an e-mail of Slack's, an export) is not reached.
    """
    with exit_on_error():
        try:
            target = parse_forget_target(what, author=author)
        except ValueError as no:
            raise fail_with([str(no)]) from None
        settings, playbook = require_config()
        logging_setup.configure_logging("error", settings.log_format)
        posts, places = asyncio.run(_forget_target(target, settings, playbook.current, ask=not yes, dry_run=dry_run))
    if not posts:
        print_line("Nothing of it is kept.")
    elif dry_run:
        print_line(f"{format_count(posts, 'post')} would be deleted")
    else:
        print_line(f"{format_count(posts, 'post')} deleted, in {format_count(places, 'place')}")


async def _forget_target(
    target: ForgetTarget, settings: Settings, playbook: Playbook, *, ask: bool, dry_run: bool
) -> tuple[int, int]:
    async with open_brand_store(settings, playbook) as store:
        forgetting = MentionEraser(store.client, store.keys)
        found = await forgetting.find(target)
        if dry_run or not found.ids:
            return len(found.ids) if found.words else 0, 0
        if ask and sys.stdin.isatty():
            typer.confirm(f"Delete {format_count(len(found.ids), 'post')}? It cannot be undone.", abort=True, err=True)
        places = await forgetting.forget(found, SystemClock().now())
        if places and not await forgetting.rewrite_aof():
            print_warning("The words stay in Redis's append-only file until it is rewritten: BGREWRITEAOF.")
        return len(found.ids) if places else 0, places
