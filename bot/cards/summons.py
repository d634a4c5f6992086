"""What a page says outside of Slack: on a lock screen, in a text message, by voice. Plain text, no markup at all.

A stranger's words go along where they are read, short and without links, on which a thumb would land; they are never
spoken, and never in a text message, which may be charged by its length.
"""

import re
from datetime import datetime

from bot.cards import said
from bot.cards.words import escape, one_line, safe_url, spelled
from bot.domain.case import Case
from bot.domain.mention import Mention
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import CauseKind, Page, Severity

QUOTED = 100
LOOKED_AT = 400
"""Characters of what is quoted, before its links are taken out."""
TEXTED = 300
"""Characters: two parts of a text message, the link included."""
_LINKS = re.compile(r"(https?://|www\.)\S+|[^\s@]+\.[a-z]{2,24}\b(/\S*)?", re.IGNORECASE)
"""Bare names too, such as evil.example: a phone makes a link of them."""
MARKS = {Severity.SEV1: "🚨", Severity.SEV2: "📈", Severity.SEV3: "📟"}


def of_case(case: Case, link: str, said_now: Mention | None = None, *, again: bool = False) -> PageContext:
    """What somebody who is called has to know of a case. `said_now`: its newest words, where they are not its first.

    `again`: it was acknowledged before, and nobody has claimed it.
    """
    mention = said_now or case.mention
    found = case.assessment
    ours = found.subject if found.kind else ""  # a sender may name any other
    subject = f" at {one_line(ours, 60)}" if ours else ""
    parts = [f"urgency {found.urgency} of 100"] if found.urgency else []
    followers = mention.author.followers
    if followers is not None:
        parts.append(f"reach {said.short(followers)}")
    if case.joined_count:
        parts.append(f"{case.joined_count:,} joined")
    if again:
        parts.append("acknowledged before, not claimed")
    kind = "Crisis" if case.is_urgent else said.name(case)
    return PageContext(
        headline=f"{kind}{subject} on {said.outlet(mention)}",
        severity_text=", ".join(parts),
        since=case.opened_at,
        location=case.department,
        author=mention.display_name,
        quote=mention.text,
        card_link=link,
        url=safe_url(mention.url),
        case_id=case.id,
        reach=", ".join([said.outlet(mention), *([f"{said.short(followers)} followers"] if followers else [])]),
    )


def of_storm(newest: PageContext, newest_at: datetime, first: PageContext, earlier: int) -> PageContext:
    """The newest first, and that there were others before it."""
    return newest._replace(since=first.since, newest_at=newest_at, earlier_count=earlier)


def title(page: Page, matter: PageContext) -> str:
    drill = "DRILL: " if page.cause.kind is CauseKind.DRILL else ""
    return f"{drill}{new(matter)}{matter.headline} ({page.severity.upper()}){more(matter)}"


def new(matter: PageContext) -> str:
    """`NEW 04:00: ` before what came after the page had begun to call."""
    return f"NEW {matter.newest_at:%H:%M}: " if matter.newest_at else ""


def more(matter: PageContext) -> str:
    return f" + {matter.earlier_count:,} earlier" if matter.earlier_count else ""


def lock_screen(page: Page, matter: PageContext) -> str:
    """The text of a message in Slack, of which a phone shows the beginning: how bad, what was said, by how many heard.

    In mrkdwn, so that a stranger's words are escaped.
    """
    drill = "DRILL: " if page.cause.kind is CauseKind.DRILL else ""
    words = unlinked(matter.quote, QUOTED)
    what = f"“{words}”" if words else one_line(matter.headline, 200)
    reach = f" ({matter.reach})" if words and matter.reach else ""
    again = " Acknowledged earlier, still unclaimed." if page.unclaimed and not page.news else ""
    said_so = f"{drill}{page.severity.upper()} – {new(matter)}{what}{reach}{more(matter)}."
    return f"{MARKS[page.severity]} {escape(said_so)}{again}"


def quotation(matter: PageContext) -> str:
    """Who said what, on one line; empty where nobody is quoted."""
    words = unlinked(matter.quote, QUOTED)
    return f"{said_by(matter)}: “{words}”" if words else ""


def said_by(matter: PageContext) -> str:
    return unlinked(matter.author, 40) or "Somebody"


def unlinked(words: str, most: int) -> str:
    """On one line, without links on which a thumb would land."""
    return one_line(_unlinked(words, max(most, LOOKED_AT)), most)


def _unlinked(words: str, most: int) -> str:
    """Looked at no further than is shown: the pattern takes 40 s for a word of 50,000 letters, and people wait."""
    return _LINKS.sub("(link)", one_line(words, most))


def facts(matter: PageContext) -> list[str]:
    """How bad, since when, where."""
    where = f"for {one_line(matter.location, 60)}" if matter.location else ""
    since = f"since {spelled(matter.since)}"
    return [
        part
        for part in (one_line(matter.severity_text, 120), " ".join(part for part in (since, where) if part))
        if part
    ]


def text(matter: PageContext, link: str = "") -> str:
    """Everything, for where there is room."""
    press = "Press Acknowledge if you take it; if not, the next person is called."
    return "\n".join(part for part in (*facts(matter), quotation(matter), press if link else _in_slack()) if part)


def short(page: Page, matter: PageContext, link: str = "") -> str:
    """A text message: our own words only."""
    acknowledge = f"Acknowledge: {link}" if link else _in_slack()
    room = TEXTED - len(acknowledge) - 1
    said_first = f"{title(page, matter)}. {'; '.join(facts(matter))}."
    return f"{one_line(said_first, max(room, 60))}\n{acknowledge}"


def spoken(page: Page, matter: PageContext) -> str:
    """By voice, to somebody who was asleep: our own words only, and no numbers that need an eye."""
    drill = "This is a drill. " if page.cause.kind is CauseKind.DRILL else ""
    severity = page.severity.value.removeprefix("sev")
    return (
        f"This is Earshot. {drill}{one_line(matter.headline, 120)}. Severity {severity}. "
        f"You are on call for {one_line(matter.location, 60) or 'this'}."
    )


def then(page: Page) -> str:
    """To whoever has just acknowledged."""
    if page.is_awaiting_claim:
        return "Nobody else is called. Claim the case next: while nobody has, it will call again."
    return "Nobody else is called."


def _in_slack() -> str:
    return "Open Slack and press Acknowledge."
