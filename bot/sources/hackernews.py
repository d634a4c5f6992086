"""Hacker News: stories and comments, by the search of Algolia. Polled, without a key."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.html_text import extract_html_text
from bot.sources.mention_parser import InvalidMentionError, validate_mention
from bot.sources.outlet_client import OutletClient, OutletError
from bot.sources.polling import PolledSource, PollResult, check_outlet
from bot.sources.term_filter import TermFilter, list_search_terms

MOST_HITS = 1_000
"""Hits of one answer, and the most that Algolia gives of one search."""
MOST_PAGES = 20
OVERLAP = 2 * 3600
"""Seconds that are searched again each time: posts reach the index late, and not in their order."""
FIRST_WINDOW = 86_400
"""Seconds that are searched at the first start."""
LATE = 3600
"""The age, in seconds, of the newest post of all from which the index is said to be late: it has stopped for hours."""


class HackerNewsOptions(BaseModel):
    """`[sources.hackernews]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    every: float = Field(120.0, ge=30, le=86_400)
    """Seconds between two searches."""
    url: str = Field("https://hn.algolia.com", pattern=r"^https?://\S+$")


class HackerNewsOutlet:
    """The cursor is the time up to which it has searched and that of the first start, in epoch seconds: `1700/1600`."""

    def __init__(self, options: HackerNewsOptions, context: SourceContext) -> None:
        self._url = f"{options.url.rstrip('/')}/api/v1/search_by_date"
        self._name = context.name
        self._clock = context.clock
        self._terms = list_search_terms(context.subjects)
        self._filter = TermFilter(context.subjects)

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        now = int(self._clock.now().timestamp())
        since, start = _parse_cursor(cursor) or (now - FIRST_WINDOW, now)
        begin = max(since - OVERLAP, start) if cursor else since
        hits: dict[str, Mapping[str, Any]] = {}
        for term in self._terms:
            for hit in await self._search(client, term, begin):
                hits[str(hit.get("objectID"))] = hit
        mentions, problem = self._build_mentions(hits.values())
        newest = await self._find_newest(client)
        if newest is not None and now - newest > LATE:
            time = datetime.fromtimestamp(newest, UTC)
            problem = f"The search of Hacker News is late: its newest post is of {time:%d %b, %H:%M} UTC."
            now = newest
        return PollResult(mentions, f"{max(now, since)}/{start}", problem)

    async def _search(self, client: OutletClient, term: str, since: int) -> list[Mapping[str, Any]]:
        """Return the hits after `since`, back in time until there are no more: Algolia gives the newest 1,000 only."""
        found: list[Mapping[str, Any]] = []
        until = ""
        for _ in range(MOST_PAGES):
            query = {"query": json.dumps(term, ensure_ascii=False), "numericFilters": f"created_at_i>{since}{until}"}
            hits = await self._request(client, {**query, "hitsPerPage": MOST_HITS})
            found += hits
            times = [hit["created_at_i"] for hit in hits if isinstance(hit.get("created_at_i"), int)]
            if len(hits) < MOST_HITS or not times:
                break
            until = f",created_at_i<={min(times)}"
        return found

    async def _find_newest(self, client: OutletClient) -> int | None:
        """Return when the newest post of all was written, in epoch seconds; None if the index does not tell."""
        for hit in await self._request(client, {"query": "", "hitsPerPage": 1}):
            if isinstance(hit.get("created_at_i"), int):
                return int(hit["created_at_i"])
        return None

    async def _request(self, client: OutletClient, query: Mapping[str, str | int]) -> list[Mapping[str, Any]]:
        answer = (await client.get(self._url, {"tags": "(story,comment)", **query})).parse_json()
        hits = answer.get("hits") if isinstance(answer, dict) else None
        if not isinstance(hits, list):
            raise OutletError("answers without a list of hits")
        return [hit for hit in hits if isinstance(hit, dict)]

    def _build_mentions(self, hits: Sequence[Mapping[str, Any]] | Any) -> tuple[list[Mention], str]:
        """Return the mentions, the oldest first, and a sentence about hits that are none.

        The search tolerates typing errors, so that each hit is matched again.
        """
        mentions, problem = [], ""
        for hit in hits:
            try:
                mention = validate_mention(_map_hit(hit, self._name))
            except InvalidMentionError as wrong:
                problem = f"A post of Hacker News was skipped: {wrong}."
                continue
            if self._filter.matches(mention.text):
                mentions.append(mention)
        return sorted(mentions, key=lambda mention: mention.created_at), problem


def _map_hit(hit: Mapping[str, Any], source: str) -> dict[str, Any]:
    texts = [hit.get("title"), hit.get("story_text") or hit.get("comment_text")]
    words = [extract_html_text(text) for text in texts if isinstance(text, str) and text]
    native, story, parent = (str(hit.get(name) or "") for name in ("objectID", "story_id", "parent_id"))
    return {
        "id": native or None,
        "source": source,
        "text": "\n\n".join(words),
        "created_at": hit.get("created_at_i"),
        "url": f"https://news.ycombinator.com/item?id={native}",
        "conversation": story or native,
        "in_reply_to": parent,
        "author": hit.get("author"),
    }


def _parse_cursor(cursor: str | None) -> tuple[int, int] | None:
    try:
        since, _, start = (cursor or "").partition("/")
        return int(since), int(start)
    except ValueError:
        return None


def build_hackernews_source(options: HackerNewsOptions, context: SourceContext) -> PolledSource:
    return PolledSource(HackerNewsOutlet(options, context), options.every, context)


async def check_hackernews(options: HackerNewsOptions, context: SourceContext) -> SourceCheck:
    return await check_outlet(HackerNewsOutlet(options, context), context)


def _build_default_options(subjects: Sequence[Subject]) -> HackerNewsOptions | None:
    return HackerNewsOptions() if subjects else None


SOURCE = SourceKind(
    HackerNewsOptions,
    build_hackernews_source,
    check_hackernews,
    label="Hacker News",
    example="""
# Stories and comments of Hacker News that name a subject. Needs no key.
# [sources.hackernews]
# Seconds between two searches. Default: 120.
# every = 120
# The search to ask. Default: that of Algolia.
# url = "https://hn.algolia.com"
""",
    keyless_options=_build_default_options,
)
