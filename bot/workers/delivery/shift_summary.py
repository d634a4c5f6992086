"""The note in the morning and at a hand-over, drawn from what is so when it is said."""

from datetime import UTC, datetime

from bot.cards import shift_summary as cards
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.department import Department
from bot.domain.oncall.on_call import OnCallLookup
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.store import Store

KINDS = frozenset({NotificationKind.MORNING, NotificationKind.HANDOVER, NotificationKind.SPARED})


class ShiftSummaryMessages:
    def __init__(self, store: Store, rules: PlaybookRules, rota: OnCallLookup, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._on_call = rota
        self._clock = clock

    async def render_summary_message(self, pending: Notification) -> tuple[RenderedMessage | None, Department]:
        if pending.kind is NotificationKind.SPARED:
            return cards.render_page_limit_notice(), Department(name="", channel="")
        department = get_department_or_lost(self._rules, pending.subject_id)
        read = await self._store.shift_summaries.load_summary(pending.subject_id, self._clock.now())
        if pending.kind is NotificationKind.HANDOVER:
            duty = await self._on_call.find_on_call(pending.subject_id, datetime.fromtimestamp(pending.nth, UTC))
            return cards.render_hand_over_summary(
                read, duty.people[0] if duty.people and not duty.has_gap else ""
            ), department
        return cards.render_shift_summary(read), department
