"""What a page of a declared crisis is about."""

from bot.cards import crises as cards
from bot.domain.paging.context import CauseStatus, PageContext
from bot.domain.paging.page import Page
from bot.store.store import Store
from bot.workers.delivery.message import build_card_link


class CrisisContextSource:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load_context(self, page: Page) -> PageContext | None:
        found = await self._store.crises.find(page.cause.id)
        if found is None:
            return None
        card = f"crisis-{found.id}"
        return cards.build_crisis_page_context(
            found, build_card_link((await self._store.outbox.load_cards([card]))[card])
        )

    async def load_status(self, page: Page) -> CauseStatus:
        found = await self._store.crises.find(page.cause.id)
        return CauseStatus(is_over=found is None or not found.is_open)
