"""The note in the morning: what happened, what waits."""

from bot.cards import crisis as crisis_card
from bot.cards import drawing, episode
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, moment
from bot.domain.crisis import Crisis
from bot.domain.drill import Drill
from bot.domain.episode import Episode
from bot.domain.morning import ShiftSummary
from bot.domain.pages.ladder import format_acknowledger
from bot.domain.pages.page import CauseKind, Page
from bot.domain.words import format_count, format_duration

SHOWN = 10


def note(morning: ShiftSummary) -> Drawing | None:
    """None after a quiet night in which nothing is left."""
    return _note(f"🌅 *The night for {escape(morning.department)}*", morning)


def hand_over(morning: ShiftSummary, to: str) -> Drawing | None:
    """`to` is on call from now on; empty where nobody is."""
    now = f": <@{to}> is on call now" if to else ": nobody is on call now"
    return _note(f"🤝 *Hand-over for {escape(morning.department)}*{now}", morning)


def _note(head: str, morning: ShiftSummary) -> Drawing | None:
    if morning.is_empty:
        return None
    waits = f"{format_count(morning.waiting, 'case')} open" if morning.waiting else "nothing waits"
    overdue = f", {morning.overdue:,} overdue" if morning.overdue else ""
    said = f"{format_count(morning.posts, 'post')}, {morning.negative:,} negative"
    before = [
        f"{head}. Since {moment(morning.since, '{time}')}: {said}.",
        *(_page(one) for one in morning.pages[-SHOWN:]),
    ]
    after = [
        *(_crisis(one) for one in morning.crises[:SHOWN]),
        *(_missed(one) for one in [morning.missed] if one),
        f"*Now*: {waits}{overdue}.",
    ]
    spikes = [drawing.rich_text(*map(_spike, morning.episodes[:SHOWN]))] if morning.episodes else []
    blocks = [_lines(before), *spikes, _lines(after)]
    return Drawing(before[0], blocks)


def _lines(said: list[str]) -> Block:
    return drawing.section(drawing.mrkdwn("\n".join(said)))


def _spike(found: Episode) -> Block:
    """Its words are strangers'."""
    return drawing.line(drawing.run(f"🌊 {episode.title(found)}: {episode.unusual(found)}"))


def _crisis(crisis: Crisis) -> str:
    where = f"<#{crisis.channel}>" if crisis.channel else "this channel"
    return f"🚒 *{escape(crisis_card.title(crisis))}* is open since {moment(crisis.declared_at)}, in {where}"


def _missed(drill: Drill) -> str:
    return f"⚠️ The drill of {moment(drill.opened_at)} was missed: {drill.why}. It stays open until one succeeds"


def spared() -> Drawing:
    """To somebody who was called often enough tonight."""
    text = "🌙 You were called often enough tonight: what is not SEV1 calls the next in line until noon."
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])


def _page(page: Page) -> str:
    if page.acknowledged_at is None:
        waits = f"waits until {moment(page.held_until, '{time}')}, quiet hours" if page.held_until else ""
        ended = "over before anybody answered" if page.closed_at else waits or "*nobody has answered*"
    else:
        ended = (
            f"answered by {format_acknowledger(page)} after {format_duration(page.acknowledged_at - page.opened_at)}"
        )
    drill = "drill, " if page.cause.kind is CauseKind.DRILL else ""
    return f"📟 {moment(page.opened_at, '{time}')} paged ({drill}{page.severity.upper()}): {ended}"
