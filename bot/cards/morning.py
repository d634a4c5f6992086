"""The note in the morning: what happened, what waits."""

from bot.cards import drawing, episode
from bot.cards.drawing import Drawing
from bot.cards.words import escape, moment
from bot.domain.morning import Morning
from bot.domain.pages.ladder import who
from bot.domain.pages.page import Page
from bot.domain.words import count, length

SHOWN = 10


def note(morning: Morning) -> Drawing | None:
    """None after a quiet night in which nothing is left."""
    if morning.quiet:
        return None
    waits = f"{count(morning.waiting, 'case')} open" if morning.waiting else "nothing waits"
    overdue = f", {morning.overdue:,} overdue" if morning.overdue else ""
    said = f"{count(morning.posts, 'post')}, {morning.negative:,} negative"
    lines = [
        f"🌅 *The night for {escape(morning.department)}*, since {moment(morning.since, '{time}')}: {said}.",
        *(_page(one) for one in morning.pages[-SHOWN:]),
        *(f"🌊 {escape(episode.title(one))}: {episode.unusual(one)}" for one in morning.episodes[:SHOWN]),
        f"*Now*: {waits}{overdue}.",
    ]
    text = "\n".join(lines)
    return Drawing(lines[0], [drawing.section(drawing.mrkdwn(text))])


def spared() -> Drawing:
    """To somebody who was called often enough tonight."""
    text = "🌙 You were called often enough tonight: what is not SEV1 calls the next in line until noon, UTC."
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])


def _page(page: Page) -> str:
    if page.acknowledged_at is None:
        ended = "over before anybody answered" if page.closed_at else "*nobody has answered*"
    else:
        ended = f"answered by {who(page)} after {length(page.acknowledged_at - page.opened_at)}"
    drill = "drill, " if page.cause.kind.value == "drill" else ""
    return f"📟 {moment(page.opened_at, '{time}')} paged ({drill}{page.severity.upper()}): {ended}"
