"""What this process heard lately, for what a post alone does not tell: how fast posts come, from whom, and copies.

Held in memory: whoever starts again has heard nothing, so that urgency is judged lower for a while, and no copy known.
Nothing that must hold rests on it. Two processes each know their share, of what is recent and of what is usual alike.
"""

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.detectors.base import Background
from bot.domain.intake import copy_key
from bot.domain.mention import UNKNOWN, Mention

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
MOST = 50_000
"""Mentions remembered: some 15 MB, and more than most brands have in a day."""


class _Heard(NamedTuple):
    at: datetime
    mention: str
    author: str
    words: str


class Lately:
    def __init__(self) -> None:
        self._day: deque[_Heard] = deque()
        self._quarter: deque[datetime] = deque()
        self._ids: set[str] = set()
        self._authors: Counter[str] = Counter()
        self._saying: dict[str, Counter[str]] = {}

    def heard(self, mention: Mention, at: datetime) -> Background:
        """What is known beside this mention, which is remembered from now on; told twice, it counts once."""
        self._forget(at)
        author = "" if mention.author.id == UNKNOWN else f"{mention.source}:{mention.author.id}"
        words = copy_key(mention, "")
        if mention.id not in self._ids:
            self._remember(_Heard(at, mention.id, author, words))
        return Background(
            recent=len(self._quarter),
            usual=self._usual(at),
            earlier=max(0, self._authors[author] - 1) if author else 0,
            copies=len(self._saying.get(words, ())) if words else 0,
            heard_at=at,
        )

    def _usual(self, at: datetime) -> float:
        """Mentions of an earlier quarter of an hour, on average over the day as far as it is known."""
        known = (at - self._day[0].at) / QUARTER - 1
        return (len(self._day) - len(self._quarter)) / known if known >= 1 else float(len(self._quarter))

    def _remember(self, one: _Heard) -> None:
        self._day.append(one)
        self._quarter.append(one.at)
        self._ids.add(one.mention)
        self._authors[one.author] += 1
        if one.words:
            self._saying.setdefault(one.words, Counter())[one.author or one.mention] += 1

    def _forget(self, at: datetime) -> None:
        while self._quarter and at - self._quarter[0] > QUARTER:
            self._quarter.popleft()
        while self._day and (at - self._day[0].at > DAY or len(self._day) >= MOST):
            gone = self._day.popleft()
            self._ids.discard(gone.mention)
            _less(self._authors, gone.author)
            if said := self._saying.get(gone.words):
                _less(said, gone.author or gone.mention)
                if not said:
                    del self._saying[gone.words]


def _less(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]
