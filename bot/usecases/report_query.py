"""What `/sentiment` was asked: a range and a subject, department or theme, or the nearest words that mean something."""

import difflib
import html
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from bot.cards import help as help_card
from bot.cards.sanitize import escape, quote_words
from bot.domain.commits import NotAllowed
from bot.domain.reports.range_points import EXAMPLES
from bot.domain.reports.ranges import VOCABULARY, parse_range
from bot.domain.reports.report import TODAY, ReportQuery
from bot.domain.rules import PlaybookRules
from bot.domain.subject import Subject
from bot.domain.themes import THEME, Theme

HELP_WORD = "help"
OTHER_WORDS = (
    *("themes", "tempo", "preview", "export", "episodes", "episode", "campaign", "needs", "questions", "digest"),
    *("spam", "staff", "thanks", "share", HELP_WORD),
)
"""What the command answers besides ranges."""
_BEGINS_LIKE_A_RANGE = re.compile(r"(since|last|this|next|from|in|on|\d+)\b")


_QUOTES = "\"'\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb"
"""Also those that phones type."""


class ReportRules(PlaybookRules, Protocol):
    def list_themes(self) -> Sequence[Theme]: ...

    def list_subjects(self) -> Sequence[Subject]: ...


class QueryWords(NamedTuple):
    """What can be asked for, now."""

    subjects: Sequence[str] | None
    """None where figures are not by subject."""
    departments: Sequence[str]
    at: datetime
    zone: ZoneInfo
    themes: Sequence[str] = ()

    def list_queries(self) -> Mapping[str, ReportQuery]:
        """Return the query for each name; a theme that is called as a subject needs the word `theme` before it."""
        themes = {_fold_name(name): ReportQuery(theme=name) for name in self.themes}
        subjects = {_fold_name(name): ReportQuery(subject=name) for name in self.subjects or ()}
        departments = {_fold_name(name): ReportQuery(department=name) for name in self.departments}
        return themes | subjects | departments | {f"{THEME} {name}": query for name, query in themes.items()}


def parse_query(words: str, known: QueryWords) -> ReportQuery:
    """Parse a query; the range is today by default. Raises `NotAllowed` with the nearest known words."""
    said, names = normalize_words(words), {"": ReportQuery(), **known.list_queries()}
    if (scope := _fold_scope(said)) in names:
        return names[scope]
    asked, rest = parse_range(said, known.at, known.zone) or (None, said)
    if asked is not None and (scope := _fold_scope(rest)) in names:
        return replace(names[scope], period=asked.words)
    if asked is None and (found := _parse_scope_first(said, names, known)):
        return found
    _refuse_two_scopes(rest, names)
    if asked is None and (near := _correct_words(said, names, known)):
        wrong = next(one for one in said.split() if one not in near.casefold().split())
        raise NotAllowed(f"Earshot doesn't know “{quote_words(wrong)}”. Did you mean `{quote_words(near)}`?")
    if asked is None and _BEGINS_LIKE_A_RANGE.match(said):
        raise NotAllowed(f"Earshot doesn't understand the time “{quote_words(said)}”. Try {EXAMPLES}.")
    raise _refuse_scope(_fold_scope(rest), asked.words if asked else TODAY, names, known)


def _parse_scope_first(said: str, names: Mapping[str, ReportQuery], known: QueryWords) -> ReportQuery | None:
    """Return what `care last week` asks for. Raises `NotAllowed` about a time that is understood and wrong."""
    words = said.split()
    for nth in range(len(words) - 1, 0, -1):
        query = names.get(_fold_scope(" ".join(words[:nth])))
        if query and (asked := parse_range(" ".join(words[nth:]), known.at, known.zone)) and not asked[1].strip():
            return replace(query, period=asked[0].words)
    return None


def _refuse_two_scopes(words: str, names: Mapping[str, ReportQuery]) -> None:
    """Raise `NotAllowed` for `care Cloudpass` or `care theme baggage`, with both."""
    said = words.split()
    for nth in range(1, len(said)):
        first, second = (_fold_scope(" ".join(part)) for part in (said[:nth], said[nth:]))
        if first in names and second in names:
            both = " or ".join(f"“{quote_words(names[one].scope_text)}”" for one in (first, second))
            raise NotAllowed(f"Ask for one department, subject or theme at a time: {both}.")


def _correct_words(said: str, names: Mapping[str, ReportQuery], known: QueryWords) -> str:
    """Return the words with the nearest known word for each that is wrong; '' if that means nothing."""
    if near := difflib.get_close_matches(said, OTHER_WORDS, n=1):
        return near[0]
    corrected = " ".join((difflib.get_close_matches(one, VOCABULARY, n=1) or [one])[0] for one in said.split())
    with suppress(NotAllowed):
        found = parse_range(corrected, known.at, known.zone)
        if found is not None and _fold_scope(found[1]) in names:
            return replace(names[_fold_scope(found[1])], period=found[0].words).command_text
    return ""


def _refuse_scope(name: str, period: str, names: Mapping[str, ReportQuery], known: QueryWords) -> NotAllowed:
    what = f"There's no {'department' if known.subjects is None else 'subject or department'} “{quote_words(name)}”."
    prefix = f"{THEME} " if name.startswith(f"{THEME} ") else ""
    if prefix:
        what = f"There's no theme “{quote_words(name.removeprefix(prefix))}”."
    alike = [one.removeprefix(prefix) for one in names if one and one.startswith(prefix)]
    if near := difflib.get_close_matches(name.removeprefix(prefix), alike, n=1):
        meant = replace(names[prefix + near[0]], period=period).command_text
        return NotAllowed(f"{what} Did you mean `{escape(meant)}`?")
    themes = f"Themes are in `/sentiment themes {escape(period)}`. " if known.themes else ""
    subjects = "" if known.subjects is None else help_card.format_known_names("subjects", known.subjects) + " "
    return NotAllowed(
        f"{what} {subjects}"
        f"{help_card.format_known_names('departments', known.departments)} "
        f"{themes}Times are {EXAMPLES}. `/sentiment help` shows what else you can ask."
    )


def _fold_scope(words: str) -> str:
    """Return the key of a scope: `theme "lost bags"` in any quotes is `theme lost bags`."""
    first, _, rest = words.partition(" ")
    return f"{THEME} {_fold_name(rest)}" if first == THEME and rest else _fold_name(words)


def _fold_name(name: str) -> str:
    return normalize_words(name).strip(_QUOTES)


def normalize_words(words: str) -> str:
    """Fold case and blanks; unescape what Slack escapes."""
    return " ".join(html.unescape(words).casefold().split())
