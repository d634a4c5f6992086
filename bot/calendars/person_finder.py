"""Whom an event means: a name of the playbook in its title, else somebody invited who did not decline."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from bot.calendars.title_roles import NAME, TitleRole, classify_role, is_cancelled, parse_roles

_ACCENTS = re.compile("[\u0300-\u036f]")
_ALIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "‐": "-", "‑": "-"})
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Scripts that write a title or a particle next to a name without a space."""
_AFTER_NAME = re.compile(r"\s*[(\[].*$")
_WORD_LINK = re.compile(
    r"(?<![^\W_])(on-?call|primary|secondary|back-?up)-(?=[^\W_])|(?<=[^\W_])-(?=(?:on-?call|primary|secondary|back-?up)\b)"
)
"""`raj-oncall` is two words, other than `mia-sophie`."""
LONGEST_TITLE = 500
_PRIVATE = range(0xE000, 0xF900)
_NO_PERSON = frozenset({"ROOM", "RESOURCE"})
_NOT_COMING = frozenset({"DECLINED", "DELEGATED"})
_UNANSWERED = "NEEDS-ACTION"
_ANSWERS = ("ACCEPTED", "TENTATIVE", _UNANSWERED)
"""The surer answer first. A word that RFC 5545 does not know counts like no answer."""


def normalize_name(words: str) -> str:
    """Fold case, accents, apostrophes, kinds of blank and invisible characters."""
    plain = "".join(char for char in words if unicodedata.category(char) != "Cf")
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain.translate(_ALIKE).casefold()))
    return " ".join(unicodedata.normalize("NFKC", bare).translate(_ALIKE).split())


class EventAttendee(NamedTuple):
    """`known_by` are the normalized address and name of an attendee."""

    known_by: frozenset[str]
    answer: str
    optional: bool


class PersonFinder:
    """The names and addresses of the playbook, as whole words of a title or as somebody invited."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._people: dict[str, str] = {}
        for name, person in named:
            for form in _iter_name_forms(normalize_name(name)):
                self._people.setdefault(form, person)
        self._patterns = [(_compile_whole_word(form), person) for form, person in self._people.items()]

    def can_mention(self, words: str) -> bool:
        """Tell quickly whether the raw title and attendees of an event can name anybody at all."""
        plain = normalize_name(words.replace("\\", ""))
        return any(form in plain for form in self._people)

    def find(self, event: Any) -> str:
        """Return the person whom a parsed event means, or an empty string."""
        return self._find_with_role(event)[0]

    def is_backup(self, event: Any) -> bool:
        """Tell whether that person comes second."""
        return self._find_with_role(event)[1] is TitleRole.BACKUP

    def _find_with_role(self, event: Any) -> tuple[str, TitleRole]:
        title = normalize_name(str(event.get("SUMMARY", ""))[:LONGEST_TITLE])
        named = self._find_in_title(title)
        whole = classify_role(title)
        present = sorted((one for one in named if one[1] is not TitleRole.ABSENT), key=lambda one: one[1])
        absent = not present if named else whole is TitleRole.ABSENT
        if absent or is_cancelled(title) or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "OOF":
            return "", TitleRole.ABSENT
        invited = list(_iter_attendees(event))
        away = {self._match_attendee(one) for one in invited if one.answer in _NOT_COMING}
        away.update(person for person, part in named if part is TitleRole.ABSENT)
        asked = [(self._match_attendee(one), whole) for one in _sort_by_answer(invited, _find_organizer(event))]
        return next((one for one in [*present, *asked] if one[0] and one[0] not in away), ("", TitleRole.ABSENT))

    def _find_in_title(self, title: str) -> list[tuple[str, TitleRole]]:
        """Everybody it names, in their order, and the longest of the names that begin at one place."""
        words = _WORD_LINK.sub(r"\1 - ", re.sub(NAME, "", title))
        found = sorted((one.start(), -one.end(), who) for name, who in self._patterns for one in name.finditer(words))
        marked, at, people = "", 0, dict[str, str]()
        for start, end, person in found:
            if start >= at:
                mark = chr(_PRIVATE[len(people)])
                people[mark] = person
                marked, at = marked + words[at:start] + mark, -end
        return [(people[mark], part) for mark, part in parse_roles(marked + words[at:])]

    def _match_attendee(self, one: EventAttendee) -> str:
        return next((person for form, person in self._people.items() if form in one.known_by), "")


def _iter_name_forms(name: str) -> Iterator[str]:
    """The name, and as directories sort it: `lima, ana`."""
    if name:
        yield name
    first, _, last = name.rpartition(" ")
    if first and "," not in name:
        yield f"{last}, {first}"


def _compile_whole_word(name: str) -> re.Pattern[str]:
    """A hyphen is inside a word."""
    before = "" if _UNSPACED.match(name[0]) else r"(?<![^\W_])(?<![^\W\d_]-)"
    after = "" if _UNSPACED.match(name[-1]) else r"(?![^\W_])(?!-[^\W\d_])"
    return re.compile(before + re.escape(name) + after)


def _iter_attendees(event: Any) -> Iterator[EventAttendee]:
    found = event.get("ATTENDEE", [])
    for one in found if isinstance(found, list) else [found]:
        kind, role = _read_parameter(one, "CUTYPE"), _read_parameter(one, "ROLE")
        if kind not in _NO_PERSON and role != "NON-PARTICIPANT":
            answer = _read_parameter(one, "PARTSTAT")
            known = answer in _NOT_COMING or answer in _ANSWERS
            yield EventAttendee(_collect_identifiers(one), answer if known else _UNANSWERED, role == "OPT-PARTICIPANT")


def _sort_by_answer(invited: list[EventAttendee], organizer: frozenset[str]) -> list[EventAttendee]:
    """Who organizes for others is invited by the way only: they count where they are alone."""
    coming = [one for one in invited if one.answer in _ANSWERS]
    if len(invited) > 1:
        coming = [one for one in coming if not one.known_by & organizer]
    return sorted(coming, key=lambda one: (one.optional, _ANSWERS.index(one.answer)))


def _find_organizer(event: Any) -> frozenset[str]:
    found = event.get("ORGANIZER")
    return frozenset() if found is None else _collect_identifiers(found[0] if isinstance(found, list) else found)


def _collect_identifiers(one: Any) -> frozenset[str]:
    name = normalize_name(str(one.params.get("CN", "")))
    address = normalize_name(str(one)).removeprefix("mailto:")
    said = {name, _AFTER_NAME.sub("", name), address, normalize_name(str(one.params.get("EMAIL", "")))}
    return frozenset(said - {""})


def _read_parameter(one: Any, parameter: str) -> str:
    return str(one.params.get(parameter, "")).upper()
