"""`/sentiment digest`: each manager sets, lists and stops their own digests; and what each says when it is due."""

from dataclasses import dataclass
from datetime import datetime

from bot.cards import report_digest as cards
from bot.cards.block_kit import RenderedMessage, join_messages, render_text
from bot.clock import Clock
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.destination import ToChannel, parse_destination
from bot.domain.errors import NotAllowed
from bot.domain.ledger.entry import EntryState
from bot.domain.oncall.on_call import GapLookup
from bot.domain.outbox import Notification
from bot.domain.reports.headline import format_headline
from bot.domain.reports.report_schedule import MAX_SCHEDULES, ReportCadence, ReportSchedule
from bot.domain.reports.schedule_request import parse_schedule_request
from bot.domain.week_ahead import WeekAhead, count_follow_ups, find_week, select_campaigns
from bot.store.store import Store
from bot.usecases.campaigns import CampaignRules
from bot.usecases.report_query import normalize_words
from bot.usecases.reports import SentimentReports
from bot.usecases.staff import StaffDirectory

CHANGED = "Somebody has just changed it. `/sentiment digest` shows what you get."
DUE_CASES_READ = 1_000
"""The cases whose deadlines come first, among which follow-ups are counted."""


@dataclass(frozen=True, slots=True)
class ReportScheduleUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: Store
    _rules: CampaignRules
    _staff: StaffDirectory
    _reports: SentimentReports
    _on_call: GapLookup
    _clock: Clock

    async def answer_command(self, by: str, words: str, channel: str) -> RenderedMessage:
        """Answer what follows `/sentiment digest`. `words` are as Slack sends them, `channel` is where it was typed."""
        await self._staff.check_manager(by, self._rules.managers, "get digests")
        at, said = self._clock.now(), normalize_words(words)
        if said in {"", "list"}:
            return cards.render_schedules(await self._list_own(by), at, self._rules.time_zone)
        if said in {"off", "stop"}:
            own = await self._list_own(by)
            return cards.render_stop_receipt([one for one in own if await self._stop(one, by)])
        asked = parse_schedule_request(words, by, channel, [one.name for one in self._rules.list_departments()])
        schedule = ReportSchedule(**{**asked._asdict(), "to": str(asked.to)}, by=by, after=at)
        await self._set(schedule, at)
        return cards.render_schedule_receipt(schedule, at, self._rules.time_zone)

    async def stop(self, by: str, schedule_id: str) -> RenderedMessage:
        """Stop one by its button. Whoever is no manager any more can still stop their own."""
        found = await self._store.report_schedules.find(schedule_id)
        if found is not None and found.by != by:
            raise NotAllowed(f"This is the digest of <@{found.by}>. `/sentiment digest` shows yours.")
        stopped = [found] if found is not None and await self._stop(found, by) else []
        rest = cards.render_schedules(await self._list_own(by), self._clock.now(), self._rules.time_zone)
        return join_messages(cards.render_stop_receipt(stopped), rest)

    async def render_report(self, schedule_id: str, due: datetime) -> RenderedMessage | None:
        """Return the digest that was due then, with the figures of `/sentiment` for its time; None if it was stopped.

        In a channel, posts are shown as by *Share here*, and no plans of campaigns.
        """
        schedule = await self._store.report_schedules.find(schedule_id)
        if schedule is None or schedule.refused:
            return None
        to, note = parse_destination(schedule.to), cards.format_digest_note(schedule)
        channel = to.id if isinstance(to, ToChannel) else ""
        words = schedule.format_query(due, self._rules.time_zone)
        try:
            if schedule.cadence is ReportCadence.AHEAD:
                ahead = await self._build_week_ahead(words, due, is_private=not channel)
                return cards.render_week_ahead(ahead, self._rules.time_zone, note)
            return await self._reports.render_with_note(words, channel, note)
        except NotAllowed as no:  # nothing was counted yet
            return render_text(f"{no} {note}")

    async def pause_refused(self, pending: Notification, error: str) -> None:
        """Send nothing any more where Slack refused one, and tell its manager, once."""
        schedule, at = await self._store.report_schedules.find(pending.subject_id), self._clock.now()
        if schedule is None or schedule.refused:
            return
        event = AuditEvent(at, "", AuditAction.DIGEST_REFUSED, error)
        told = [Notification.report_refusal(schedule.id, schedule.by, pending.nth)]
        notes = told if schedule.to.startswith(ToChannel.SIGN) else []
        after = schedule.copy_with(refused=error)
        await self._store.report_schedules.change(schedule.id, schedule, after, at, event=event, notifications=notes)

    async def render_refusal(self, schedule_id: str) -> RenderedMessage | None:
        """Return what its manager is told, or None if it was set again or stopped meanwhile."""
        schedule = await self._store.report_schedules.find(schedule_id)
        return cards.render_refusal(schedule) if schedule is not None and schedule.refused else None

    async def _build_week_ahead(self, words: str, due: datetime, *, is_private: bool) -> WeekAhead:
        at, span = self._clock.now(), find_week(due, self._rules.time_zone)
        last_week = await self._reports.build_report(await self._reports.parse_query(words))
        book = await self._store.campaigns.load_book(self._rules.list_campaigns())
        campaigns = select_campaigns(book.campaigns, span)
        begun = tuple(one for one in campaigns if is_private or one.starts_at <= at)
        due_ids = await self._store.cases.list_due(span.end, DUE_CASES_READ)
        cases = await self._store.cases.find(due_ids)
        planned = [one for one in (await self._store.ledger.load()).values() if one.state is EntryState.PLANNED]
        gaps = [
            (department.name, gap)
            for department in self._rules.list_departments()
            for gap in await self._on_call.find_gaps(department, span._replace(start=max(span.start, at)))
        ]
        return WeekAhead(
            span=span,
            headline=format_headline(last_week),
            campaigns=begun,
            has_hidden_plans=len(begun) < len(campaigns),
            departments=tuple(await self._reports.summarize_departments(at)),
            follow_ups=count_follow_ups(cases.values(), span.end),
            has_more_deadlines=len(due_ids) >= DUE_CASES_READ,
            entries=tuple(sorted(planned, key=lambda one: (-one.people, one.title))),
            gaps=tuple(gaps),
        )

    async def _list_own(self, by: str) -> list[ReportSchedule]:
        return [one for one in await self._store.report_schedules.list_all() if one.by == by]

    async def _set(self, schedule: ReportSchedule, at: datetime) -> None:
        """Set one; an own one of the same kind in the same place is replaced. Raises `NotAllowed`."""
        known = await self._store.report_schedules.list_all()
        before = next((one for one in known if one.id == schedule.id), None)
        kind = (schedule.to, schedule.cadence, schedule.department)
        same = (one for one in known if (one.to, one.cadence, one.department) == kind and one != before)
        if (other := next((one for one in same if not one.refused), None)) is not None:
            raise NotAllowed(f"<@{other.by}> has set this digest for that channel already, {other.timing}.")
        if before is None and sum(one.by == schedule.by for one in known) >= MAX_SCHEDULES:
            raise NotAllowed(f"You have {MAX_SCHEDULES} digests, which is the most. Stop one: `/sentiment digest`.")
        event = AuditEvent(at, schedule.by, AuditAction.DIGEST_SET, f"{schedule.title}, {schedule.timing}")
        if not await self._store.report_schedules.change(schedule.id, before, schedule, at, event=event):
            raise NotAllowed(CHANGED)

    async def _stop(self, schedule: ReportSchedule, by: str) -> bool:
        return await self._store.report_schedules.stop(schedule, by, self._clock.now())
