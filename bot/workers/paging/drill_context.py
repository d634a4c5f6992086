"""What a page of a drill is about: nothing, and everybody is told so."""

from bot.cards import drills as cards
from bot.domain import drills
from bot.domain.paging.context import CauseStatus, PageContext
from bot.domain.paging.page import Page
from bot.store.store import Store


class DrillContextSource:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = await self._store.drills.get(page.department)
        return cards.build_drill_page_context(found) if found is not None and found.page == page.id else None

    async def load_status(self, page: Page) -> CauseStatus:
        return drills.get_drill_cause_status(page)
