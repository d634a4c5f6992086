"""Named tuples within stored models: written by the names of their fields or by their places, read in both forms."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast, get_type_hints

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

NamedTupleT = TypeVar("NamedTupleT", bound=NamedTuple)


def store_by_name(kind: type[NamedTupleT]) -> type[NamedTupleT]:
    """Make pydantic write `kind` as an object without its defaults, and ignore fields that it does not know.

    The former form, a list in the order of the fields, is read too: releases up to c089daf wrote it. Drop that when
    nothing so old is kept any more (cases: 90 days, episodes: 400).
    """
    return _store(kind, _build_serializer(kind))


def store_by_place(kind: type[NamedTupleT]) -> type[NamedTupleT]:
    """Make pydantic write `kind` as a list in the order of its fields, without the defaults at its end.

    Only for what a record has a dozen of, where names are most of the record: a field may be added at the end alone.
    Numbers are rounded to `DIGITS`. Objects with names are read, too, as 0.2.0 wrote them before it was released.
    """
    return _store(kind, _build_list_serializer(kind))


DIGITS = 4
"""More of a probability is noise, and nine bytes of each."""


def _store(kind: type[NamedTupleT], serialize: Callable[[Any], Any]) -> type[NamedTupleT]:
    def build_schema(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _build_schema(kind, source, handler, serialize)

    cast("Any", kind).__get_pydantic_core_schema__ = build_schema
    return kind


def _build_schema(kind: Any, source: Any, handler: GetCoreSchemaHandler, serialize: Callable[[Any], Any]) -> CoreSchema:
    placed = handler(source)
    fields = {
        name: core_schema.typed_dict_field(handler.generate_schema(hint), required=name not in kind._field_defaults)
        for name, hint in get_type_hints(kind).items()
    }
    named = core_schema.no_info_after_validator_function(
        lambda found: kind(**found), core_schema.typed_dict_schema(fields, extra_behavior="ignore")
    )
    return core_schema.json_or_python_schema(
        json_schema=core_schema.union_schema([(named, "by name"), (placed, "by place")], mode="left_to_right"),
        python_schema=placed,
        serialization=core_schema.plain_serializer_function_ser_schema(serialize, when_used="json"),
    )


def _build_serializer(kind: Any) -> Callable[[Any], dict[str, Any]]:
    names, unlike = kind._fields, [kind._field_defaults.get(name, ...) for name in kind._fields]
    return lambda one: {
        name: value for name, value, default in zip(names, one, unlike, strict=True) if value != default
    }


def _build_list_serializer(kind: Any) -> Callable[[Any], list[Any]]:
    defaults = tuple(kind._field_defaults.get(name, ...) for name in kind._fields)

    def serialize(one: Any) -> list[Any]:
        end = len(one)
        while end and one[end - 1] == defaults[end - 1]:
            end -= 1
        return [round(part, DIGITS) if type(part) is float else part for part in one[:end]]

    return serialize
