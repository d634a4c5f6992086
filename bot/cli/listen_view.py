"""What `earshot listen` shows: each post on a few lines, what becomes of the sources, and the summary."""

import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from bot.cards.case_mention import (
    abbreviate_number,
    format_author,
    format_case_type,
    format_kind,
    format_source,
)
from bot.cards.sanitize import SAME_DAY, sanitize_line, sanitize_url
from bot.cli.exits import guard_output, print_line
from bot.domain.case import Case
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, Route
from bot.domain.text import format_count, format_duration

STYLES = {"negative": "red", "positive": "green", "neutral": "cyan", "unclear": "yellow"}
INDENT = " " * 7
MAX_TEXT, MAX_PARENT = 400, 120
"""Characters that are shown of a post, and of the one that it answers."""


class RoutedPost(NamedTuple):
    """A post with its labels, as a case that is never stored, and the route that it would take."""

    case: Case
    route: Route

    @property
    def sentiment(self) -> str:
        found = self.case.assessment
        return "unclear" if found.is_unsure else found.sentiment.value


class SourceOutcome(NamedTuple):
    name: str
    new: int
    earlier: int
    """Posts that were there before we listened."""
    is_working: bool
    status: str
    """What is wrong, a sentence; empty if nothing is."""


class ListenView:
    """Colours and wrapped lines on a terminal, plain lines in a pipe. All words of strangers are sanitized."""

    def __init__(self, zone: tzinfo | None) -> None:
        """`zone`: that of the times; None for this machine's."""
        self._zone = zone
        self._console = Console(highlight=False) if sys.stdout.isatty() else None
        self._kinds: Counter[str] = Counter()
        self._departments: Counter[str] = Counter()

    def print_sentence(self, sentence: str, style: str = "") -> None:
        self._print(Text(sanitize_line(sentence), style))

    def print_status(self, source: str, sentence: str, *, failing: bool) -> None:
        self.print_sentence(f"{source}: {sentence}", "yellow" if failing else "dim")

    def print_post(self, post: RoutedPost, now: datetime) -> None:
        """Print who wrote where and when, what it is and where it goes, its words and its address."""
        mention = post.case.mention
        self._kinds[format_kind(post.case)] += 1
        self._departments[post.route.to] += 1
        if self._console is not None:
            self._print(Text())
        line = Text().append(f"{self._format_time(mention.created_at, now)}  ", "dim")
        line.append(format_source(mention)).append("  ").append(format_author(mention), "bold")
        line.append("".join(f" · {detail}" for detail in _list_details(mention)), "dim")
        self._print(line)
        labels = Text(_format_labels(post), STYLES[post.sentiment])
        self._print(Text(INDENT).append_text(labels).append(f" → {_format_route(post.route)}", "bold"))
        if mention.parent is not None and (answered := sanitize_line(mention.parent.text, MAX_PARENT)):
            self._print(Text(f"{INDENT}In reply to: {answered}", "dim"))
        self._print_wrapped(sanitize_line(mention.text, MAX_TEXT) or "(no words)")
        if url := sanitize_url(mention.url):
            self._print(Text(f"{INDENT}{url}", "dim"))

    def print_summary(self, sources: Sequence[SourceOutcome]) -> None:
        self._print(Text())
        self.print_sentence("Nothing was posted, and nothing was stored.", "bold")
        for one in sources:
            self.print_sentence(f"{one.name}: {_format_outcome(one)}")
        if self._kinds:
            self.print_sentence(f"By type: {_format_counts(self._kinds)}")
            self.print_sentence(f"By department: {_format_counts(self._departments)}")

    def _format_time(self, at: datetime, now: datetime) -> str:
        local = at.astimezone(self._zone)
        return f"{local:%H:%M}" if now - at < SAME_DAY else f"{local.day} {local:%b %Y %H:%M}"

    def _print_wrapped(self, words: str) -> None:
        width = max(self._console.width - len(INDENT), 20) if self._console else MAX_TEXT * 2
        for line in textwrap.wrap(words, width):
            self._print(Text(f"{INDENT}{line}"))

    def _print(self, line: Text) -> None:
        if self._console is None:
            print_line(line.plain)
            return
        with guard_output():
            self._console.print(line, soft_wrap=True)


def _list_details(mention: Mention) -> list[str]:
    followers, rating = mention.author.followers, mention.rating
    return [
        *([f"{abbreviate_number(followers)} followers"] if followers is not None else []),
        *([rating.describe()] if rating else []),
        *([sanitize_line(mention.place, 60)] if mention.place not in {"", mention.author.name} else []),
    ]


def _format_labels(post: RoutedPost) -> str:
    case = post.case
    kind = format_case_type(case) if case.is_urgent else f"{format_kind(case)} · {post.sentiment}"
    subject = sanitize_line(case.assessment.subject or "no subject", 80)
    return f"{kind} · {case.priority.value} priority · {subject}"


def _format_route(route: Route) -> str:
    if route.to == NOBODY:
        return f'nobody, by rule "{sanitize_line(route.name, 60)}"'
    claim = route.clocks.claim_within
    due = f", claim within {format_duration(claim)}" if claim else ""
    return f'{sanitize_line(route.to, 60)}{due}, by rule "{sanitize_line(route.name, 60)}"'


def _format_outcome(one: SourceOutcome) -> str:
    if not one.is_working:
        return one.status or "no answer yet."
    seen = format_count(one.new, "new post")
    earlier = f", {format_count(one.earlier, 'earlier one')}" if one.earlier else ""
    return f"{seen}{earlier}" + (f". {one.status}" if one.status else "")


def _format_counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())
