"""What a page to the operators is about: Earshot itself."""

from bot.cards import health as cards
from bot.domain.health import issues
from bot.domain.paging.context import CauseStatus, PageContext
from bot.domain.paging.page import Page
from bot.store.store import Store


class HealthContextSource:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = (await self._store.health_state.load()).find_issue(page.cause.id, page.cause.round)
        return cards.build_health_page_context(found) if found else None

    async def load_status(self, page: Page) -> CauseStatus:
        return issues.get_issue_cause_status(await self._store.health_state.load(), page)
