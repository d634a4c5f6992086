"""What is said in the operators' channel: drawn from the trouble as it is now."""

from bot.cards import health as cards
from bot.cards.block_kit import RenderedMessage
from bot.domain.department import Department
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.page import derive_page_id
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.store import Store

KINDS = frozenset({NotificationKind.UNWELL, NotificationKind.WELL})


class HealthMessages:
    def __init__(self, store: Store, rules: PlaybookRules) -> None:
        self._store = store
        self._rules = rules

    async def render_health_message(self, pending: Notification) -> tuple[RenderedMessage | None, Department]:
        """Nothing of a trouble that was over before it could be said."""
        department = get_department_or_lost(self._rules, str(pending.to))
        found = (await self._store.health_state.load()).find_issue(pending.subject_id, pending.nth)
        if found is None:
            return None, department
        if pending.kind is NotificationKind.WELL:
            return cards.render_health_recovered(found), department
        name = derive_page_id(found.cause)
        page = (await self._store.pages.find([name])).get(name)
        return (None if found.over_at else cards.render_health_issue(found, page)), department
