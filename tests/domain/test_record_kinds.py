"""Records with behaviour are classes: a NamedTuple in memory is a small row (docs/develop/storage.md)."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import bot.domain

MAX_MEMBERS = 1
EXCEPTIONS = {
    "Notification": "made for each mention, and a key in the outbox",
    "TimeSpan": "unpacked into ids and pairs of start and end",
}


def in_memory_tuples() -> Iterator[type]:
    for found in pkgutil.walk_packages(bot.domain.__path__, "bot.domain."):
        for one in vars(importlib.import_module(found.name)).values():
            here = inspect.isclass(one) and one.__module__ == found.name and hasattr(one, "_fields")
            if here and "__get_pydantic_core_schema__" not in vars(one):
                yield one


def members(kind: type) -> list[str]:
    own = {name for name in vars(kind) if not name.startswith("_") and name not in kind._fields}  # type: ignore[attr-defined]
    return sorted(own)


def test_a_named_tuple_in_memory_is_a_row_without_behaviour() -> None:
    behaving = {one.__name__: members(one) for one in in_memory_tuples() if len(members(one)) > MAX_MEMBERS}
    assert behaving.keys() == EXCEPTIONS.keys(), behaving
