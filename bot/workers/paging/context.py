"""What pages are about, by the kind of their cause, and the status of each cause."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.cards.crises import build_crisis_page_context
from bot.cards.drills import build_drill_page_context
from bot.cards.health import build_health_page_context
from bot.cards.page_text import build_case_page_context, merge_page_contexts
from bot.cards.spikes import build_spike_page_context
from bot.domain.case import Case, CaseStatus
from bot.domain.drills import get_drill_cause_status
from bot.domain.health.issues import get_issue_cause_status
from bot.domain.paging.case_page import get_case_cause_status
from bot.domain.paging.context import CauseStatus, PageContext
from bot.domain.paging.page import CauseKind, Page, Severity
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.paging.re_escalation import find_recheck_time
from bot.domain.spikes.episode_page import get_episode_cause_status
from bot.store.record_reader import UnreadableRecordError
from bot.store.store import Store
from bot.workers.delivery.message import build_card_link


class ContextSource(Protocol):
    """Load the causes of one kind."""

    async def load_context(self, page: Page) -> PageContext | None:
        """Return None if the cause is gone. Raises `UnreadableRecordError`."""

    async def load_status(self, page: Page) -> CauseStatus:
        """Raises `UnreadableRecordError`."""


class PageContexts:
    """A page whose cause is unknown or unreadable is sent all the same, with a short text."""

    def __init__(
        self,
        sources: Mapping[CauseKind, ContextSource],
        zone: Callable[[], str],
        get_policy: Callable[[Severity, str], EscalationPolicy],
    ) -> None:
        self._sources = sources
        self._zone = zone
        self._get_policy = get_policy

    async def load_context(self, page: Page) -> PageContext | None:
        """Return None if the cause is gone. Times are in the brand's zone: a text message cannot know the reader's."""
        source = self._sources.get(page.cause.kind)
        title = f"{page.cause.kind.value} {page.cause.id}"
        found: PageContext | None = PageContext(title, "", since=page.opened_at, location=page.department)
        if source is not None:
            with suppress(UnreadableRecordError):
                found = await source.load_context(page)
        if found is None:
            return None
        zone = ZoneInfo(self._zone())
        newest_at = found.newest_at.astimezone(zone) if found.newest_at else None
        again_at = find_recheck_time(page, self._get_policy(page.severity, page.department))
        return found._replace(
            since=found.since.astimezone(zone),
            newest_at=newest_at,
            again_at=again_at.astimezone(zone) if again_at else None,
        )

    async def load_status(self, page: Page) -> CauseStatus:
        """Return the status; a cause that cannot be read is not over, so that the page rings until it is answered."""
        source = self._sources.get(page.cause.kind)
        try:
            return await source.load_status(page) if source else CauseStatus()
        except UnreadableRecordError:
            return CauseStatus()


async def _load_case(store: Store, page: Page) -> Case | None:
    """Return None if the case is gone. Raises `UnreadableRecordError`."""
    found = (await store.cases.find([page.cause.id])).get(page.cause.id)
    if found is None and store.cases.is_unreadable(page.cause.id):
        raise UnreadableRecordError("case")
    return found


async def _load_card_link(store: Store, record_name: str) -> str:
    return build_card_link((await store.outbox.load_cards([record_name]))[record_name])


class CaseContextSource:
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
        """Quote the mention that made the case a crisis, if that was not its first."""
        alarm_id = case.alarmed_by.mention if case.alarmed_by else ""
        alarm = await self._store.cases.find_joined(case.id, alarm_id) if alarm_id else None
        again = page.unclaimed is not None and not page.news
        return build_case_page_context(case, await _load_card_link(self._store, case.id), alarm, again=again)

    async def load_status(self, page: Page) -> CauseStatus:
        found = await _load_case(self._store, page)
        if found is None:
            return CauseStatus(is_over=True)
        status = get_case_cause_status(page, found)
        if status.is_over or status.owner or page.leader:
            return status
        newest = (await self._store.pages.load_group(page.id)).newest
        other = (await self._store.cases.find([newest])).get(newest) if newest else None
        return CauseStatus(owner=other.owner) if other and other.status is CaseStatus.CLAIMED else status


class EpisodeContextSource:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = await self._store.episodes.get(page.cause.id)
        return build_spike_page_context(found, await _load_card_link(self._store, found.id)) if found else None

    async def load_status(self, page: Page) -> CauseStatus:
        found = await self._store.episodes.get(page.cause.id)
        return get_episode_cause_status(found) if found else CauseStatus(is_over=True)


class CrisisContextSource:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = await self._store.crises.find(page.cause.id)
        link = await _load_card_link(self._store, f"crisis-{found.id}") if found else ""
        return build_crisis_page_context(found, link) if found else None

    async def load_status(self, page: Page) -> CauseStatus:
        found = await self._store.crises.find(page.cause.id)
        return CauseStatus(is_over=found is None or not found.is_open)


class DrillContextSource:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = await self._store.drills.get(page.department)
        return build_drill_page_context(found) if found is not None and found.page == page.id else None

    async def load_status(self, page: Page) -> CauseStatus:
        return get_drill_cause_status(page)


class HealthContextSource:
    """A health issue of Earshot itself, which pages the operators."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = (await self._store.health_state.load()).find_issue(page.cause.id, page.cause.round)
        return build_health_page_context(found) if found else None

    async def load_status(self, page: Page) -> CauseStatus:
        return get_issue_cause_status(await self._store.health_state.load(), page)


def build_context_sources(store: Store) -> Mapping[CauseKind, ContextSource]:
    return {
        CauseKind.CASE: CaseContextSource(store),
        CauseKind.EPISODE: EpisodeContextSource(store),
        CauseKind.DRILL: DrillContextSource(store),
        CauseKind.CRISIS: CrisisContextSource(store),
        CauseKind.OPERATORS: HealthContextSource(store),
    }
