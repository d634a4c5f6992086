"""What is said about being on call: drawn from what was changed, as it is now."""

from datetime import timedelta

from bot.cards import oncall, oncall_requests
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.department import Department
from bot.domain.destination import ToPerson
from bot.domain.oncall.on_call import GapLookup
from bot.domain.oncall.schedule import CoverRequest
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.periods import TimeSpan
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.oncall import OverrideStore

REQUESTS = frozenset({NotificationKind.REQUEST, NotificationKind.OUTCOME})
KINDS = REQUESTS | {NotificationKind.SHIFT, NotificationKind.PLEA, NotificationKind.HOLE}
NOBODY = Department(name="", channel="")


class OnCallMessages:
    def __init__(self, store: OverrideStore, rules: PlaybookRules, holes: GapLookup, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._gaps = holes
        self._clock = clock

    async def render_on_call_message(self, pending: Notification) -> tuple[RenderedMessage | None, Department]:
        """Nothing where it is no longer true: a plea that was answered, a hole that is filled."""
        if pending.kind is NotificationKind.HOLE:
            return await self._render_gap(get_department_or_lost(self._rules, pending.subject_id), pending)
        schedule, part = pending.schedule_item
        changes = (await self._store.load([schedule]))[schedule]
        if pending.kind is NotificationKind.PLEA:
            asked = changes.find_request(part)
            return (oncall.render_cover_request(asked) if asked else None), get_department_or_lost(
                self._rules, str(pending.to)
            )
        if pending.kind in REQUESTS:
            return self._render_request(pending.kind, changes.find_request(part)), NOBODY
        change = changes.find_override(part)
        return (
            oncall.render_shift_change(change, pending.to.id) if change and isinstance(pending.to, ToPerson) else None
        ), NOBODY

    def _render_request(self, kind: NotificationKind, plea: CoverRequest | None) -> RenderedMessage | None:
        if plea is None:
            return None
        if kind is NotificationKind.OUTCOME:
            return oncall_requests.render_request_outcome(plea)
        return oncall_requests.render_personal_request(plea) if plea.is_pending(self._clock.now()) else None

    async def _render_gap(
        self, department: Department, pending: Notification
    ) -> tuple[RenderedMessage | None, Department]:
        at = self._clock.now()
        for gap in await self._gaps.find_gaps(department, TimeSpan(at, at + timedelta(days=2))):
            if int(gap.start.timestamp()) == pending.nth or (gap.start == at and pending.nth < at.timestamp()):
                return oncall.render_gap(department, gap, department.schedules[0]), department
        return None, department
