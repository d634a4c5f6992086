"""Who is on call, and what was changed about it: the answers to `/oncall`, and what is said to those it concerns."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.cards import buttons, drawing, drills
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, moment, one_line
from bot.domain.department import Department
from bot.domain.drill import Drill
from bot.domain.notification import ScheduleItem
from bot.domain.schedules.changed import ScheduleChange
from bot.domain.schedules.duty import OnCallSnapshot
from bot.domain.schedules.schedule import CoverRequest, Override, OverrideKind
from bot.domain.spans import TimeSpan
from bot.domain.words import format_count, format_duration

SHOWN = 20
"""Departments; each is a section with a button, and Slack takes 50 blocks."""


class Shown(NamedTuple):
    """A department with who is on call for it now, and who from then on."""

    department: Department
    now: OnCallSnapshot
    then: OnCallSnapshot | None
    drill: Drill | None = None
    """Its last one."""


def shown(departments: Sequence[Shown], by: str, zone: str, at: datetime) -> Drawing:
    lines = [_line(one) + drills.standing(one.drill) for one in departments]
    blocks = [
        drawing.section(drawing.mrkdwn(line), accessory=_take(one, by))
        for one, line in zip(departments, lines, strict=True)
    ][:SHOWN]
    if len(departments) > SHOWN:
        blocks.append(
            drawing.context(drawing.mrkdwn(f"… and {format_count(len(departments) - SHOWN, 'department')} more."))
        )
    clock = at.astimezone(ZoneInfo(zone))
    note = (
        f"Times are shown in your own time zone; what you type is read in {_place(zone)}, where it is {clock:%H:%M}. "
        f"`{buttons.ONCALL} help` says what you can do."
    )
    return Drawing("\n".join(lines), [*blocks, drawing.context(drawing.mrkdwn(note))])


def _line(one: Shown) -> str:
    name = f"*{escape(one_line(one.department.name, 60))}*"
    if not one.now.people and not one.now.has_gap:
        return f"{name}: nobody is called; the playbook names no one."
    if not one.department.schedules:
        return f"{name}: {_in_turn(one.now.people)}, as the playbook lists them."
    until = f" until {moment(one.now.until)}" if one.now.until else ""
    if one.now.has_gap:
        called = f"; {_in_turn(one.now.people)} would be called" if one.now.people else ""
        now = f"⚠️ nobody{until}{called}"
    else:
        now = f"{_in_turn(one.now.people)}{until}"
    return f"{name} ({escape(one_line(one.now.schedule, 60))}): {now}.{_then(one.then)}"


def _then(then: OnCallSnapshot | None) -> str:
    if then is None:
        return ""
    return " Next: ⚠️ nobody." if then.has_gap else f" Next: {_in_turn(then.people)}."


def _in_turn(people: Iterable[str]) -> str:
    return ", then ".join(f"<@{person}>" for person in people)


def _take(one: Shown, by: str) -> Block | None:
    """Who has it asks for cover; everybody else may take it, and is told where she may not."""
    schedules = one.department.schedules
    if not schedules:
        return None
    if by in one.now.people and not one.now.has_gap:
        return drawing.button("Ask for cover", buttons.ONCALL_COVER, schedules[0], aloud=f"Cover {schedules[0]}")
    return drawing.button("Take it", buttons.ONCALL_TAKE, schedules[0], aloud=f"Take {schedules[0]}")


def made(change: ScheduleChange, by: str, zone: str, *, own: bool, at: datetime) -> Drawing:
    """Back to whoever changed something: what was understood, and a way to take it back."""
    words = [_told(one, by, zone, at) for one in change.new_overrides]
    undone = any(one.undone for one in change.new_overrides)
    text = "\n".join(("↩️ Taken back: " if undone else "✅ ") + line for line in words)
    blocks = [drawing.section(drawing.mrkdwn(text)), _read_in(zone, own=own)]
    if not undone:
        value = str(ScheduleItem(change.new_overrides[0].schedule, change.new_overrides[0].id))
        blocks.append(drawing.actions(drawing.button("Take it back", buttons.ONCALL_UNDO, value)))
    return Drawing(text, blocks)


def _told(one: Override, by: str, zone: str, at: datetime) -> str:
    whose = "You have" if one.person == by else f"<@{one.person}> has"
    instead = f", instead of <@{one.instead}>" if one.instead and one.instead != by else ""
    instead = ", instead of you" if one.instead == by else instead
    start = "now" if one.start <= at else spoken(one.start, zone)
    lasts = format_duration(one.end - max(one.start, at))
    return f"{whose} *{escape(one.schedule)}* from {start} until {spoken(one.end, zone)} ({lasts}){instead}."


def spoken(at: datetime, zone: str) -> str:
    """As it was understood, in the zone in which it was read: not in the reader's own, or a mistake would hide."""
    clock = at.astimezone(ZoneInfo(zone))
    return f"{clock:%a} {clock.day} {clock:%b %H:%M}"


def _place(zone: str) -> str:
    return escape(zone.replace("_", " "))


def _read_in(zone: str, *, own: bool) -> Block:
    whose = "your time zone" if own else "the schedule's time zone; Slack does not tell Earshot yours"
    return drawing.context(drawing.mrkdwn(f"Read in {_place(zone)}, {whose}."))


def pleaded(plea: CoverRequest, department: Department, zone: str, *, own: bool) -> Drawing:
    text = (
        f"🙏 Asked in <#{department.channel}> who covers *{escape(plea.schedule)}* from {spoken(plea.start, zone)} "
        f"until {spoken(plea.end, zone)}. Until somebody does, it is yours."
    )
    return Drawing(text, [drawing.section(drawing.mrkdwn(text)), _read_in(zone, own=own)])


def plea(asked: CoverRequest) -> Drawing:
    """In the department's channel."""
    text = (
        f"🙏 <@{asked.person}> asks to be covered for *{escape(asked.schedule)}*, from {moment(asked.start)} until "
        f"{moment(asked.end)} ({format_duration(asked.end - asked.start)}). Who can?"
    )
    value = str(ScheduleItem(asked.schedule, asked.id))
    press = drawing.button("I cover", buttons.ONCALL_ANSWER, value, style="primary", aloud="I cover this shift")
    return Drawing(text, [drawing.section(drawing.mrkdwn(text)), drawing.actions(press)])


def covered(change: ScheduleChange) -> Drawing:
    """In place of the plea."""
    first, last = change.new_overrides[0], change.new_overrides[-1]
    text = (
        f"✅ <@{first.person}> covers *{escape(first.schedule)}* for <@{first.instead}> from {moment(first.start)} "
        f"until {moment(last.end)}. Thank you."
    )
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])


def filled(change: ScheduleChange) -> Drawing:
    """In place of the hole."""
    one = change.new_overrides[0]
    text = (
        f"✅ <@{one.person}> has *{escape(one.schedule)}* from {moment(one.start)} until {moment(one.end)}. Thank you."
    )
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])


def shift(change: Override, person: str) -> Drawing:
    """By direct message to somebody whose time was changed by somebody else."""
    span = f"from {moment(change.start)} until {moment(change.end)}"
    name = f"*{escape(change.schedule)}*"
    if change.undone:
        text = f"↩️ <@{change.undone}> took back a change: {name} {span} is as it was before."
    elif change.person == person:
        text = f"📟 <@{change.by}> {_GAVE[change.how]}: you are on call for {name} {span}."
    else:
        text = f"📟 <@{change.person}> is on call for {name} {span}, which was yours; you need do nothing."
    undo = drawing.button("Take it back", buttons.ONCALL_UNDO, str(ScheduleItem(change.schedule, change.id)))
    row = [] if change.undone else [drawing.actions(undo)]
    return Drawing(text, [drawing.section(drawing.mrkdwn(text)), *row])


_GAVE = {
    OverrideKind.TAKE: "took a shift",
    OverrideKind.SWAP: "swapped with you",
    OverrideKind.COVER: "asked you to cover",
}


def hole(department: Department, gap: TimeSpan, schedule: str) -> Drawing:
    """In the department's channel, a day before."""
    text = (
        f"⚠️ Nobody is on call for {escape(department.name)} from {moment(gap.start)} until {moment(gap.end)} "
        f"({format_duration(gap.end - gap.start)}): *{escape(schedule)}* has a hole. Whoever can, press *Take "
        f"it*, or type "
        f"`{buttons.ONCALL} take`; else the managers are called."
    )
    value = str(ScheduleItem(schedule, str(int(gap.start.timestamp()))))
    take = drawing.button("Take it", buttons.ONCALL_FILL, value, style="primary")
    return Drawing(text, [drawing.section(drawing.mrkdwn(text)), drawing.actions(take)])


def address(url: str, schedule: str, named: str, *, revoked: bool) -> Drawing:
    """For one's own eyes: whoever has this address reads it."""
    whose = f"everybody's shifts in *{escape(schedule)}*" if schedule else "your shifts"
    before = "The address there was is good no more. " if revoked else ""
    again = f"{buttons.ONCALL} calendar revoke {named}".strip()
    text = (
        f"🗓️ {before}Subscribe to this address in your calendar (not: import), and {whose} are in it:\n{escape(url)}\n"
        f"Whoever has it can read it; `{escape(again)}` makes it useless and gives you another."
    )
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])


def helped(hints: Iterable[str]) -> Drawing:
    text = "\n".join(hints)
    return Drawing("What you can ask", [drawing.section(drawing.mrkdwn(text))])
