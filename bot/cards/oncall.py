"""Answers to `/oncall`, and messages about changes of a schedule."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_section,
    render_text,
)
from bot.cards.drills import format_drill_status
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.department import Department
from bot.domain.drills import Drill
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.oncall.overrides import ScheduleChange
from bot.domain.oncall.schedule import CoverRequest, Override, OverrideKind
from bot.domain.outbox import ScheduleItem
from bot.domain.periods import TimeSpan
from bot.domain.text import format_count, format_duration

SHOWN = 20
"""Departments; each is a section with a button, and Slack allows 50 blocks."""


class OnCallSummary(NamedTuple):
    """A department with who is on call now and next."""

    department: Department
    current: OnCallSnapshot
    upcoming: OnCallSnapshot | None
    drill: Drill | None = None
    """Its latest drill."""


def render_oncall(departments: Sequence[OnCallSummary], by: str, zone: str, at: datetime) -> RenderedMessage:
    lines = [_format_on_call_line(one) + format_drill_status(one.drill) for one in departments]
    blocks = [render_on_call_section(one, by) for one in departments[:SHOWN]]
    if len(departments) > SHOWN:
        blocks.append(make_context(f"… and {format_count(len(departments) - SHOWN, 'department')} more."))
    clock = at.astimezone(ZoneInfo(zone))
    note = (
        f"Times are shown in your time zone. Times you type are read in {_format_zone(zone)}, now {clock:%H:%M}. "
        f"`{action_ids.ONCALL} help` lists what you can do."
    )
    return RenderedMessage("\n".join(lines), [*blocks, make_context(note)])


def render_on_call_section(one: OnCallSummary, by: str) -> Block:
    """Return who is on call for a department now and next, with a button to take the shift, or to be covered."""
    line = _format_on_call_line(one) + format_drill_status(one.drill)
    return make_section(line, accessory=_render_take_button(one, by))


def _format_on_call_line(one: OnCallSummary) -> str:
    name = f"*{escape(sanitize_line(one.department.name, 60))}*"
    if not one.current.people and not one.current.has_gap:
        return f"{name}: nobody is on call. The playbook lists no one."
    if not one.department.schedules:
        return f"{name}: {_format_calling_order(one.current.people)}, in the playbook's order."
    until = f" until {format_date(one.current.until)}" if one.current.until else ""
    if one.current.has_gap:
        called = f" (paging {_format_calling_order(one.current.people)} instead)" if one.current.people else ""
        now = f"⚠️ coverage gap{until}{called}"
    else:
        now = f"{_format_calling_order(one.current.people)}{until}"
    return f"{name} ({escape(sanitize_line(one.current.schedule, 60))}): {now}.{_format_next_on_call(one.upcoming)}"


def _format_next_on_call(upcoming: OnCallSnapshot | None) -> str:
    if upcoming is None:
        return ""
    return " Next: ⚠️ coverage gap." if upcoming.has_gap else f" Next: {_format_calling_order(upcoming.people)}."


def _format_calling_order(people: Iterable[str]) -> str:
    return ", then ".join(f"<@{person}>" for person in people)


def _render_take_button(one: OnCallSummary, by: str) -> Block | None:
    """Return a button that asks for cover if this person is on call, and takes the shift otherwise."""
    schedules = one.department.schedules
    if not schedules:
        return None
    if by in one.current.people[:1] and not one.current.has_gap:
        return make_button("Ask for cover", action_ids.ONCALL_COVER, schedules[0], a11y_label=f"Cover {schedules[0]}")
    return make_button("Take it", action_ids.ONCALL_TAKE, schedules[0], a11y_label=f"Take {schedules[0]}")


def render_override(change: ScheduleChange, by: str, zone: str, *, own: bool, at: datetime) -> RenderedMessage:
    """Return the receipt of a change: what was understood, and a button to undo it."""
    words = [_format_override(one, by, zone, at) for one in change.new_overrides]
    undone = any(one.undone for one in change.new_overrides)
    text = "\n".join(("↩️ Taken back: " if undone else "✅ ") + line for line in words)
    blocks = [make_section(text), _render_zone_note(zone, own=own)]
    if not undone:
        value = str(ScheduleItem(change.new_overrides[0].schedule, change.new_overrides[0].id))
        blocks.append(make_actions(make_button("Take it back", action_ids.ONCALL_UNDO, value)))
    return RenderedMessage(text, blocks)


def _format_override(one: Override, by: str, zone: str, at: datetime) -> str:
    whose = "You have" if one.person == by else f"<@{one.person}> has"
    instead = f", instead of <@{one.instead}>" if one.instead and one.instead != by else ""
    instead = ", instead of you" if one.instead == by else instead
    start = "now" if one.start <= at else format_local_time(one.start, zone)
    lasts = format_duration(one.end - max(one.start, at))
    return f"{whose} *{escape(one.schedule)}* from {start} until {format_local_time(one.end, zone)} ({lasts}){instead}."


def format_local_time(at: datetime, zone: str) -> str:
    """Format a time in the zone in which it was parsed, not in the reader's, so that a mistake shows."""
    clock = at.astimezone(ZoneInfo(zone))
    return f"{clock:%a} {clock.day} {clock:%b %H:%M}"


def _format_zone(zone: str) -> str:
    return escape(zone.replace("_", " "))


def _render_zone_note(zone: str, *, own: bool) -> Block:
    whose = "your time zone" if own else "the schedule's time zone. Slack doesn't share yours"
    return make_context(f"Times are in {_format_zone(zone)}, {whose}.")


def render_cover_requested(request: CoverRequest, department: Department, zone: str, *, own: bool) -> RenderedMessage:
    text = (
        f"🙏 Asked in <#{department.channel}> who can cover *{escape(request.schedule)}* from "
        f"{format_local_time(request.start, zone)} "
        f"until {format_local_time(request.end, zone)}. Until somebody does, the shift is still yours."
    )
    return render_text(text, _render_zone_note(zone, own=own))


def render_cover_request(request: CoverRequest) -> RenderedMessage:
    """Return the cover request for the department's channel."""
    span = f"{_format_span(request.start, request.end)} ({format_duration(request.end - request.start)})"
    text = f"🙏 <@{request.person}> needs cover for *{escape(request.schedule)}* {span}. Who can?"
    value = str(ScheduleItem(request.schedule, request.id))
    press = make_button("Cover shift", action_ids.ONCALL_ANSWER, value, style="primary", a11y_label="Cover this shift")
    return render_text(text, make_actions(press))


def render_covered(change: ScheduleChange) -> RenderedMessage:
    """Return what replaces a cover request once somebody covers."""
    first, last = change.new_overrides[0], change.new_overrides[-1]
    span = _format_span(first.start, last.end)
    text = f"✅ <@{first.person}> covers *{escape(first.schedule)}* for <@{first.instead}> {span}. Thank you."
    return render_text(text)


def render_gap_filled(change: ScheduleChange) -> RenderedMessage:
    """Return what replaces a gap alert once somebody takes the shift."""
    one = change.new_overrides[0]
    span = _format_span(one.start, one.end)
    return render_text(f"✅ <@{one.person}> is on call for *{escape(one.schedule)}* {span}. Thank you.")


def _format_span(start: datetime, end: datetime) -> str:
    return f"from {format_date(start)} until {format_date(end)}"


def render_shift_change(change: Override, person: str) -> RenderedMessage:
    """Return the direct message to somebody whose shifts were changed by somebody else."""
    span = _format_span(change.start, change.end)
    name = f"*{escape(change.schedule)}*"
    if change.undone:
        text = f"↩️ <@{change.undone}> undid a change: {name} {span} is as it was before."
    elif change.person == person:
        text = f"📟 <@{change.by}> {_GAVE[change.how]}: you are on call for {name} {span}."
    else:
        text = f"📟 <@{change.person}> is on call for {name} {span} instead of you. Nothing to do on your side."
    undo = make_button("Take it back", action_ids.ONCALL_UNDO, str(ScheduleItem(change.schedule, change.id)))
    row = [] if change.undone else [make_actions(undo)]
    return render_text(text, *row)


_GAVE = {
    OverrideKind.TAKE: "took a shift",
    OverrideKind.SWAP: "swapped with you",
    OverrideKind.COVER: "asked you to cover",
}


def render_gap(department: Department, gap: TimeSpan, schedule: str) -> RenderedMessage:
    """Return the gap alert for the department's channel, posted a day before."""
    text = (
        f"⚠️ Coverage gap in *{escape(schedule)}*: nobody is on call for {escape(department.name)} from "
        f"{format_date(gap.start)} until {format_date(gap.end)} ({format_duration(gap.end - gap.start)}). "
        f"Can you? Press *Take it* or type `{action_ids.ONCALL} take`. Otherwise the managers are paged."
    )
    value = str(ScheduleItem(schedule, str(int(gap.start.timestamp()))))
    take = make_button("Take it", action_ids.ONCALL_FILL, value, style="primary")
    return render_text(text, make_actions(take))


def render_calendar_link(url: str, schedule: str, named: str, *, revoked: bool) -> RenderedMessage:
    """Return the ephemeral answer with the calendar link, which is a secret."""
    whose = f"everybody's shifts in *{escape(schedule)}*" if schedule else "your shifts"
    before = "The old address no longer works. " if revoked else ""
    again = f"{action_ids.ONCALL} calendar revoke {named}".strip()
    text = (
        f"🗓️ {before}To see {whose} in your calendar, subscribe to this address (don't import it):\n{escape(url)}\n"
        f"Anyone with the address can read it. `{escape(again)}` replaces it with a new one."
    )
    return render_text(text)


def render_oncall_help(hints: Iterable[str]) -> RenderedMessage:
    text = "\n".join(hints)
    return RenderedMessage("What you can do with /oncall", [make_section(text)])
