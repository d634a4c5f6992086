"""`earshot listen`: shows what would be routed, live; nothing is posted, and nothing is stored."""

import asyncio
import random
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer
from pydantic import TypeAdapter, ValidationError

from bot import demo, logging_setup
from bot.cards.case_mention import OUTLETS
from bot.cli.exits import REFUSED, exit_on_error, fail_with, get_playbook_path, get_weights_path, print_line
from bot.cli.listen_sink import MemorySink, PostRouter
from bot.cli.listen_view import ListenView
from bot.clock import SystemClock
from bot.config import Playbook, load_playbook
from bot.config.field_types import Duration, Term
from bot.config.playbook import SourceEntry
from bot.config.playbook_errors import did_you_mean, safe_repr
from bot.config.settings import Settings
from bot.config.settings_loader import load_settings
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.pipeline import build_assessor
from bot.domain.mention import MAX_SUBJECT_LENGTH
from bot.domain.subject import Subject
from bot.domain.text import format_duration, join_words
from bot.sources.base import MentionSource
from bot.sources.catalogue import CATALOGUE, LABELS, MODELS, build_context
from bot.sources.rss import RssOptions
from bot.sources.webhook import WebhookSource

SAMPLE = Path(demo.__path__[0]) / "playbook.toml"
NO_SUBJECT = 'Say what to listen for: earshot listen --term "northwind air". Or name a playbook with --playbook.'


def listen(
    duration: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long, such as 60s or 10m. Default: until Ctrl-C.")
    ] = "",
    *,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Listen to this source only, or to the feed at this address. Repeat it for several."),
    ] = None,
    term: Annotated[
        list[str] | None,
        typer.Option(help="Listen for this instead of the playbook's subjects. Repeat it for several."),
    ] = None,
    playbook: Annotated[Path | None, typer.Option(help="Use this file instead of EARSHOT_PLAYBOOK.")] = None,
) -> None:
    """Show which public posts would be routed where, live. Nothing is posted, and nothing is stored.

    Without a playbook, name a --term: the sources that need no account are tried, and routes are those of the demo.
    Exit code 1 if no source worked.
    """
    limit = _parse_duration(duration) if duration else None
    logging_setup.configure_logging("error")
    OUTLETS.update(LABELS)
    with exit_on_error():
        setup = _build_setup(load_settings(), playbook, tuple(map(_parse_term, term or ())), source or ())
        view = ListenView(ZoneInfo(setup.playbook.brand.time_zone) if setup.is_own_playbook else None)
        _print_header(view, setup, limit)
        assessor = build_assessor(setup.playbook, get_weights_path())
        try:
            worked = asyncio.run(_run_sources(setup, PostRouter(setup.playbook, assessor, view), limit))
        except KeyboardInterrupt:  # before the handler was installed
            print_line("\nStopped before it began. Nothing is left running.")
            raise typer.Exit(REFUSED) from None
    if not worked:
        raise typer.Exit(REFUSED)


def _parse_duration(words: str) -> timedelta:
    try:
        return TypeAdapter(Duration).validate_python(words)
    except ValidationError:
        raise typer.BadParameter(f"{words!r} is not a duration. Use one like 60s or 10m", param_hint="--for") from None


def _parse_term(words: str) -> str:
    try:
        return TypeAdapter(Term).validate_python(words.strip())
    except ValidationError:
        sentence = f"{words[:60]!r} cannot be found in posts. Use 1 to 200 characters, with a letter, digit or emoji"
        raise typer.BadParameter(sentence, param_hint="--term") from None


class ListenSetup(NamedTuple):
    playbook: Playbook
    """Its own, or the sample's with the subject of the command line."""
    is_own_playbook: bool
    sources: Sequence[MentionSource]
    notes: Sequence[str]
    """Why sources are left out, in sentences."""


def _build_setup(settings: Settings, path: Path | None, terms: Sequence[str], wanted: Sequence[str]) -> ListenSetup:
    """Raises `PlaybookError`, or exits with a sentence."""
    own = path or get_playbook_path()
    is_own = path is not None or own.exists()
    if not is_own and not terms:
        raise fail_with([NO_SUBJECT])
    rules = load_playbook(own if is_own else SAMPLE, sources=MODELS, dimensions=DIMENSIONS)
    if terms:
        subject = Subject(name=terms[0][:MAX_SUBJECT_LENGTH], terms=tuple(dict.fromkeys(terms)))
        rules = replace(rules, subjects=(subject,))
    entries, notes = _choose_entries(rules.sources if is_own else (), rules.subjects, wanted)
    sources = []
    for entry in entries:
        context = build_context(
            entry, settings, SystemClock(), rules.subjects, random.random, brand=rules.slug, is_trial=True
        )
        try:
            sources.append(CATALOGUE[entry.source].build(entry.options, context))
        except ValueError as no:
            notes.append(f"{context.name} is left out: {no}")
    listening = [one for one in sources if not isinstance(one, WebhookSource)]
    notes += [f"{one.name} is left out: its posts are sent to earshot run" for one in sources if one not in listening]
    if not listening:
        raise fail_with([*notes, "There is no source to listen to."])
    return ListenSetup(rules, is_own, listening, notes)


def _choose_entries(
    own: Sequence[SourceEntry], subjects: Sequence[Subject], wanted: Sequence[str]
) -> tuple[list[SourceEntry], list[str]]:
    """Return the sources to listen to, and notes: the wanted ones, else the playbook's, else those without a key."""
    known = {_get_full_name(entry): entry for entry in own}
    keyless: dict[str, SourceEntry] = {}
    for kind, declared in CATALOGUE.items():
        if options := declared.keyless_options(subjects):
            keyless[kind] = SourceEntry(kind, None, options)
    if wanted:
        known = {**keyless, **{entry.name: entry for entry in own if entry.name}, **known}
        known |= {name: _build_feed_entry(name) for name in wanted if "://" in name}
        for name in wanted:
            if name not in known:
                raise fail_with([f"There is no source {safe_repr(name)}{did_you_mean(name, known)}"])
        return [known[name] for name in dict.fromkeys(wanted)], []
    metered = [name for name, entry in known.items() if CATALOGUE[entry.source].metered]
    notes = [f"{name} is left out, as reading it may cost money. Listen to it with --source {name}" for name in metered]
    chosen = [entry for name, entry in known.items() if name not in metered]
    return chosen if any(entry.source != "webhook" for entry in chosen) else [*chosen, *keyless.values()], notes


def _build_feed_entry(url: str) -> SourceEntry:
    """Return a feed by its address, named after its host."""
    try:
        options = RssOptions(url=url)
    except ValidationError:
        raise fail_with([f"{safe_repr(url)} is not the address of a feed. Use one with https://"]) from None
    host = urlsplit(url).hostname or ""
    return SourceEntry("rss", re.sub(r"[^a-z0-9]+", "-", host).strip("-")[:40] or "feed", options)


def _get_full_name(entry: SourceEntry) -> str:
    return f"{entry.source}.{entry.name}" if entry.name else entry.source


def _print_header(view: ListenView, setup: ListenSetup, limit: timedelta | None) -> None:
    subjects = join_words([f"“{subject.name}”" for subject in setup.playbook.subjects])
    names = join_words([source.name for source in setup.sources])
    view.print_sentence(f"Listening for {subjects} on {names}{f', {format_duration(limit)}' if limit else ''}.", "bold")
    view.print_sentence("Nothing is posted, and nothing is stored. Ctrl-C ends it.")
    if not setup.is_own_playbook:
        view.print_sentence("Departments and routes are those of the sample playbook (earshot demo).")
    for note in setup.notes:
        view.print_sentence(f"{note.rstrip('.')}.", "yellow")


async def _run_sources(setup: ListenSetup, router: PostRouter, limit: timedelta | None) -> bool:
    """Run the sources until a signal, the limit, or all of them have ended. Return whether any worked."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    if limit:
        loop.call_later(limit.total_seconds(), stop.set)
    clock = SystemClock()
    sinks = {source: MemorySink(source.name, router, clock) for source in setup.sources}
    running = {asyncio.create_task(source.listen(sink)): sink for source, sink in sinks.items()}
    stopping = asyncio.ensure_future(stop.wait())
    try:
        while running and not stopping.done():
            await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in [one for one in running if one.done()]:
                running.pop(task).record_end(asyncio.CancelledError() if task.cancelled() else task.exception())
    finally:
        tasks = [*running, stopping]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    router.view.print_summary([sink.outcome for sink in sinks.values()])
    return any(sink.is_working for sink in sinks.values())
