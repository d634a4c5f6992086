"""Validate across tables. Works on the unvalidated file, so that no error hides another."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from bot.config.field_types import Raw, ensure_list, list_tables, normalize_language
from bot.config.playbook_errors import Found, Path, did_you_mean, format_place, safe_repr
from bot.config.route_conditions import CONDITION_KEYS, parse_condition
from bot.config.schedules import SCHEDULE_CHECKS
from bot.domain.assessment import Intent, Sentiment
from bot.domain.persons.person import PERSON_DIMENSION, PersonLabel
from bot.domain.routing import NOBODY
from bot.domain.subject import SubjectKind
from bot.domain.themes import THEME

FREE: frozenset[str] = frozenset()
"""For a dimension whose words are not known beforehand."""


FILTERS = ("routes", "offers", "guidance")
"""The blocks with `when` and `unless`."""


class LabelDimensions(NamedTuple):
    """The dimensions that `when` and `unless` may use, with their words."""

    words: Mapping[str, frozenset[str]]

    @classmethod
    def from_playbook(cls, raw: Raw, more: Mapping[str, frozenset[str]]) -> "LabelDimensions":
        return cls(
            {
                PERSON_DIMENSION: frozenset(PersonLabel),
                "sentiment": frozenset(sentiment.value for sentiment in Sentiment) | {"unsure"},
                "intent": frozenset(intent.value for intent in Intent),
                "subject": frozenset(name for _, name in list_names(raw, "subjects"))
                or frozenset({get_brand_name(raw)}),
                "kind": frozenset(kind.value for kind in SubjectKind),
                THEME: frozenset(name for _, name in list_names(raw, "themes")) or frozenset({""}),
                "source": FREE,
                "language": FREE,
                **more,
            }
        )


def find_faults(raw: Raw, dimensions: LabelDimensions) -> Iterator[Found]:
    for check in CHECKS:
        yield from check(raw)
    for key in FILTERS:
        for number, table in list_tables(raw, key):
            for side in ("when", "unless"):
                yield from _check_labels(table.get(side), (key, number, side), dimensions)
    yield from _check_approval(raw, dimensions)


def list_names(raw: Raw, key: str) -> list[tuple[int, str]]:
    entries = [(number, entry.get("name")) for number, entry in list_tables(raw, key)]
    return [(number, name.strip()) for number, name in entries if isinstance(name, str)]


def get_brand_name(raw: Raw) -> str:
    brand = raw.get("brand")
    name = brand.get("name") if isinstance(brand, dict) else None
    return name.strip() if isinstance(name, str) else ""


def _check_duplicate_names(raw: Raw) -> Iterator[Found]:
    for key in ("subjects", "themes", "departments", "schedules", "routes", "replies", "campaigns"):
        first: dict[str, int] = {}
        for number, name in list_names(raw, key):
            earlier = first.setdefault(name.casefold(), number)
            if earlier != number:
                yield (key, number, "name"), f"{safe_repr(name)} is already the name of {format_place((key, earlier))}"


def _check_planned_subjects(raw: Raw) -> Iterator[Found]:
    """Reject planned events and campaigns about unknown subjects: they would never match a spike."""
    subjects = [name for _, name in list_names(raw, "subjects")] or [get_brand_name(raw)]
    spikes = raw.get("spikes")
    planned = list_tables(spikes, "planned") if isinstance(spikes, dict) else ()
    places: list[tuple[Path, Raw]] = [(("spikes", "planned", number), one) for number, one in planned]
    places += [(("campaigns", number), one) for number, one in list_tables(raw, "campaigns")]
    for place, one in places:
        subject = one.get("subject")
        if isinstance(subject, str) and subject.strip() not in subjects:
            yield (*place, "subject"), f"there is no subject {safe_repr(subject)}{did_you_mean(subject, subjects)}"


def _check_campaign_parents(raw: Raw) -> Iterator[Found]:
    """Check that the umbrella of a campaign exists, and that umbrellas are one level deep."""
    tables = dict(list_tables(raw, "campaigns"))
    parents = {name: tables[number].get("parent") for number, name in list_names(raw, "campaigns")}
    for number, table in tables.items():
        parent = table.get("parent")
        if not isinstance(parent, str):
            continue
        others = [name for name in parents if name != str(table.get("name")).strip()]
        if parent.strip() not in others:
            words = f"there is no other campaign {safe_repr(parent)}{did_you_mean(parent, others)}"
            yield ("campaigns", number, "parent"), words
        elif parents[parent.strip()]:
            yield ("campaigns", number, "parent"), f"{safe_repr(parent)} has a parent itself. Name that one"


def _fold_words(entry: Raw, key: str) -> list[tuple[str, str]]:
    """List the words under a key, case-folded and as written."""
    value = ensure_list(entry.get(key, []))
    words = [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
    return [(" ".join(word.casefold().split()), word) for word in words]


def _check_shared_terms(raw: Raw) -> Iterator[Found]:
    first: dict[str, tuple[int, str]] = {}
    for number, subject in list_tables(raw, "subjects"):
        for folded, word in (*_fold_words(subject, "terms"), *_fold_words(subject, "handles")):
            earlier, name = first.setdefault(folded, (number, str(subject.get("name"))))
            if earlier != number:
                sentence = f"{safe_repr(word)} is already a term of {safe_repr(name)}. Keep one"
                yield ("subjects", number, "terms"), sentence
        excluded = {folded for folded, _ in _fold_words(subject, "exclude")}
        for folded, word in _fold_words(subject, "terms"):
            if folded in excluded:
                yield ("subjects", number, "exclude"), f"{safe_repr(word)} is also a term, so it would never match"


def _check_department(word: str, departments: list[str], path: Path) -> Iterator[Found]:
    if word.strip() not in departments:
        yield path, f"{safe_repr(word)} is not a department{did_you_mean(word, departments)}"


def _check_route_targets(raw: Raw) -> Iterator[Found]:
    departments = [name for _, name in list_names(raw, "departments")]
    for number, route in list_tables(raw, "routes"):
        to = route.get("to")
        if isinstance(to, str):
            yield from _check_department(to, [*departments, NOBODY], ("routes", number, "to"))


def _check_spike_department(raw: Raw) -> Iterator[Found]:
    spikes = raw.get("spikes")
    to = spikes.get("to") if isinstance(spikes, dict) else None
    departments = [name for _, name in list_names(raw, "departments")]
    if isinstance(to, str):
        yield from _check_department(to, departments, ("spikes", "to"))


def _check_drill_departments(raw: Raw) -> Iterator[Found]:
    drilled = raw.get("drills")
    departments = [name for _, name in list_names(raw, "departments")]
    for _, word in _fold_words(drilled, "departments") if isinstance(drilled, dict) else ():
        yield from _check_department(word, departments, ("drills", "departments"))


def _check_offers(raw: Raw) -> Iterator[Found]:
    """Check that the departments of offers and of guidance exist."""
    departments = [name for _, name in list_names(raw, "departments")]
    for key in ("offers", "guidance"):
        for number, entry in list_tables(raw, key):
            for _, word in _fold_words(entry, "departments"):
                yield from _check_department(word, departments, (key, number, "departments"))


def _check_escalations(raw: Raw) -> Iterator[Found]:
    """Check that the departments exist, and that each person is listed once."""
    departments = [name for _, name in list_names(raw, "departments")]
    for number, entry in list_tables(raw, "escalations"):
        for _, word in _fold_words(entry, "departments"):
            yield from _check_department(word, departments, ("escalations", number, "departments"))
    first: dict[str, int] = {}
    for number, entry in list_tables(raw, "people"):
        person = str(entry.get("id", ""))
        if first.setdefault(person, number) != number:
            at = format_place(("people", first[person]))
            yield ("people", number, "id"), f"{safe_repr(person)} is already in {at}"


def _check_claimants(raw: Raw) -> Iterator[Found]:
    brand = raw.get("brand")
    if isinstance(brand, dict) and brand.get("managers"):
        return
    for number, department in list_tables(raw, "departments"):
        if not department.get("deputies"):
            yield ("departments", number), "has no deputies, and [brand] has no managers, so nobody can claim its cases"


def _check_onnx_model(raw: Raw) -> Iterator[Found]:
    detectors = raw.get("detectors")
    if isinstance(detectors, dict) and detectors.get("engine") == "onnx" and "onnx" not in detectors:
        yield ("detectors", "engine"), "needs [detectors.onnx], with file, tokenizer and classes"


def _check_route_order(raw: Raw) -> Iterator[Found]:
    """Check that the last route matches all, and that no route is shadowed by an earlier one."""
    routes = list_tables(raw, "routes")
    for nth, (number, route) in enumerate(routes):
        before = next((other for other, earlier in routes[:nth] if _is_shadowing(earlier, route)), None)
        if before is not None:
            at = format_place(("routes", before))
            yield ("routes", number), f"can never match, because {at} matches the same first. Move it up, or remove it"
    if routes and (routes[-1][1].get("when", {}), routes[-1][1].get("unless", {})) != ({}, {}):
        yield ("routes", routes[-1][0], "when"), "the last route must match everything: when = {}, and no unless"


def _is_shadowing(earlier: Raw, later: Raw) -> bool:
    """Whether the earlier route matches everything that the later one does."""
    asked, asking = earlier.get("when", {}), later.get("when", {})
    if earlier.get("unless") or not isinstance(asked, dict) or not isinstance(asking, dict):
        return False
    return all(key in asking and _collect_words(asking, key) <= _collect_words(asked, key) for key in asked)


def _collect_words(entry: Raw, key: str) -> set[str]:
    value = ensure_list(entry.get(key, []))
    return {" ".join(str(word).casefold().split()) for word in (value if isinstance(value, list) else [value])}


CHECKS: tuple[Callable[[Raw], Iterator[Found]], ...] = (
    _check_duplicate_names,
    _check_shared_terms,
    _check_planned_subjects,
    _check_campaign_parents,
    _check_route_targets,
    _check_spike_department,
    _check_drill_departments,
    _check_offers,
    _check_escalations,
    _check_claimants,
    _check_onnx_model,
    _check_route_order,
    *SCHEDULE_CHECKS,
)


def _check_approval(raw: Raw, dimensions: LabelDimensions) -> Iterator[Found]:
    """Check that each word is an intent or a kind of harm, and that there is somebody to ask."""
    approval, brand = raw.get("approval"), raw.get("brand")
    words = _fold_words(approval, "for") if isinstance(approval, dict) else []
    known = [*dimensions.words["intent"], *dimensions.words.get("harm", ())]
    for _, word in words if "harm" in dimensions.words else ():
        if word not in known:
            near = did_you_mean(word, known)
            yield ("approval", "for"), f"{safe_repr(word)} is neither an intent nor a kind of harm{near}"
    managers = ensure_list(brand.get("managers", [])) if isinstance(brand, dict) else []
    has_person = isinstance(managers, list) and any(str(one).startswith(("U", "W")) for one in managers)
    if words and isinstance(approval, dict) and not approval.get("by") and not has_person:
        yield ("approval", "for"), "needs somebody who approves. Name them: by = 'U…'"


def _check_labels(asked: object, path: Path, dimensions: LabelDimensions) -> Iterator[Found]:
    if not isinstance(asked, dict):
        return
    for key, value in asked.items():
        at = (*path, key)
        words = ensure_list(value)
        if key in CONDITION_KEYS:
            yield from _check_condition(key, value, at)
        elif key not in dimensions.words:
            yield at, f"no detector knows {safe_repr(key)}{did_you_mean(key, [*dimensions.words, *CONDITION_KEYS])}"
        elif not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            yield at, "must be a word in quotes, or a list of words"
        elif not words:
            yield at, "an empty list matches nothing. Leave the key out, or name a word"
        else:
            for word in words:
                yield from _check_label(word, key, at, dimensions.words[key])


def _check_condition(key: str, value: object, at: Path) -> Iterator[Found]:
    try:
        parse_condition(key, value, "UTC")
    except ValueError as no:
        yield at, str(no)


def _check_label(word: str, dimension: str, at: Path, known: frozenset[str]) -> Iterator[Found]:
    if dimension == "language":
        try:
            normalize_language(word)
        except ValueError as no:
            yield at, str(no)
    elif dimension == "source" and (not word or any(char.isspace() or char == ":" for char in word)):
        yield at, f"{safe_repr(word)} is not the name of a source. Use one like 'x' or 'forum'"
    elif known and word not in known:
        yield at, f"{safe_repr(word)} is not a valid {dimension}{did_you_mean(word, sorted(known))}"
