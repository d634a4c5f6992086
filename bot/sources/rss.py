"""Feeds: RSS, Atom and JSON Feed, such as Google Alerts, blogs, forums and the press. Polled, without a key."""

import asyncio
import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from bot.clock import Clock
from bot.domain.mention import Mention
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.mention_parser import InvalidMentionError, validate_mention
from bot.sources.outlet_client import MAX_BODY, TOO_LONG, OutletClient, OutletError, Validators
from bot.sources.polling import PolledSource, PollResult, check_outlet, split_edits
from bot.sources.rss_parser import MOST_ENTRIES, Feed, FeedEntry, parse_feed
from bot.sources.term_filter import TermFilter

_NOBODY = frozenset(
    [
        *("admin", "administrator", "anonymous", "autor", "author", "blogger", "by", "desk", "editor", "editorial"),
        *("editors", "guest", "info", "mail", "news", "newsroom", "noreply", "office", "online", "press", "redaktion"),
        *("reply", "reporter", "staff", "team", "the", "unknown", "webmaster", "wordpress"),
    ]
)
"""Words of a byline that names no person."""
_WORD = re.compile(r"\w+")
OLDEST = timedelta(days=13)
"""Entries that come back are dropped by their id for 14 days; after that, by their age."""


class RssOptions(BaseModel):
    """`[sources.rss.<name>]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = True

    url: str = Field(pattern=r"^https?://\S+$", max_length=2000)
    every: float = Field(300.0, ge=60, le=86_400)
    """Seconds between two requests."""
    everything: bool = False
    """Whether to take every entry, as of a search that is made elsewhere, or only those that name a subject."""


class KnownEntry(NamedTuple):
    """What is kept of an entry, to find out whether it is new or another wording."""

    words: str
    """A checksum of its words."""
    first_seen: int
    """Epoch seconds; 0 if it was there at the first start."""


@dataclass(slots=True)
class FeedCursor:
    """The position in a feed: which entries are known. Feeds have no order that could be trusted."""

    entries: dict[str, KnownEntry] = field(default_factory=dict)
    newest: int = 0
    """Epoch seconds of the newest entry."""
    validators: Validators = field(default_factory=Validators)
    moved_to: str = ""
    floor: int = 0
    """Epoch seconds: what is older was left out of a feed that is too long, and is not news later. 0: nothing was."""

    @classmethod
    def parse(cls, raw: str | None) -> Self:
        """An unreadable cursor is an empty one that knows that it is not the first start."""
        try:
            read = json.loads(raw or "{}")
            entries = {key: KnownEntry(str(one[0]), int(one[1])) for key, one in read.get("entries", {}).items()}
            validators = Validators(*map(str, read.get("validators", ())))
            newest, floor = (int(read.get(name, 0)) for name in ("newest", "floor"))
            return cls(entries, newest, validators, str(read.get("moved_to", "")), floor)
        except (ValueError, TypeError, AttributeError, IndexError, KeyError):
            return cls()

    def dump(self) -> str:
        kept = dict(list(self.entries.items())[-MOST_ENTRIES:])
        state = {"entries": kept, "newest": self.newest, "validators": self.validators, "moved_to": self.moved_to}
        state |= {"floor": self.floor} if self.floor else {}
        return json.dumps(state, separators=(",", ":"))


class RssOutlet:
    def __init__(self, options: RssOptions, context: SourceContext) -> None:
        self._options = options
        self._name = context.name
        self._clock: Clock = context.clock
        self._filter = TermFilter(context.subjects)

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        known = FeedCursor.parse(cursor)
        answer = await client.get(known.moved_to or self._options.url, validators=known.validators, cut=True)
        if answer.is_unchanged:
            return PollResult([], cursor or known.dump())
        if answer.is_cut and answer.body.lstrip()[:1] == b"{":
            raise OutletError(TOO_LONG)  # JSON without its end cannot be read
        feed = await asyncio.to_thread(parse_feed, answer.body, answer.url, answer.headers.get("content-type", ""))
        now = self._clock.now()
        new = [entry for entry in feed.entries if self._record_entry(known, entry, now, first=cursor is None)]
        known.validators, known.moved_to = answer.validators, answer.moved_to or known.moved_to
        found, problem = self._build_mentions(feed, new, known, now)
        mentions, edits = (found, []) if self._options.everything else split_edits(found, self._filter)
        if feed.total > len(feed.entries):
            problem = f"The feed has {feed.total:,} entries. Only its newest {MOST_ENTRIES:,} are read."
            times = [int(entry.published.timestamp()) for entry in feed.entries if entry.published]
            known.floor = max([known.floor, *times[-1:]])
        if answer.is_cut:
            problem = f"The feed is longer than {MAX_BODY // 1_000_000} MB. Only its beginning is read."
        return PollResult(mentions, known.dump(), problem, edits=edits)

    def _record_entry(self, known: FeedCursor, entry: FeedEntry, now: datetime, *, first: bool) -> bool:
        """Return whether an entry is new, or a later wording of one that was new once."""
        key, words = self._derive_key(entry), f"{zlib.crc32(entry.words.encode('utf-8', 'replace')):08x}"
        before = known.entries.pop(key, None)  # and to the end: those that left the feed are dropped first
        published = int(entry.published.timestamp()) if entry.published else 0
        too_old = 0 < published < max(known.floor, known.newest - OLDEST.total_seconds())
        known.newest = max(known.newest, min(published, int(now.timestamp())))
        seen = before.first_seen if before else 0 if first else int(now.timestamp())
        known.entries[key] = KnownEntry(words, seen)
        if before is None:
            return first or not too_old
        return before.words != words and before.first_seen > 0

    def _derive_key(self, entry: FeedEntry) -> str:
        name = entry.id or entry.link or f"{entry.title}\n{entry.published}"
        return hashlib.sha256(f"{self._options.url}\n{name}".encode("utf-8", "replace")).hexdigest()[:24]

    def _build_mentions(
        self, feed: Feed, entries: Sequence[FeedEntry], known: FeedCursor, now: datetime
    ) -> tuple[list[Mention], str]:
        """Return the mentions, the oldest first, and a sentence about those that could not be made."""
        mentions, problem = [], ""
        for entry in reversed(entries):  # the newest come first, also of one second
            key = self._derive_key(entry)
            is_edit = 0 < known.entries[key].first_seen < int(now.timestamp())
            if not entry.words or not (is_edit or self._options.everything or self._filter.matches(entry.words)):
                continue
            try:
                mentions.append(self._build_mention(feed, entry, f"{self._name}:{key}", known.entries[key], now))
            except InvalidMentionError as wrong:
                problem = f"An entry of the feed was skipped: {wrong}."
        return sorted(mentions, key=lambda mention: mention.created_at), problem

    def _build_mention(
        self, feed: Feed, entry: FeedEntry, mention_id: str, known: KnownEntry, now: datetime
    ) -> Mention:
        host = urlsplit(entry.link or self._options.url).hostname or self._name
        published = entry.published or datetime.fromtimestamp(known.first_seen or now.timestamp(), UTC)
        is_edit = 0 < known.first_seen < int(now.timestamp())
        return validate_mention(
            {
                "id": mention_id,
                "source": self._name,
                "text": entry.words,
                "created_at": published,
                "edited_at": max(filter(None, (entry.updated, now if not entry.updated else None)))
                if is_edit
                else None,
                "url": entry.link[:3000],
                "lang": feed.lang[:35],
                "place": feed.title,
                "author": {
                    "id": f"{host}/{entry.author}"[:300],
                    "name": entry.author or feed.title or host,
                    "outlet": _is_outlet(entry.author, feed.title, host),
                },
            }
        )


def _is_outlet(byline: str, title: str, host: str) -> bool:
    """Return whether a byline names no person: it is absent, or has only words of the feed's title and its host."""
    words, labels = _WORD.findall(byline.casefold()), host.casefold().split(".")
    known = _NOBODY.union(_WORD.findall(title.casefold()), labels)
    return "".join(words) in labels or known.issuperset(words)


def build_rss_source(options: RssOptions, context: SourceContext) -> PolledSource:
    return PolledSource(RssOutlet(options, context), options.every, context)


async def check_rss(options: RssOptions, context: SourceContext) -> SourceCheck:
    return await check_outlet(RssOutlet(options, context), context)


SOURCE = SourceKind(
    RssOptions,
    build_rss_source,
    check_rss,
    gives=("place",),
    example="""
# A feed: RSS, Atom or JSON Feed. Each has a name of your own, which cards show.
# [sources.rss.press]
# url = "https://news.example/feed.xml"
# Seconds between two requests. Default: 300.
# every = 300
# Take every entry, as of a Google Alert, which has searched already. Default: only those that name a subject.
# everything = false
""",
)
