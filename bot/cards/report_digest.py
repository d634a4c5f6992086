"""Digests that come by themselves: the list of one's own, receipts, the look ahead, and what Slack refused."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_bullets,
    make_button,
    make_context,
    make_header,
    make_line,
    make_rich_text,
    make_run,
    make_section,
    render_text,
)
from bot.cards.oncall import format_local_time
from bot.cards.sanitize import escape, escape_name, sanitize_line
from bot.domain.campaigns.campaign import Campaign
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.reports.report_schedule import ReportSchedule
from bot.domain.reports.schedule_request import EXAMPLES
from bot.domain.text import format_count
from bot.domain.week_ahead import WeekAhead

SHOWN = 5
"""Of each kind in the look ahead."""
NAME_LENGTH = 60
HOW = f"Type {EXAMPLES}. `/sentiment digest off` stops all of yours."
PLANS_HIDDEN = "Plans of campaigns are left out here: managers get them in a direct message."


def render_schedules(schedules: Sequence[ReportSchedule], at: datetime, zone: str) -> RenderedMessage:
    """List the digests of one person, each with a button that stops it."""
    if not schedules:
        return render_text(f"You get no digests. {HOW}")
    rows = [make_section(_format_row(one, at, zone), accessory=_make_stop_button(one)) for one in schedules]
    return RenderedMessage("Your digests", [*rows, make_context(f"Times are in {escape(zone)}. {HOW}")])


def render_schedule_receipt(schedule: ReportSchedule, at: datetime, zone: str) -> RenderedMessage:
    due = format_local_time(schedule.find_next_due(at, zone), zone)
    text = f"📊 {_format_schedule(schedule)}. Times are in {escape(zone)}. The first one comes {due}."
    return render_text(text, make_actions(_make_stop_button(schedule)))


def render_stop_receipt(stopped: Sequence[ReportSchedule]) -> RenderedMessage:
    lines = [f"Stopped: {_format_schedule(one)}." for one in stopped]
    return render_text("\n".join(lines) or "There is nothing to stop.")


def render_refusal(schedule: ReportSchedule) -> RenderedMessage:
    """Tell the manager that the channel did not take it, and how to get it again."""
    again = escape(f"/sentiment digest {schedule.command_text} here".replace("`", "'"))
    fix = (
        "Invite Earshot: type `/invite @Earshot` there."
        if schedule.refused == "not_in_channel"
        else f"Slack says `{escape(sanitize_line(schedule.refused, NAME_LENGTH))}`."
    )
    return render_text(
        f"⚠️ {_format_schedule(schedule)}: Slack refused it, so it is paused. {fix} "
        f"Then type `{again}` in that channel, or stop it.",
        make_actions(_make_stop_button(schedule)),
    )


def format_digest_note(schedule: ReportSchedule) -> str:
    """Return the last words of a digest: whose it is, and how to get or stop one."""
    whose = f", set by <@{schedule.by}>" if schedule.to.startswith("#") else ""
    return f"{_format_title(schedule)}{whose}. `/sentiment digest` sets and stops yours."


def _format_title(schedule: ReportSchedule) -> str:
    title = escape_name(schedule.title)
    return f"{title[0].upper()}{title[1:]}"


def render_week_ahead(ahead: WeekAhead, zone: str, note: str) -> RenderedMessage:
    first = ahead.span.start.astimezone(ZoneInfo(zone))
    title = f"The week from {first:%A} {first.day} {first:%B}"
    least = "at least " if ahead.has_more_deadlines else ""
    lines = [
        _make_item("Last week", [ahead.headline]),
        _make_item("Campaigns", [_format_campaign(one, zone) for one in ahead.campaigns]),
        _make_item(
            "Overdue",
            [
                f"{one.overdue:,} of {format_count(one.open, 'open case')} in {one.name}"
                for one in ahead.departments
                if one.overdue
            ],
            "no open case",
        ),
        _make_item("Follow-ups due", [f"{least}{count:,} in {name}" for name, count in ahead.follow_ups]),
        _make_item(
            "Planned", [f"{one.title} ({format_count(one.people, 'person', 'people')})" for one in ahead.entries]
        ),
        _make_item(
            "On-call gaps",
            [
                f"{name} from {format_local_time(gap.start, zone)} until {format_local_time(gap.end, zone)}"
                for name, gap in ahead.gaps
            ],
        ),
    ]
    hidden = [make_context(PLANS_HIDDEN)] if ahead.has_hidden_plans else []
    blocks: list[Block] = [make_header(title), make_rich_text(make_bullets(*lines)), *hidden, make_context(note)]
    return RenderedMessage(escape(f"{title}. Last week: {ahead.headline}"), blocks)


def _make_item(title: str, found: Sequence[str], nothing: str = "none") -> Block:
    shown = [sanitize_line(one, 250) for one in found[:SHOWN]]
    more = [f"{len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
    return make_line(make_run(f"{title}: ", bold=True), "; ".join([*shown, *more]) or nothing)


def _format_campaign(campaign: Campaign, zone: str) -> str:
    edges = " – ".join(format_local_time(edge, zone) for edge in (campaign.starts_at, campaign.ends_at))
    return f"{sanitize_line(campaign.name, NAME_LENGTH)} ({edges})"


def _format_row(schedule: ReportSchedule, at: datetime, zone: str) -> str:
    if schedule.refused:
        error = escape(sanitize_line(schedule.refused, NAME_LENGTH))
        return (
            f"⚠️ {_format_schedule(schedule)}\nPaused: Slack refused it (`{error}`). Set it again once that is solved."
        )
    return f"📊 {_format_schedule(schedule)}\nNext {format_local_time(schedule.find_next_due(at, zone), zone)}"


def _format_schedule(schedule: ReportSchedule) -> str:
    to = parse_callee(schedule.to.removeprefix("@"))
    where = f"in {to.mention}" if isinstance(to, ToChannel) else "to you alone"
    return f"*{_format_title(schedule)}*, {schedule.timing}, {where}"


def _make_stop_button(schedule: ReportSchedule) -> Block:
    return make_button("Stop", action_ids.DIGEST_STOP, schedule.id, a11y_label=f"Stop the {schedule.title}"[:75])
