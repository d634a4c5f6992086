"""Output and errors of the commands: one sentence a line on stderr, exit code 1, never a traceback; their settings."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import typer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.config import PlaybookError, PlaybookReloader
from bot.config.settings import Settings
from bot.config.settings_errors import SettingsError
from bot.config.settings_loader import load_settings
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.model.loading import resolve_weights_path
from bot.detectors.model.weights import WeightsError
from bot.domain.commits import StoreUnavailable
from bot.sources.catalogue import MODELS
from bot.store.embedded_server import EmbeddedServerError

REFUSED = 1


def print_line(line: object) -> None:
    """Print on stdout and flush; characters that its encoding lacks are replaced."""
    encoding = sys.stdout.encoding or "utf-8"
    with guard_output():
        print(str(line).encode(encoding, "replace").decode(encoding), flush=True)


def print_warning(line: object) -> None:
    print(line, file=sys.stderr, flush=True)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*headers)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def fail_with(sentences: Iterable[object]) -> typer.Exit:
    """Print the sentences and return the exception to raise."""
    for sentence in sentences:
        print_warning(sentence)
    return typer.Exit(REFUSED)


@contextmanager
def guard_output() -> Iterator[None]:
    """Exit quietly if the reader has closed the pipe, and with a sentence if the output cannot be written."""
    try:
        yield
    except OSError as no:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # else Python flushes the rest at exit, and reports an error
        if isinstance(no, BrokenPipeError):
            raise typer.Exit(0) from None
        raise fail_with([f"The output cannot be written: {no.strerror}."]) from None


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn errors that a person can fix into sentences and exit code 1."""
    try:
        yield
    except SettingsError as no:
        raise fail_with(no.faults) from None
    except PlaybookError as no:
        raise fail_with(str(no).splitlines()) from None
    except (StoreUnavailable, EmbeddedServerError, WeightsError) as no:
        raise fail_with([no]) from None


class LoadedConfig(NamedTuple):
    """Settings and playbook, None where invalid, and the faults of both."""

    settings: Settings | None
    playbook: PlaybookReloader | None
    file: Path
    """Of the playbook."""
    faults: tuple[object, ...]


def load_config(playbook: Path | None = None) -> LoadedConfig:
    """Load both; `playbook` overrides the path in the settings."""
    faults: list[object] = []
    settings: Settings | None = None
    found: PlaybookReloader | None = None
    try:
        settings = load_settings()
    except SettingsError as no:
        faults += no.faults
    path = playbook or (settings.playbook if settings else get_playbook_path())
    try:
        found = PlaybookReloader(path, sources=MODELS, dimensions=DIMENSIONS)
    except PlaybookError as no:
        faults += str(no).splitlines()
    return LoadedConfig(settings, found, path, tuple(faults))


def require_config(playbook: Path | None = None) -> tuple[Settings, PlaybookReloader]:
    """Load both; fail with the faults of both together."""
    read = load_config(playbook)
    if read.settings is None or read.playbook is None:
        raise fail_with(read.faults)
    return read.settings, read.playbook


class _PathSettings(BaseSettings):
    """The settings that are needed even if others are invalid or missing."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, case_sensitive=True)

    playbook: Path = Field(Settings().playbook, alias="EARSHOT_PLAYBOOK")
    model: Path | None = Field(None, alias="EARSHOT_MODEL")
    data: Path = Field(Settings().data, alias="EARSHOT_DATA")


def _load_paths() -> _PathSettings | Settings:
    try:
        return _PathSettings()
    except (OSError, UnicodeDecodeError):  # reading .env; load_settings reports it
        return Settings()


def get_playbook_path() -> Path:
    return _load_paths().playbook


def get_weights_path() -> Path:
    where = _load_paths()
    return resolve_weights_path(where.model, where.data)


def get_data_path() -> Path:
    return _load_paths().data
