"""Hacker News: stories and comments, by the search of Algolia. Polled, without a key."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.subject import Subject
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.html_text import extract_html_text
from bot.sources.outlet_client import OutletClient
from bot.sources.polling import PolledSource, PollResult, TimeCursor, build_mentions, check_outlet, read_list
from bot.sources.term_filter import list_search_terms

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
    def __init__(self, options: HackerNewsOptions, context: SourceContext) -> None:
        self._url = f"{options.url.rstrip('/')}/api/v1/search_by_date"
        self._name = context.name
        self._clock = context.clock
        self._terms = list_search_terms(context.subjects)
        self._filter = context.build_term_filter()

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        now = self._clock.now()
        position = TimeCursor.parse(cursor, now)
        begin = position.subtract_overlap(OVERLAP) if cursor else position.since - FIRST_WINDOW
        hits = [hit for term in self._terms for hit in await self._search(client, term, begin)]
        mentions, problem = build_mentions(reversed(hits), self._map_hit, self._filter)
        until = int(now.timestamp())
        newest = await self._find_newest(client)
        if newest is not None and until - newest > LATE:
            time = datetime.fromtimestamp(newest, UTC)
            problem = f"The search of Hacker News is late: its newest post is of {time:%d %b, %H:%M} UTC."
            until = newest
        return PollResult(mentions, position._replace(since=max(until, position.since)).dump(), problem)

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
        return read_list(await client.get(self._url, {"tags": "(story,comment)", **query}), "hits")

    def _map_hit(self, hit: Mapping[str, Any]) -> dict[str, Any]:
        texts = [hit.get("title"), hit.get("story_text") or hit.get("comment_text")]
        words = [extract_html_text(text) for text in texts if isinstance(text, str) and text]
        native, story, parent = (str(hit.get(name) or "") for name in ("objectID", "story_id", "parent_id"))
        return {
            "id": native or None,
            "source": self._name,
            "text": "\n\n".join(words),
            "created_at": hit.get("created_at_i"),
            "url": f"https://news.ycombinator.com/item?id={native}",
            "conversation": story or native,
            "in_reply_to": parent,
            "author": hit.get("author"),
            "engagement": {"likes": hit.get("points"), "replies": hit.get("num_comments")},
        }


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
