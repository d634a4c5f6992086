"""What is said about a drill: drawn from it and its page as they are now."""

from bot.cards import drills
from bot.cards.block_kit import RenderedMessage
from bot.domain.department import Department
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.store import Store

KINDS = frozenset({NotificationKind.RECEIPT, NotificationKind.MISSED})


class DrillMessages:
    def __init__(self, store: Store, rules: PlaybookRules) -> None:
        self._store = store
        self._rules = rules

    async def render_drill_message(self, pending: Notification) -> tuple[RenderedMessage | None, Department]:
        """Nothing of a drill after which there was another one."""
        department = get_department_or_lost(self._rules, pending.subject_id)
        drill = await self._store.drills.get(pending.subject_id)
        if drill is None or int(drill.opened_at.timestamp()) != pending.nth:
            return None, department
        page = (await self._store.pages.find([drill.page])).get(drill.page)
        draw = drills.render_drill_receipt if pending.kind is NotificationKind.RECEIPT else drills.render_drill_missed
        return draw(drill, page), department
