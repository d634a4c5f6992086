"""A cache of the last day's mentions: how fast they come, how often an author posts, and copies of a text.

Held in memory, because a read of Redis for each mention would cost too much. What a batch adds is saved with its
commit (`bot/store/recent_mentions.py`), and each process loads what the others saved before it assesses a batch.
The cache is best effort: no decision that must be right depends on it.
"""

from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.detectors.detector import MentionStats
from bot.domain.cases.intake import build_copy_key
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Mention
from bot.store.recent_mentions import RecentBatch, RecentMention

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
MAX_MENTIONS = 50_000
"""Mentions remembered: some 15 MB, and more than most brands have in a day."""


class RecentMentions:
    def __init__(self) -> None:
        self._last_day: deque[RecentMention] = deque()
        self._last_quarter: deque[datetime] = deque()
        self._by_mention: dict[str, RecentMention] = {}
        self._authors: Counter[str] = Counter()
        self._authors_by_text: dict[str, Counter[str]] = {}

    def record_mention(self, mention: Mention, at: datetime) -> MentionStats:
        """Add a mention, once, and return the statistics around it."""
        self._evict_old(at)
        author = "" if mention.author.id == UNKNOWN_AUTHOR_ID else f"{mention.source}:{mention.author.id}"
        words = build_copy_key(mention, "")
        if mention.id not in self._by_mention:
            self._add_recent(RecentMention(at, mention.id, author, words))
        return MentionStats(
            recent=len(self._last_quarter),
            expected=self._compute_usual_rate(at),
            earlier=max(0, self._authors[author] - 1) if author else 0,
            copies=len(self._authors_by_text.get(words, ())) if words else 0,
            received_at=at,
        )

    def load_recent(self, recent: Iterable[RecentMention], at: datetime) -> None:
        """Add mentions of other processes, roughly in order of arrival."""
        for one in recent:
            if one.mention not in self._by_mention:
                self._add_recent(one)
                self._evict_old(at)

    def export_recent(self, by: str, mentions: Iterable[Mention], at: datetime) -> RecentBatch:
        """Return what is cached of these mentions, to be saved with a commit."""
        recent = [self._by_mention[mention.id] for mention in mentions if mention.id in self._by_mention]
        return RecentBatch(by, recent, self._last_day[0].at if self._last_day else at)

    def _compute_usual_rate(self, at: datetime) -> float:
        """Return the average number of mentions in 15 min over the day, as far as it is known."""
        known = (at - self._last_day[0].at) / QUARTER - 1
        return (len(self._last_day) - len(self._last_quarter)) / known if known >= 1 else float(len(self._last_quarter))

    def _add_recent(self, one: RecentMention) -> None:
        self._last_day.append(one)
        self._last_quarter.append(one.at)
        self._by_mention[one.mention] = one
        self._authors[one.author] += 1
        if one.words:
            self._authors_by_text.setdefault(one.words, Counter())[one.author or one.mention] += 1

    def _evict_old(self, at: datetime) -> None:
        while self._last_quarter and at - self._last_quarter[0] > QUARTER:
            self._last_quarter.popleft()
        while self._last_day and (at - self._last_day[0].at > DAY or len(self._last_day) >= MAX_MENTIONS):
            gone = self._last_day.popleft()
            self._by_mention.pop(gone.mention, None)
            _decrement_count(self._authors, gone.author)
            if said := self._authors_by_text.get(gone.words):
                _decrement_count(said, gone.author or gone.mention)
                if not said:
                    del self._authors_by_text[gone.words]


def _decrement_count(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]
