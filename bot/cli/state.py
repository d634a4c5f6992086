"""`earshot export state`, `earshot import` and `earshot recover`: everything of a brand in a file, and back again."""

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cards.sanitize import sanitize_line
from bot.cli.exits import exit_on_error, fail_with, guard_output, print_line, print_warning, require_config
from bot.cli.progress import ProgressBar
from bot.cli.store_connection import run_with_brand
from bot.clock import SystemClock
from bot.distribution import find_version
from bot.domain.text import format_count
from bot.store.brand_identity import READABLE_AHEAD, BrandIdentity, StoreMismatchError, check_ownership
from bot.store.keys import build_shard_folder
from bot.store.migrations import SCHEMA, load_schema
from bot.store.presence import PRESENCE_SECONDS
from bot.store.restore_records import RestoreRecord, RestoreRecordStore
from bot.store.shard_merge import merge_shards, open_shard_keys
from bot.store.state_file import (
    VERSION,
    WITHOUT_SHARDS,
    StateFileError,
    StateFileWriter,
    StateHeader,
    StateTrailer,
    iter_lines,
    pack_stream,
    verify_file,
)
from bot.store.state_reader import SECRETS, StateReader
from bot.store.state_writer import StateWriter
from bot.store.store import Store

PRIVATE = 0o600
"""Of a new file: it holds what strangers wrote, and who they are."""
PROGRESS_LINES = 1_000


def export_state(out: Path | None, *, with_secrets: bool, while_running: bool) -> None:
    """Write all keys of the brand. Exit with 1 if some of them could not be read."""

    async def write_state(store: Store, brand: BrandIdentity) -> StateReader:
        await _check_data(store, brand)
        reader = StateReader(store.client, store.keys, SystemClock(), with_secrets=with_secrets)
        shards = [
            StateReader(one.client, one.keys, SystemClock(), folder=build_shard_folder(one.number))
            for one in store.shards
        ]
        if not while_running:
            await _require_stopped(store, TORN)
        header = await _build_header(store, while_running=while_running, with_secrets=with_secrets)
        with guard_output(), _open_state_output(out) as stream, ProgressBar(out or Path("state"), writes=True) as bar:
            writer = StateFileWriter(stream, header)
            for one in (*shards, reader):  # in the order of a mention, so that none is missed while Earshot runs
                async for line in one.iter_lines():
                    writer.add(line)
                    if writer.lines % PROGRESS_LINES == 0:
                        bar.update(writer.lines)
            writer.finish()
        print_warning(f"{format_count(writer.keys, 'key')} exported.")
        for one in shards:
            reader.unknown |= one.unknown
            reader.unreadable |= one.unreadable
        return reader

    reader = run_with_brand(write_state)
    if reader.unknown:
        names = ", ".join(sorted(reader.unknown))
        print_warning(f"Exported as they are, since this release does not know them: keys named {names}.")
    if not with_secrets:
        print_warning(NO_SECRETS)
    if reader.unreadable:
        names = ", ".join(sorted(reader.unreadable))
        raise fail_with([f"Left out, since their type is none that Earshot uses: keys named {names}."])


async def _build_header(store: Store, *, while_running: bool, with_secrets: bool) -> StateHeader:
    return StateHeader(
        version=VERSION if store.shards else WITHOUT_SHARDS,
        shards=store.shard_count,
        store_schema=await load_schema(store.client, store.keys),
        release=find_version(),
        brand=store.brand,
        exported_at=SystemClock().now(),
        while_running=while_running,
        with_secrets=with_secrets,
    )


TORN = (
    "With --while-running it is exported all the same. What changes meanwhile may then be in the file in part, "
    "such as a case without its card."
)
NO_SECRETS = (
    "Without --with-secrets, the keys that sign links are not in it. Where it is imported into an empty store, links "
    "in earlier pages and calendars do not work any more."
)


@contextmanager
def _open_state_output(out: Path | None) -> Iterator[IO[bytes]]:
    """Open the output, or a file that only its owner can read and which replaces `out` once it is complete."""
    if out is None:
        yield sys.stdout.buffer
        return
    part = out if out.exists() and not out.is_file() else out.with_name(f".{out.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    except OSError as no:
        raise fail_with([f"{out} cannot be written: {no.strerror}."]) from None
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with pack_stream(raw, out.name) as stream:
                yield stream
            raw.flush()
            if part != out:
                os.fsync(raw.fileno())
        part.replace(out)
    except BaseException:
        if part != out:
            part.unlink(missing_ok=True)
        raise


def import_state(
    file: Annotated[Path | None, typer.Argument(help="What `earshot export state` wrote.", show_default=False)] = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Delete what the brand has now.")] = False,
    moved: Annotated[
        bool,
        typer.Option("--moved", help="Earshot was stopped before the export and has not run since: it posted nothing."),
    ] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Delete what an import wrote that did not finish.")] = False,
) -> None:
    """Import what `earshot export state` wrote, into a brand without data. Stop Earshot first.

    If it is cut short, run it again: until it is finished, `earshot run` does not start.
    """
    if (file is None) is not drop:
        raise typer.BadParameter("name the file to import, or say --drop")
    if file is None:
        run_with_brand(_drop_import)
    else:
        _import_file(file, replace=replace, moved=moved)


def _import_file(file: Path, *, replace: bool, moved: bool) -> None:
    header, trailer = _verify(file)

    async def read_state(store: Store, brand: BrandIdentity) -> str:
        await _check_target(store, brand, replace=replace)
        clock, restoration = SystemClock(), RestoreRecordStore(store.client, store.keys)
        await restoration.begin_import(clock.now())
        await _remove_all(store, () if header.with_secrets else SECRETS)
        with ProgressBar(file, total=trailer.lines) as bar:
            async for lines in StateWriter(store.client, store.keys, clock).write(iter_lines(file)):
                bar.update(lines)
        await merge_shards(store.client, store.brand, header.shards)
        found = None if moved else RestoreRecord(backup_at=header.exported_at, restored_at=clock.now())
        await restoration.finish_import(brand, header.store_schema, found, store.shard_count)
        return store.brand

    try:
        brand = run_with_brand(read_state)
    except StateFileError as no:
        raise fail_with([f"{file}: {no}"]) from None
    whose = header.brand if header.brand == brand else f"{header.brand}, now {brand},"
    print_line(f"{format_count(trailer.keys, 'key')} of {whose} of {header.exported_at:%Y-%m-%d %H:%M} UTC imported.")
    if not moved:
        print_line("Before it posts anything, `earshot run` looks up in Slack what was posted since then.")


def _verify(file: Path) -> tuple[StateHeader, StateTrailer]:
    if not file.is_file() and (file.exists() or str(file) == "-"):
        raise fail_with([f"{file} is not a file. The import reads it twice, so it cannot come from a pipe."])
    try:
        header, trailer = verify_file(file)
    except StateFileError as no:
        raise fail_with([f"{file}: {no} Nothing was changed."]) from None
    except OSError as no:
        raise fail_with([f"{file} cannot be read: {no.strerror}."]) from None
    if header.store_schema > SCHEMA + READABLE_AHEAD:
        raise fail_with([f"{file}: A newer release of Earshot wrote it. Update Earshot. Nothing was changed."])
    return header, trailer


async def _check_data(store: Store, brand: BrandIdentity, *, while_importing: bool = False) -> None:
    try:
        await check_ownership(store.client, brand, store.shard_count, while_importing=while_importing)
    except StoreMismatchError as no:
        raise fail_with([no]) from None


async def _require_stopped(store: Store, more: str = "") -> None:
    if processes := await store.presence.list_processes():
        names = ", ".join(processes)
        stop = f"Stop it and try again. A process that was killed counts for {PRESENCE_SECONDS} seconds."
        raise fail_with([f"Earshot is running: {names}. {stop} {more}".rstrip()])


async def _check_target(store: Store, brand: BrandIdentity, *, replace: bool = False) -> None:
    await _check_data(store, brand, while_importing=True)
    await _require_stopped(store)
    if not replace and not await RestoreRecordStore(store.client, store.keys).is_empty():
        raise fail_with([f"'{brand.name}' has data already. To delete it and import the file in its place: --replace"])


async def _remove_all(store: Store, keep: Collection[str] = ()) -> None:
    """Remove what the brand has, also in its shards, of which there may have been another number."""
    count = max(await store.restores.load_shard_count(), store.shard_count)
    async with open_shard_keys(store.client, store.brand, count) as shards:
        for client, keys in ((store.client, store.keys), *shards):
            await StateWriter(client, keys, SystemClock()).remove_all(keep)


async def _drop_import(store: Store, brand: BrandIdentity) -> None:
    restoration = RestoreRecordStore(store.client, store.keys)
    if not await restoration.is_import_unfinished():
        raise fail_with(["No import of this brand is unfinished. Nothing was changed."])
    await _check_target(store, brand)
    await _remove_all(store)
    await restoration.drop_import()
    print_line("What the import had written is deleted.")


def record_restore(
    backup: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The data was restored from a backup of this time, such as an RDB file. In the brand's time zone.",
        ),
    ] = None,
    *,
    without_lookup: Annotated[
        bool, typer.Option("--without-lookup", help="Start although Earshot cannot look up what it posted.")
    ] = False,
) -> None:
    """Say that a backup of Redis itself was restored, so that Earshot posts nothing twice. Stop Earshot first."""
    with exit_on_error():
        zone = ZoneInfo(require_config()[1].current.brand.time_zone)
    backup_at = _parse_backup_time(backup, zone) if backup is not None else None

    async def save_restoration(store: Store, brand: BrandIdentity) -> RestoreRecord:
        await _check_data(store, brand)
        await _require_stopped(store)
        at, restorations = SystemClock().now(), RestoreRecordStore(store.client, store.keys)
        found = await restorations.load()
        if backup_at is not None:
            found = RestoreRecord(backup_at=backup_at, restored_at=at)
        if found is None:
            raise fail_with(["No restored backup is recorded. Say when it was made: earshot recover --backup TIME"])
        if found.backup_at > at + timedelta(minutes=1):
            raise fail_with(["The time of the backup is in the future."])
        found = found.copy_with(skip_lookup=True) if without_lookup else found
        await restorations.save(found)
        return found

    found = run_with_brand(save_restoration)
    recorded = f"The data counts as restored from a backup of {found.backup_at.astimezone(zone):%Y-%m-%d %H:%M}."
    unknown = " Nothing will be looked up, so posts since then may get a second card." if found.skip_lookup else ""
    print_line(f"{recorded}{unknown}")


def _parse_backup_time(text: str, zone: ZoneInfo) -> datetime:
    """Parse a time of ISO 8601, in `zone` unless it says its own."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        problem = f"“{sanitize_line(text, 60)}” is not a time. Write a day and an hour: 2026-03-01 04:00"
        raise typer.BadParameter(problem, param_hint="--backup") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)
