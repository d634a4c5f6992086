"""The Home tab: what is mine, what waits in each department, and whether Earshot hears and is heard."""

from datetime import datetime
from typing import Any, NamedTuple

from bot.cards import buttons, drawing, said, standing
from bot.cards.drawing import Block
from bot.cards.help import precision
from bot.cards.words import escape, moment, one_line
from bot.domain.case import Case
from bot.domain.department import Department
from bot.domain.judged import PrecisionEstimate
from bot.domain.reads import ReadCounts
from bot.domain.schedules.duty import OnCallSnapshot
from bot.domain.words import format_count

MINE_SHOWN = 15
DEPARTMENTS_SHOWN = 30
TROUBLES_SHOWN = 5


class Desk(NamedTuple):
    """A department's open cases; `overdue` are among them."""

    department: Department
    open: int
    overdue: int
    duty: OnCallSnapshot = OnCallSnapshot()


class Ear(NamedTuple):
    """A source, and when it last gave a mention."""

    source: str
    heard: datetime
    reads: ReadCounts = ReadCounts()
    """What the outlet bills of this month (UTC)."""


class AtHome(NamedTuple):
    mine: tuple[Case, ...]
    desks: tuple[Desk, ...]
    ears: tuple[Ear, ...]
    troubles: tuple[str, ...]
    at: datetime
    precisions: tuple[PrecisionEstimate, ...] = ()
    """How often we heard rightly of late; of everything first."""


def draw(home: AtHome) -> dict[str, Any]:
    """A view of type home."""
    blocks = [
        drawing.header("Yours now"),
        *_mine(home),
        drawing.header("Waiting in the departments"),
        drawing.section(drawing.mrkdwn("\n".join(_desks(home)) or "The playbook has no departments yet.")),
        drawing.header("How Earshot is"),
        drawing.context(drawing.mrkdwn("\n".join(_health(home)))),
        drawing.divider(),
        drawing.context(drawing.mrkdwn(HOW)),
    ]
    return {"type": "home", "blocks": blocks}


def away(sentence: str) -> dict[str, Any]:
    """When there is nothing to show but why."""
    return {"type": "home", "blocks": [drawing.section(drawing.plain(sentence))]}


HOW = (
    "Claim a case in your department's channel, answer the person in public under your own name, then resolve it. "
    f"Ask `{buttons.SENTIMENT} today` anywhere. Seen something yourself? Open the menu of the message (⋮) and choose "
    "*Flag for a department*."
)


def _mine(home: AtHome) -> list[Block]:
    if not home.mine:
        return [drawing.section(drawing.mrkdwn("Nothing. Press *Claim* on a card, and the case is listed here."))]
    shown = [_one(case, home.at) for case in home.mine[:MINE_SHOWN]]
    more = len(home.mine) - len(shown)
    rest = [drawing.context(drawing.mrkdwn(f"… and {format_count(more, 'case')} due later"))] if more > 0 else []
    return [*shown, *rest]


def _one(case: Case, at: datetime) -> Block:
    resolve = drawing.button(
        "Resolve…", buttons.RESOLVE, case.id, aloud=f"Resolve: {said.noun(case)} from {said.who(case.mention)}"
    )
    return drawing.section(
        drawing.plain(f"{said.who(case.mention, 30)}: {one_line(case.mention.text, 140)}", 200),
        fields=[drawing.mrkdwn(f"{escape(case.department)} · {standing.status(case, at)}")],
        accessory=resolve,
    )


def _desks(home: AtHome) -> list[str]:
    lines = [_desk(desk) for desk in home.desks[:DEPARTMENTS_SHOWN]]
    more = len(home.desks) - len(lines)
    return [*lines, f"… and {format_count(more, 'department')} more"] if more > 0 else lines


def _desk(desk: Desk) -> str:
    name = escape(one_line(desk.department.name, 60))
    where = f" <#{desk.department.channel}>" if desk.department.channel else ""
    late = f" · ⏰ *{desk.overdue} OVERDUE*" if desk.overdue else ""
    return f"*{name}*{where}: {format_count(desk.open, 'open case') if desk.open else 'nothing open'}{late}{_on_call(desk)}"


def _on_call(desk: Desk) -> str:
    """Who it is by a schedule; who is always the same is known."""
    if not desk.department.schedules:
        return ""
    until = f" until {moment(desk.duty.until)}" if desk.duty.until else ""
    if desk.duty.has_gap or not desk.duty.people:
        return f" · ⚠️ nobody on call{until}"
    return f" · on call <@{desk.duty.people[0]}>{until}"


def _billed(ear: Ear) -> str:
    if not any(ear.reads):
        return ""
    return f" · read this month: {format_count(ear.reads.posts, 'post')}, {format_count(ear.reads.users, 'user')}"


def _health(home: AtHome) -> list[str]:
    ears = [
        f"{escape(one_line(ear.source, 40))}: last heard {moment(ear.heard)}{_billed(ear)}" for ear in home.ears[:10]
    ]
    troubles = [f"⚠️ {escape(one_line(sentence, 200))}" for sentence in home.troubles[:TROUBLES_SHOWN]]
    heard = [f"🎯 {precision(home.precisions)}"] if home.precisions and not home.precisions[0].is_small_sample else []
    return [*(troubles or ["✅ Everything works."]), *(ears or ["Nothing was heard yet."]), *heard]
