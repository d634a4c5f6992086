"""Parse the tables under `[sources]`, each by its source's own options model."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.config.error_messages import describe_playbook_errors
from bot.config.field_types import SOURCE_NAME
from bot.config.playbook import SourceEntry
from bot.config.playbook_errors import Found, Path, did_you_mean, safe_repr

Models = Mapping[str, type[BaseModel]]


def read_source_tables(raw: object, models: Models) -> tuple[list[SourceEntry], list[Found]]:
    """Return the valid sources, and the errors of the others."""
    entries: list[SourceEntry] = []
    found: list[Found] = []
    for kind, table in raw.items() if isinstance(raw, dict) else ():
        if kind not in models:
            found.append((("sources", kind), f"there is no source {safe_repr(kind)}{did_you_mean(kind, models)}"))
        elif isinstance(table, dict):
            for name, options in _iter_source_tables(table, models[kind]):
                try:
                    entries.append(SourceEntry(kind, _validate_source_name(name), models[kind].model_validate(options)))
                except ValidationError as invalid:
                    found.extend(describe_playbook_errors(invalid, models[kind], _build_path(kind, name)))
                except ValueError as no:
                    found.append((_build_path(kind, name), str(no)))
    return entries, found


def _build_path(kind: str, name: str | None) -> Path:
    return ("sources", kind, name) if name else ("sources", kind)


def _iter_source_tables(table: dict[str, Any], model: type[BaseModel]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Iterate over names and options: `[sources.webhook.forum]` is the webhook `forum`, `[sources.x]` has no name.

    A model's ClassVar `named` says whether its source is always or never named; else the shape decides.
    """
    inside = bool(table) and all(
        isinstance(value, dict) and key not in model.model_fields for key, value in table.items()
    )
    if getattr(model, "named", inside):
        yield from table.items() if inside else [("", table)]
    else:
        yield None, table


def _validate_source_name(name: str | None) -> str | None:
    """Return the name if it fits into a URL and the name of an environment variable."""
    if name == "":
        raise ValueError("has no name. Give it one, such as [sources.webhook.forum]")
    if name is not None and not SOURCE_NAME.match(name):
        raise ValueError(f"{safe_repr(name)} is not valid in an address. Use a-z, 0-9 and dashes, up to 40")
    return name
