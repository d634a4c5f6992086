"""`/sentiment preview`: what a subject would find among the posts that were read lately. Anyone may ask."""

import asyncio
from dataclasses import dataclass

from bot.clock import Clock
from bot.detectors.subject_search import search_posts
from bot.domain.reports.preview import WINDOW, SubjectPreview, parse_preview_query
from bot.store.recent_posts import RecentPostStore


@dataclass(frozen=True, slots=True)
class SubjectPreviews:
    """Changes nothing: not the playbook, and not what is stored."""

    _posts: RecentPostStore
    _clock: Clock

    async def build_preview(self, words: str) -> SubjectPreview:
        """`words` are terms, and perhaps `exclude` with more. Raises `NotAllowed`, `StoreUnavailable`."""
        query, at = parse_preview_query(words), self._clock.now()
        posts, since = await self._posts.load(at - WINDOW)
        found = await asyncio.to_thread(search_posts, query.build_subject(), posts)
        return SubjectPreview(query, len(posts), since, at, found)
