"""What pages are about, by the kind of their cause; and how each cause stands."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.cards import spikes as episode_card
from bot.cards.page_text import build_case_page_context, merge_page_contexts
from bot.domain.case import Case, CaseStatus
from bot.domain.paging import case_page
from bot.domain.paging.context import CauseStatus, PageContext
from bot.domain.paging.page import CauseKind, Page
from bot.domain.spikes import episode_page
from bot.store.record_reader import UnreadableRecordError
from bot.store.store import Store
from bot.workers.delivery.message import build_card_link


class ContextSource(Protocol):
    """Knows the causes of one kind."""

    async def load_context(self, page: Page) -> PageContext | None:
        """None where it is gone."""
        ...

    async def load_status(self, page: Page) -> CauseStatus: ...


class PageContexts:
    """What nobody knows anything of, or cannot read, is called for all the same, in few words."""

    def __init__(self, sources: Mapping[CauseKind, ContextSource], zone: Callable[[], str]) -> None:
        self._sources = sources
        self._zone = zone

    async def load_context(self, page: Page) -> PageContext | None:
        """None where it is gone. Its time is in the brand's own zone, since a text message cannot know the reader's."""
        source = self._sources.get(page.cause.kind)
        what = f"{page.cause.kind.value} {page.cause.id}"
        found: PageContext | None = PageContext(
            headline=what, severity_text="", since=page.opened_at, location=page.department
        )
        if source is not None:
            with suppress(UnreadableRecordError):
                found = await source.load_context(page)
        if found is None:
            return None
        zone = ZoneInfo(self._zone())
        newest_at = found.newest_at.astimezone(zone) if found.newest_at else None
        return found._replace(since=found.since.astimezone(zone), newest_at=newest_at)

    async def load_status(self, page: Page) -> CauseStatus:
        """What cannot be read is not over: it is called for until somebody answers."""
        source = self._sources.get(page.cause.kind)
        try:
            return await source.load_status(page) if source else CauseStatus()
        except UnreadableRecordError:
            return CauseStatus()


async def _load_case(store: Store, page: Page) -> Case | None:
    """None where it is gone. Raises `UnreadableRecordError`."""
    found = (await store.cases.find([page.cause.id])).get(page.cause.id)
    if found is None and store.cases.is_unreadable(page.cause.id):
        raise UnreadableRecordError("case")
    return found


async def _load_card_link(store: Store, record_name: str) -> str:
    return build_card_link((await store.outbox.load_cards([record_name]))[record_name])


class CaseContextSource:
    """A case: what was said, by whom, how urgent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = await _load_case(self._store, page)
        if found is None:
            return None
        first = await self._build_case_context(page, found)
        storm = await self._store.pages.load_group(page.id)
        newest = (await self._store.cases.find([storm.newest])).get(storm.newest)
        said_at = found.alarmed_by.at if found.alarmed_by and page.news else None
        if newest is None or storm.newest_at is None or (said_at and said_at > storm.newest_at):
            return first._replace(newest_at=said_at, earlier_count=storm.cases)
        return merge_page_contexts(await self._build_case_context(page, newest), storm.newest_at, first, storm.cases)

    async def _build_case_context(self, page: Page, case: Case) -> PageContext:
        """In the words that made a crisis of it, if these are not its first."""
        by = case.alarmed_by.mention if case.alarmed_by else ""
        said = await self._store.cases.find_joined(case.id, by) if by else None
        return build_case_page_context(
            case, await _load_card_link(self._store, case.id), said, again=page.unclaimed is not None and not page.news
        )

    async def load_status(self, page: Page) -> CauseStatus:
        found = await _load_case(self._store, page)
        if found is None:
            return CauseStatus(is_over=True)
        standing = case_page.get_case_cause_status(page, found)
        if standing.is_over or standing.owner or page.leader:
            return standing
        newest = (await self._store.pages.load_group(page.id)).newest
        other = (await self._store.cases.find([newest])).get(newest) if newest else None
        return CauseStatus(owner=other.owner) if other and other.status is CaseStatus.CLAIMED else standing


class EpisodeContextSource:
    """A spike: what is unusual, since when, and one of its posts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = await self._store.episodes.get(page.cause.id)
        return (
            episode_card.build_spike_page_context(found, await _load_card_link(self._store, found.id))
            if found
            else None
        )

    async def load_status(self, page: Page) -> CauseStatus:
        found = await self._store.episodes.get(page.cause.id)
        return episode_page.get_episode_cause_status(found) if found else CauseStatus(is_over=True)
