"""What a page of a declared crisis is about."""

from bot.cards import crisis as cards
from bot.domain.pages.matter import CauseStatus, PageContext
from bot.domain.pages.page import Page
from bot.store.opening import Store
from bot.workers.delivery.message import link_to


class OfCrises:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def matter(self, page: Page) -> PageContext | None:
        found = await self._store.crises.find(page.cause.id)
        if found is None:
            return None
        card = f"crisis-{found.id}"
        return cards.matter(found, link_to((await self._store.outbox.load_cards([card]))[card]))

    async def standing(self, page: Page) -> CauseStatus:
        found = await self._store.crises.find(page.cause.id)
        return CauseStatus(is_over=found is None or not found.is_open)
