"""Pages in Slack: the message to whoever is called, and the ladder as it is shown on a card."""

from bot.cards import buttons, drawing, summons
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, moment, one_line
from bot.domain.destination import Callee, ToChannel, parse_callee
from bot.domain.pages.ladder import format_acknowledger
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import AttemptStatus, CauseKind, ContactMethod, Page, PageAttempt
from bot.domain.words import format_duration

SHOWN = 8
"""Rungs on a card, the newest; that there were more is said."""
BY = {
    ContactMethod.SLACK: "Slack",
    ContactMethod.NTFY: "ntfy",
    ContactMethod.PAGERDUTY: "PagerDuty",
    ContactMethod.TEXT: "text message",
    ContactMethod.CALL: "phone call",
    ContactMethod.WEBHOOK: "webhook",
}
MARKS = {
    AttemptStatus.WAITING: "…",
    AttemptStatus.SENDING: "…",
    AttemptStatus.DELIVERED: "✓",
    AttemptStatus.ANSWERED: "✓",
    AttemptStatus.QUIET: "☾",
    AttemptStatus.DROPPED: "–",
}
ENDS = {
    AttemptStatus.WAITING: "about to be called",
    AttemptStatus.SENDING: "being called",
    AttemptStatus.DELIVERED: "delivered",
    AttemptStatus.ANSWERED: "delivered, answered",
    AttemptStatus.MISSED: "not answered",
    AttemptStatus.QUIET: "delivered, but do-not-disturb is on",
    AttemptStatus.REFUSED: "refused",
    AttemptStatus.LOST: "no answer of the service",
    AttemptStatus.LATER: "not sent",
    AttemptStatus.DROPPED: "not needed any more",
}


def message(page: Page, matter: PageContext, to: Callee) -> Drawing:
    """The one message about a page to a person, or in a channel, as the page stands now."""
    return call(page, matter, to) if page.is_open and not page.leader else _after(page, matter, to)


def call(page: Page, matter: PageContext, to: Callee) -> Drawing:
    """To somebody on call, or in the fallback channel."""
    drill = "*DRILL.* " if page.cause.kind is CauseKind.DRILL else ""
    to_you = "Nobody who was called has answered." if isinstance(to, ToChannel) else _you(matter)
    bad = f", {escape(matter.severity_text)}" if matter.severity_text else ""
    words = (
        f"{summons.MARKS[page.severity]} {drill}{_new(matter)}{to_you} *{escape(matter.headline)}*{bad}, "
        f"{_since(matter)}. Press *Acknowledge* if you take it; if nobody does, the next person is called."
    )
    presses = drawing.actions(*_presses(page, matter))
    return Drawing(summons.lock_screen(page, matter), [_section(words), *_quote(matter), *_earlier(matter), presses])


def _after(page: Page, matter: PageContext, to: Callee) -> Drawing:
    """Nothing is left to press, but for what whoever has the page does next."""
    stands, new = _stands(page), f" {_new(matter)}".rstrip()
    blocks = [_section(stands + new), *_quote(matter), *_earlier(matter)]
    unclaimed = matter.case_id and page.is_awaiting_claim and not page.taken_by
    theirs = isinstance(to, ToChannel) or to.id == page.acknowledged_by
    claims = [_claim(matter)] if unclaimed and theirs else []
    if buttons_left := [*claims, *_links(matter)]:
        blocks.append(drawing.actions(*buttons_left))
    return Drawing(stands + new, blocks)


def _stands(page: Page) -> str:
    if page.closed_at is not None and not page.is_acknowledged:
        return "📟 This page is over before anybody answered: what it was about needs nobody any more."
    if page.taken_by:
        return (
            f"✅ <@{page.taken_by}> has claimed the case. {format_acknowledger(page)} answered the page{_waited(page)}."
        )
    if not page.leader:
        return acknowledged(page).text
    # A page that follows from its first moment has no message, so this one was taken over.
    had = f"{format_acknowledger(page)} has this page{_waited(page)}. " if page.is_acknowledged else ""
    return f"🚨 {had}This case is part of a declared crisis now, and the crisis has its own page."


def again(page: Page, matter: PageContext, to: Callee) -> Drawing:
    """A short word beside the message, since an edit makes no sound: it calls again, or there is something new."""
    person = "" if isinstance(to, ToChannel) else f"{to.mention} "
    if page.is_open:
        words = f"{person}Still nobody has answered. {summons.lock_screen(page, matter)}"
    else:
        words = f"{person}{summons.lock_screen(page, matter)}"
    return Drawing(words, [])


def _section(words: str) -> Block:
    return drawing.section(drawing.mrkdwn(words))


def _new(matter: PageContext) -> str:
    return f"*NEW {moment(matter.newest_at, '{time}')}* " if matter.newest_at else ""


def _since(matter: PageContext) -> str:
    return f"since {moment(matter.since)}"


def _earlier(matter: PageContext) -> list[Block]:
    if not matter.earlier_count:
        return []
    return [drawing.context(drawing.mrkdwn(f"+ {matter.earlier_count:,} earlier, {_since(matter)}"))]


def _you(matter: PageContext) -> str:
    return f"You are on call for {escape(matter.location)}." if matter.location else "You are called."


def _quote(matter: PageContext) -> list[Block]:
    if not matter.quote:
        return []
    said_by = drawing.line(drawing.run(one_line(matter.author, 60) or "somebody", bold=True))
    return [drawing.rich_text(said_by, drawing.quote(drawing.run(matter.quote, most=300)))]


def _presses(page: Page, matter: PageContext) -> list[Block]:
    """Who claims the case has answered, too."""
    found = [_press(page, buttons.ACKNOWLEDGE_HERE)]
    if matter.case_id:
        found.append(_claim(matter))
    return [*found, *_links(matter)]


def _claim(matter: PageContext) -> Block:
    return drawing.button("Claim", buttons.CLAIM_HERE, matter.case_id, aloud="Claim the case, and answer the page")


def _links(matter: PageContext) -> list[Block]:
    card = [drawing.button("See the card", buttons.OPEN_CARD, url=matter.card_link)] if matter.card_link else []
    return [*card, *_post(matter)]


def _post(matter: PageContext) -> list[Block]:
    found = drawing.button("Open post", buttons.OPEN_POST, url=matter.url, aloud="Open the post")
    return [found] if "url" in found else []


def _press(page: Page, action: str) -> Block:
    return drawing.button("Acknowledge", action, page.id, style="danger", aloud="Acknowledge the page: you take it")


def acknowledged(page: Page) -> Drawing:
    """What becomes of the message that was pressed."""
    words = f"✅ {format_acknowledger(page)} has this page{_waited(page)}. {summons.then(page)}"
    return Drawing(words, [drawing.section(drawing.mrkdwn(words))])


def _waited(page: Page) -> str:
    if page.acknowledged_at is None:
        return ""
    return f", after {format_duration(page.acknowledged_at - page.opened_at)}"


def press(page: Page | None) -> list[Block]:
    """The button on a card, while somebody still has to answer."""
    return [_press(page, buttons.ACKNOWLEDGE)] if page is not None and page.is_open else []


def ladder(page: Page | None, shown: int = SHOWN) -> Block | None:
    """Who was called how, when, and what came of it."""
    if page is None:
        return None
    lines = [_head(page), *_unclaimed(page)]
    if page.hole or page.nobody:
        lines.append(_hole(page))
    if shown:
        lines += _rungs(page, shown)
        lines += [f"✋ {moment(one.at, '{time}')} <@{one.person}> can't take it" for one in page.declined[-shown:]]
    return drawing.context(drawing.mrkdwn("\n".join(lines), 2000))


def _head(page: Page) -> str:
    if page.is_acknowledged:
        return f"📟 *Answered* by {format_acknowledger(page)} by {page.acknowledged_way}{_waited(page)}"
    if page.closed_at is not None:
        return "📟 *Paged*, and over before anybody answered"
    if page.held_until is not None:
        return f"🌙 *Waits* until {moment(page.held_until, '{time}')}: quiet hours, so nobody is called yet"
    if page.due is None:
        return "📟 *Nobody answered*, and nobody is called any more"
    if page.leader:
        return f"📟 *Paging* with another case since {moment(page.opened_at, '{time}')}: nobody has answered yet"
    again = f", round {page.attempts[-1].round}" if page.attempts and page.attempts[-1].round > 1 else ""
    return f"📟 *Paging* since {moment(page.opened_at, '{time}')}{again}: nobody has answered yet"


def _unclaimed(page: Page) -> list[str]:
    before = page.unclaimed
    if before is None:
        return []
    by = f"<@{before.by}>" if before.by else f"somebody at {before.way}"
    at, again = moment(before.at, "{time}"), moment(before.again_at, "{time}")
    return [f"⏰ Acknowledged by {by} at {at}, not claimed; called again {again}"]


def _hole(page: Page) -> str:
    if page.nobody:
        return "⚠️ *Nobody can be called*: the schedule has a hole, and there is neither a fallback nor a manager"
    return "⚠️ The schedule has a hole: nobody was on call, so the fallback and the managers are called"


def _rungs(page: Page, shown: int) -> list[str]:
    last = page.attempts[-shown:]
    earlier = page.count - len(last)
    return ([f"… and {earlier} earlier"] if earlier > 0 else []) + [_rung(one) for one in last]


def _rung(one: PageAttempt) -> str:
    mark = MARKS.get(one.result, "✗")
    why = f": {escape(one.detail)}" if one.detail else ""
    return f"{mark} {moment(one.at, '{time}')} {_person(one)} by {BY[one.way]}, {ENDS[one.result]}{why}"


def _person(one: PageAttempt) -> str:
    return parse_callee(one.person).mention if one.person else "whoever is on call there"
