"""What was heard lately, for what a post alone does not tell: how fast posts come, from whom, and copies.

Held in memory, because a read of Redis for each mention would cost more than it is worth. What a part of a batch adds
is written down in the call that commits it (`bot/store/lately.py`), and each process reads what the others wrote before
it assesses a batch: whoever starts again knows the last day, and of several each knows all but what is in the others'
hands at that moment. Whoever dies before its commit forgets what nobody has answered, and hears it again. Nothing that
must hold rests on it.
"""

from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.detectors.base import Background
from bot.domain.intake import build_copy_key
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Mention
from bot.store.lately import RecentBatch, RecentMention

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
MOST = 50_000
"""Mentions remembered: some 15 MB, and more than most brands have in a day."""


class Lately:
    def __init__(self) -> None:
        self._day: deque[RecentMention] = deque()
        self._quarter: deque[datetime] = deque()
        self._known: dict[str, RecentMention] = {}
        self._authors: Counter[str] = Counter()
        self._saying: dict[str, Counter[str]] = {}

    def heard(self, mention: Mention, at: datetime) -> Background:
        """What is known beside this mention, which is remembered from now on; told twice, it counts once."""
        self._forget(at)
        author = "" if mention.author.id == UNKNOWN_AUTHOR_ID else f"{mention.source}:{mention.author.id}"
        words = build_copy_key(mention, "")
        if mention.id not in self._known:
            self._remember(RecentMention(at, mention.id, author, words))
        return Background(
            recent=len(self._quarter),
            usual=self._usual(at),
            earlier=max(0, self._authors[author] - 1) if author else 0,
            copies=len(self._saying.get(words, ())) if words else 0,
            heard_at=at,
        )

    def recall(self, recent: Iterable[RecentMention], at: datetime) -> None:
        """What was heard before we started, or by others; in the order in which it was heard, or nearly."""
        for one in recent:
            if one.mention not in self._known:
                self._remember(one)
                self._forget(at)

    def share(self, by: str, mentions: Iterable[Mention], at: datetime) -> RecentBatch:
        """What is remembered of these, to be written down; of them all, as long as a worker remembers."""
        recent = [self._known[mention.id] for mention in mentions if mention.id in self._known]
        return RecentBatch(by, recent, self._day[0].at if self._day else at)

    def _usual(self, at: datetime) -> float:
        """Mentions of an earlier quarter of an hour, on average over the day as far as it is known."""
        known = (at - self._day[0].at) / QUARTER - 1
        return (len(self._day) - len(self._quarter)) / known if known >= 1 else float(len(self._quarter))

    def _remember(self, one: RecentMention) -> None:
        self._day.append(one)
        self._quarter.append(one.at)
        self._known[one.mention] = one
        self._authors[one.author] += 1
        if one.words:
            self._saying.setdefault(one.words, Counter())[one.author or one.mention] += 1

    def _forget(self, at: datetime) -> None:
        while self._quarter and at - self._quarter[0] > QUARTER:
            self._quarter.popleft()
        while self._day and (at - self._day[0].at > DAY or len(self._day) >= MOST):
            gone = self._day.popleft()
            self._known.pop(gone.mention, None)
            _less(self._authors, gone.author)
            if said := self._saying.get(gone.words):
                _less(said, gone.author or gone.mention)
                if not said:
                    del self._saying[gone.words]


def _less(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]
