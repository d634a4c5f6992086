"""A golden body of each stored model, in each shape that a release has written, stays readable."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bot.domain.assessment import Signal
from bot.store.quarantine import KINDS
from tests.store.samples import RECORDS

BODIES = Path(__file__).with_name("bodies")
SHAPES = ("c089daf", "objects")
"""By place, as c089daf wrote it; and by the names of fields, since."""


def body(kind: str, shape: str) -> str:
    return (BODIES / f"{kind}.{shape}.json").read_text("utf-8").strip()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_body_of_each_shape_and_reads_the_same_from_both(kind: str) -> None:
    old, new = (KINDS[kind](body(kind, shape)) for shape in SHAPES)
    assert old == new
    assert kind not in RECORDS or old == RECORDS[kind]


def test_signals_are_written_as_0_1_0_reads_them_without_the_defaults_at_their_end() -> None:
    known = json.loads(body("assessment", "c089daf"))["signals"]
    written = json.loads(RECORDS["assessment"].model_dump_json(exclude_defaults=True))["signals"]
    defaults = tuple(Signal._field_defaults.values())
    assert [
        (*one, *defaults[len(one) - len(Signal._fields) :][: len(Signal._fields) - len(one)]) for one in written
    ] == [tuple(one) for one in known]
    assert all(len(one) == 3 or one[-1] != defaults[len(one) - 4] for one in written)


def test_no_body_is_of_a_kind_that_nobody_reads() -> None:
    expected = {f"{kind}.{shape}.json" for kind in KINDS for shape in SHAPES}
    assert {file.name for file in BODIES.iterdir()} == expected | {"mention.details.json", "case.requests.json"}


def test_a_mention_with_all_that_an_outlet_may_tell_is_read_and_written_as_in_its_golden_body() -> None:
    read = KINDS["mention"](body("mention", "details"))
    assert json.loads(read.model_dump_json(exclude_defaults=True)) == json.loads(body("mention", "details"))


def test_a_case_with_requests_to_a_person_is_read_and_written_as_in_its_golden_body() -> None:
    read = KINDS["case"](body("case", "requests"))
    assert holds(json.loads(read.model_dump_json()), json.loads(body("case", "requests")))
    assert [one.text for one in read.pending_requests] == ["We found it."]


@pytest.mark.parametrize("kind", RECORDS)
def test_what_is_written_today_is_objects_by_the_names_of_their_fields(kind: str) -> None:
    assert holds(json.loads(RECORDS[kind].model_dump_json()), json.loads(body(kind, "objects")))


@pytest.mark.parametrize("kind", RECORDS)
def test_a_field_that_a_newer_release_adds_anywhere_is_passed_over(kind: str) -> None:
    read = KINDS[kind](json.dumps(add_unknown_fields(json.loads(body(kind, "objects")), BY_THEIR_OWN_NAMES)))
    assert read == RECORDS[kind]


def test_a_field_added_in_the_middle_of_an_old_line_is_never_taken_for_another() -> None:
    spoilt = json.loads(body("case", "c089daf"))
    spoilt["history"][1].insert(2, "U0BEN")
    with pytest.raises(ValueError, match="history"):
        KINDS["case"](json.dumps(spoilt))


def test_every_named_tuple_within_a_stored_model_is_written_by_name() -> None:
    by_place = {kind for one in RECORDS.values() for kind in tuples_of(type(one)) if not is_by_name(kind)}
    assert {kind.__name__ for kind in by_place} == {"CrisisUpdate"}, "c089daf reads an update by place alone"


def holds(written: Any, golden: Any) -> bool:
    """Golden bodies may leave out what is as by default, and what was added since. Signals are written by place."""
    if isinstance(golden, dict) and isinstance(written, list):
        written = dict(zip(Signal._fields, written, strict=False))
    if isinstance(golden, dict):
        return all(name in written and holds(written[name], value) for name, value in golden.items())
    if isinstance(golden, list):
        return len(written) == len(golden) and all(map(holds, written, golden))
    return bool(written == golden)


BY_THEIR_OWN_NAMES = {"shown_as", "counts", "longest", "heard", "troubles"}
"""Objects with names of their own: a name more is an entry more."""


def add_unknown_fields(found: Any, passed: set[str], *, more: bool = True) -> Any:
    if isinstance(found, dict):
        inside = {name: add_unknown_fields(value, passed, more=name not in passed) for name, value in found.items()}
        return {**inside, "added_later": 1} if more else inside
    return [add_unknown_fields(one, passed) for one in found] if isinstance(found, list) else found


def tuples_of(model: Any, seen: set[Any] | None = None) -> Iterator[type]:
    """Every named tuple that this model, or one within it, is made of."""
    seen = set() if seen is None else seen
    hints = [field.annotation for field in model.model_fields.values()]
    while hints:
        hint = hints.pop()
        if hint in seen:
            continue
        seen.add(hint)
        hints += get_args(hint)
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            hints += [field.annotation for field in hint.model_fields.values()]
        if isinstance(hint, type) and hasattr(hint, "_fields"):
            hints += list(hint.__annotations__.values())
            yield hint


def is_by_name(kind: type) -> bool:
    return hasattr(kind, "__get_pydantic_core_schema__")
