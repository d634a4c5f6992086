"""How a command says what is wrong: one sentence a line on stderr, and exit code 1. Never a traceback."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import typer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config import PlaybookError, PlaybookReloader
from bot.config.settings import Settings, load_settings
from bot.config.settings_errors import SettingsError
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.model.loading import resolve_weights_path
from bot.detectors.model.weights import WeightsError
from bot.domain.commits import StoreUnavailable
from bot.sources.catalogue import MODELS
from bot.store.embedded_server import EmbeddedServerError

REFUSED = 1


def print_line(line: object) -> None:
    """On stdout, at once, also where its encoding has no such letter."""
    encoding = sys.stdout.encoding or "utf-8"
    with guard_output():
        print(str(line).encode(encoding, "replace").decode(encoding), flush=True)


def print_warning(line: object) -> None:
    print(line, file=sys.stderr, flush=True)


def fail_with(sentences: Iterable[object]) -> typer.Exit:
    """To be raised."""
    for sentence in sentences:
        print_warning(sentence)
    return typer.Exit(REFUSED)


@contextmanager
def guard_output() -> Iterator[None]:
    """Whoever reads us may have enough, and then we leave quietly; a disk may be full, and then we say so."""
    try:
        yield
    except OSError as no:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python tries the rest again at its end, and complains
        if isinstance(no, BrokenPipeError):
            raise typer.Exit(0) from None
        raise fail_with([f"The output cannot be written: {no.strerror}."]) from None


@contextmanager
def exit_on_error() -> Iterator[None]:
    """What a person can mend is said as sentences."""
    try:
        yield
    except SettingsError as no:
        raise fail_with(no.faults) from None
    except PlaybookError as no:
        raise fail_with(str(no).splitlines()) from None
    except (StoreUnavailable, EmbeddedServerError, WeightsError) as no:
        raise fail_with([no]) from None


class LoadedConfig(NamedTuple):
    """Settings and playbook as far as they can be used, and every fault of both."""

    settings: Settings | None
    playbook: PlaybookReloader | None
    file: Path
    """Of the playbook."""
    faults: tuple[object, ...]


def load_config(playbook: Path | None = None) -> LoadedConfig:
    """`playbook` instead of the one that the settings name."""
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
    """Both, with the faults of both said together."""
    read = load_config(playbook)
    if read.settings is None or read.playbook is None:
        raise fail_with(read.faults)
    return read.settings, read.playbook


class _PathSettings(BaseSettings):
    """The settings that are needed where the others are wrong, or are not asked for."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, case_sensitive=True)

    playbook: Path = Field(Settings().playbook, alias="EARSHOT_PLAYBOOK")
    model: Path | None = Field(None, alias="EARSHOT_MODEL")
    data: Path = Field(Settings().data, alias="EARSHOT_DATA")


def _load_paths() -> _PathSettings | Settings:
    try:
        return _PathSettings()
    except (OSError, UnicodeDecodeError):  # of .env; load_settings says so
        return Settings()


def get_playbook_path() -> Path:
    return _load_paths().playbook


def get_weights_path() -> Path:
    where = _load_paths()
    return resolve_weights_path(where.model, where.data)


def get_data_path() -> Path:
    return _load_paths().data
