"""Render the messages about on-call schedules, drills, shift summaries and Earshot's own health, as they are now."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.cards import drills, health, oncall, oncall_requests, roles, shift_summary
from bot.cards.backfire_warning import render_backfire
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.department import Department
from bot.domain.destination import ToPerson
from bot.domain.oncall.on_call import GapLookup
from bot.domain.oncall.schedule import CoverRequest
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.page import derive_page_id
from bot.domain.periods import TimeSpan
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.store import Store

DepartmentMessage = tuple[RenderedMessage | None, Department]
"""A message, or None where it is no longer true; and the department that it is for."""
MessageRenderer = Callable[[Notification], Awaitable[DepartmentMessage]]
NO_DEPARTMENT = Department(name="", channel="")


class ScheduledReports(Protocol):
    """The digests that managers want by themselves."""

    async def render_report(self, schedule_id: str, due: datetime) -> RenderedMessage | None: ...

    async def render_refusal(self, schedule_id: str) -> RenderedMessage | None: ...

    async def pause_refused(self, pending: Notification, error: str) -> None: ...


class NoticeRenderer:
    def __init__(
        self,
        store: Store,
        rules: PlaybookRules,
        on_call: GapLookup,
        clock: Clock,
        reports: ScheduledReports | None = None,
    ) -> None:
        self._reports = reports
        self._store = store
        self._rules = rules
        self._on_call = on_call
        self._clock = clock

    def list_renderers(self) -> dict[NotificationKind, MessageRenderer]:
        return {
            NotificationKind.RECEIPT: self._render_drill,
            NotificationKind.MISSED: self._render_drill,
            NotificationKind.UNWELL: self._render_health_issue,
            NotificationKind.WELL: self._render_health_issue,
            NotificationKind.MORNING: self._render_summary,
            NotificationKind.HANDOVER: self._render_summary,
            NotificationKind.SPARED: self._render_page_limit,
            NotificationKind.HOLE: self._render_gap,
            NotificationKind.PLEA: self._render_cover_request,
            NotificationKind.REQUEST: self._render_request,
            NotificationKind.OUTCOME: self._render_request,
            NotificationKind.SHIFT: self._render_shift_change,
            NotificationKind.DEPUTY: self._render_deputy_welcome,
            NotificationKind.BACKFIRE: self._render_backfire,
            NotificationKind.REPORT: self._render_report,
            NotificationKind.REPORT_REFUSED: self._render_report,
        }

    async def _render_drill(self, pending: Notification) -> DepartmentMessage:
        """Render nothing if another drill has been started since."""
        department = get_department_or_lost(self._rules, pending.subject_id)
        drill = await self._store.drills.get(pending.subject_id)
        if drill is None or int(drill.opened_at.timestamp()) != pending.nth:
            return None, department
        page = (await self._store.pages.find([drill.page])).get(drill.page)
        render = drills.render_drill_receipt if pending.kind is NotificationKind.RECEIPT else drills.render_drill_missed
        return render(drill, page), department

    async def _render_health_issue(self, pending: Notification) -> DepartmentMessage:
        """Render nothing if the issue was over before it could be announced."""
        department = get_department_or_lost(self._rules, str(pending.to))
        issue = (await self._store.health_state.load()).find_issue(pending.subject_id, pending.nth)
        if issue is None:
            return None, department
        if pending.kind is NotificationKind.WELL:
            return health.render_health_recovered(issue), department
        page_id = derive_page_id(issue.cause)
        page = (await self._store.pages.find([page_id])).get(page_id)
        return (None if issue.over_at else health.render_health_issue(issue, page)), department

    async def _render_summary(self, pending: Notification) -> DepartmentMessage:
        department = get_department_or_lost(self._rules, pending.subject_id)
        summary = await self._store.shift_summaries.load_summary(pending.subject_id, self._clock.now())
        if pending.kind is NotificationKind.MORNING:
            return shift_summary.render_shift_summary(summary), department
        on_call = await self._on_call.find_on_call(pending.subject_id, datetime.fromtimestamp(pending.nth, UTC))
        person = on_call.people[0] if on_call.people and not on_call.has_gap else ""
        return shift_summary.render_hand_over_summary(summary, person), department

    async def _render_page_limit(self, _pending: Notification) -> DepartmentMessage:
        return shift_summary.render_page_limit_notice(), NO_DEPARTMENT

    async def _render_gap(self, pending: Notification) -> DepartmentMessage:
        """Render nothing if the gap is filled."""
        department, at = get_department_or_lost(self._rules, pending.subject_id), self._clock.now()
        for gap in await self._on_call.find_gaps(department, TimeSpan(at, at + timedelta(days=2))):
            if int(gap.start.timestamp()) == pending.nth or (gap.start == at and pending.nth < at.timestamp()):
                return oncall.render_gap(department, gap, department.schedules[0]), department
        return None, department

    async def _render_cover_request(self, pending: Notification) -> DepartmentMessage:
        """Render nothing if the request is gone."""
        request = await self._find_request(pending)
        message = oncall.render_cover_request(request) if request else None
        return message, get_department_or_lost(self._rules, str(pending.to))

    async def _render_request(self, pending: Notification) -> DepartmentMessage:
        """Render nothing if the request was answered."""
        request = await self._find_request(pending)
        if request is None:
            return None, NO_DEPARTMENT
        if pending.kind is NotificationKind.OUTCOME:
            return oncall_requests.render_request_outcome(request), NO_DEPARTMENT
        is_pending = request.is_pending(self._clock.now())
        return (oncall_requests.render_personal_request(request) if is_pending else None), NO_DEPARTMENT

    async def _render_shift_change(self, pending: Notification) -> DepartmentMessage:
        schedule, change_id = pending.schedule_item
        change = (await self._store.overrides.load([schedule]))[schedule].find_override(change_id)
        if change is None or not isinstance(pending.to, ToPerson):
            return None, NO_DEPARTMENT
        return oncall.render_shift_change(change, pending.to.id), NO_DEPARTMENT

    async def _render_deputy_welcome(self, pending: Notification) -> DepartmentMessage:
        """Render nothing if the role has ended or was undone."""
        register = await self._store.roles.get()
        asked = register.find_grant(pending.subject_id)
        grant = register.find_deputy(asked.person, asked.department, self._clock.now()) if asked else None
        if grant is None:
            return None, NO_DEPARTMENT
        department = get_department_or_lost(self._rules, grant.department)
        return roles.render_deputy_welcome(grant, department), NO_DEPARTMENT

    async def _render_report(self, pending: Notification) -> DepartmentMessage:
        if self._reports is None:
            return None, NO_DEPARTMENT
        if pending.kind is NotificationKind.REPORT_REFUSED:
            return await self._reports.render_refusal(pending.subject_id), NO_DEPARTMENT
        due = datetime.fromtimestamp(pending.nth, UTC)
        return await self._reports.render_report(pending.subject_id, due), NO_DEPARTMENT

    async def _render_backfire(self, pending: Notification) -> DepartmentMessage:
        """Render nothing if somebody said meanwhile that nothing backfires; posts that are deleted are left out."""
        department = get_department_or_lost(self._rules, str(pending.to))
        record = await self._store.backfires.get(pending.subject_id)
        warning = record.find_warning(pending.nth)
        if warning is None:
            return None, department
        posts = await self._store.spike_stream.find(place for _, place in warning.posts)
        deleted = await self._store.inbox.find_deleted({one.mention for one in posts})
        return render_backfire(record, warning, [one for one in posts if one.mention not in deleted]), department

    async def _find_request(self, pending: Notification) -> CoverRequest | None:
        schedule, request_id = pending.schedule_item
        return (await self._store.overrides.load([schedule]))[schedule].find_request(request_id)
