"""What a page to the operators is about: Earshot itself."""

from bot.cards import vigil as cards
from bot.domain.pages.matter import CauseStatus, PageContext
from bot.domain.pages.page import Page
from bot.domain.vigil import troubles
from bot.store.opening import Store


class HealthContextSource:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = (await self._store.health_state.load()).find_issue(page.cause.id, page.cause.round)
        return cards.build_health_page_context(found) if found else None

    async def load_status(self, page: Page) -> CauseStatus:
        return troubles.get_issue_cause_status(await self._store.health_state.load(), page)
