"""A declared crisis in Slack: its head card, the plan, what is said beside them, and the review."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.cards import buttons, drawing, pages
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, moment, one_line
from bot.domain.adoption import UnfinishedWork
from bot.domain.crisis import ChecklistItem, Crisis, MentionCounts
from bot.domain.crisis import TimelineEntry as Told
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import Page
from bot.domain.words import format_count, format_duration

SHOWN = 6
"""Lines of the timeline on the head card, the newest; the review has more."""
REVIEWED = 20


def title(crisis: Crisis) -> str:
    """For plain text."""
    return f"{crisis.told.severity.upper()} · {one_line(crisis.told.headline, 100)}"


def matter(crisis: Crisis, link: str) -> PageContext:
    return PageContext(
        headline=f"Crisis declared: {one_line(crisis.told.headline, 100)}",
        severity_text=", ".join(_how_bad(crisis)),
        since=crisis.declared_at,
        location=crisis.told.department,
        card_link=link,
    )


def _how_bad(crisis: Crisis) -> list[str]:
    """Also of the cases that it took over, of which whoever is called may not know."""
    cases = [format_count(crisis.cases_open, "open case")] if crisis.cases_open else []
    posts = [_counted(crisis.numbers)] if crisis.numbers.posts else []
    return [crisis.told.severity.upper(), *cases, *posts] if cases or posts else []


def head(crisis: Crisis, page: Page | None = None) -> Drawing:
    """Redrawn in place: status, owner, numbers, the next update."""
    mark = "🚒" if crisis.is_open else "🏁"
    lines = [
        f"*Status*: {escape(crisis.status) or 'declared; no update yet'}",
        f"*Lead* {_who(crisis.told.lead)} · *Comms* {_who(crisis.told.comms)} · *Legal* {_who(crisis.told.legal)}",
        f"*Since the beginning*, {moment(crisis.origin.began_at)}: {_so_far(crisis)}",
        *_cases(crisis),
        _next(crisis),
    ]
    blocks = [
        drawing.header(f"{mark} {title(crisis)}"),
        drawing.section(drawing.mrkdwn("\n".join(lines))),
        drawing.context(drawing.mrkdwn("\n".join(map(_line, crisis.timeline[-SHOWN:])), 2000)),
    ]
    climbed = pages.ladder(page, 3)
    press = pages.press(page)
    blocks += [climbed] if climbed else []
    blocks += [drawing.actions(*press)] if press else []
    return Drawing(f"{mark} {escape(title(crisis))}", blocks)


def _so_far(crisis: Crisis) -> str:
    return _counted(crisis.numbers) if crisis.counted_at else "being counted"


def _cases(crisis: Crisis) -> list[str]:
    if not crisis.cases:
        return []
    return [f"*Cases*: {format_count(len(crisis.cases), 'case')} taken over, {crisis.cases_open} still open"]


def plan(crisis: Crisis, _: Page | None = None) -> Drawing:
    done = sum(1 for item in crisis.checklist if item.done_at)
    text = f"📋 *The plan*: {done} of {len(crisis.checklist)} done"
    blocks = [drawing.section(drawing.mrkdwn(text))]
    blocks += [_item(crisis, n, item) for n, item in enumerate(crisis.checklist)]
    return Drawing(text, blocks)


def _item(crisis: Crisis, number: int, item: ChecklistItem) -> Block:
    if item.done_at is not None:
        return drawing.section(
            drawing.mrkdwn(f"☑ ~{escape(item.do)}~ · <@{item.done_by}> {moment(item.done_at, '{time}')}")
        )
    press = drawing.button("Done", buttons.CRISIS_DONE, f"{crisis.id}/{number}", aloud=f"Done: {item.do[:60]}")
    return drawing.section(drawing.mrkdwn(f"☐ {escape(item.do)}"), accessory=press if crisis.is_open else None)


def declared(crisis: Crisis) -> Drawing:
    """In the department's channel, where it has one of its own."""
    return _said(
        f"🚒 <@{crisis.declared_by}> declared a crisis: *{escape(title(crisis))}*. It is in <#{crisis.channel}>."
    )


def news(crisis: Crisis, nth: int) -> Drawing:
    _, by, words = crisis.updates[nth - 1]
    return _said(f"📣 <@{by}>: {escape(words)}")


def due(crisis: Crisis) -> Drawing:
    who = crisis.told.comms or crisis.told.lead
    return _said(f"⏰ {_who(who)}, an update is due: `{buttons.CRISIS} update …`")


def review(crisis: Crisis) -> Drawing:
    """The times, how sentiment went, and what was done when."""
    steps = "\n".join(f"• {name}: {said}" for name, said in _steps(crisis))
    parts = [f"🏁 *Review: {escape(title(crisis))}*", steps, _went(crisis)]
    text = "\n".join(part for part in parts if part)
    lines = "\n".join(map(_line, crisis.timeline[-REVIEWED:]))
    return Drawing(text, [drawing.section(drawing.mrkdwn(text)), drawing.context(drawing.mrkdwn(lines, 2000))])


def opened(crisis: Crisis) -> Drawing:
    """Back to whoever declared it."""
    taken = f" It takes over {format_count(len(crisis.cases), 'open case')} and their page." if crisis.cases else ""
    return _said(f"🚒 Declared: *{escape(title(crisis))}*. {_who(crisis.told.lead)} is being called.{taken}")


def already(crisis: Crisis) -> str:
    """To somebody who declares what a colleague has declared."""
    where = f"<#{crisis.channel}>" if crisis.channel else escape(crisis.told.department)
    what = f"*{escape(title(crisis))}*, in {where}"
    return f"{_who(crisis.declared_by)} has declared this crisis already: {what}. {_who(crisis.told.lead)} leads."


def left(unfinished: UnfinishedWork) -> list[str]:
    """What is unfinished, for plain text."""
    parts = [format_count(len(unfinished.cases), "open case")] if unfinished.cases else []
    parts += ["nobody has acknowledged its page"] if unfinished.unacknowledged else []
    return [*parts, *(f"not done: {one_line(item, 150)}" for item in unfinished.to_do)]


def standing(found: Sequence[Crisis]) -> Drawing:
    """Those that are open."""
    if not found:
        return _said(f"No crisis is open. `{buttons.CRISIS} declare` opens the form.")
    where = [f" in <#{one.channel}>" if one.channel else f" in {escape(one.told.department)}" for one in found]
    return _said("\n".join(f"• *{escape(title(one))}*{place}" for one, place in zip(found, where, strict=True)))


def updated(crisis: Crisis) -> Drawing:
    due = f" The next one is due at {moment(crisis.update_due, '{time}')}." if crisis.update_due else ""
    return _said(f"📣 Said, and the card is updated.{due}")


def closed() -> Drawing:
    return _said("🏁 Closed. The review is in the channel.")


def _steps(crisis: Crisis) -> list[tuple[str, str]]:
    first = crisis.updates[0][0] if crisis.updates else None
    noticed = crisis.origin.noticed_at
    return [
        ("noticed", _span(crisis, noticed) if noticed else f"by {_who(crisis.declared_by)}, who declared it"),
        ("declared", _span(crisis, crisis.declared_at)),
        ("paged", _span(crisis, crisis.paged_at)),
        ("acknowledged", _span(crisis, crisis.acknowledged_at)),
        ("answered (first update)", _span(crisis, first)),
        ("closed", _span(crisis, crisis.closed_at)),
    ]


def _span(crisis: Crisis, at: datetime | None) -> str:
    if at is None:
        return "not known" if crisis.is_open else "never"
    return f"after {format_duration(max(timedelta(), at - crisis.origin.began_at))}"


def _went(crisis: Crisis) -> str:
    if crisis.went is None:
        return ""
    spans = zip(("the hour before", "during", "the last hour"), crisis.went, strict=True)
    return "Sentiment: " + " · ".join(f"{name} {_counted(numbers)}" for name, numbers in spans)


def _counted(numbers: MentionCounts) -> str:
    if not numbers.posts:
        return "nothing was said"
    return f"{format_count(numbers.posts, 'post')}, {round(100 * numbers.negative / numbers.posts)} % negative"


def _next(crisis: Crisis) -> str:
    if crisis.closed_at is not None:
        return f"*Closed* by {_who(crisis.closed_by)}, {moment(crisis.closed_at)}"
    return f"*Next update* {moment(crisis.update_due, '{time}')}" if crisis.update_due else ""


def _line(line: Told) -> str:
    return f"{moment(line.at, '{time}')} {_who(line.by) if line.by else 'Earshot'} {line.what}"


def _who(person: str) -> str:
    return f"<@{person}>" if person else "nobody"


def _said(text: str) -> Drawing:
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])
