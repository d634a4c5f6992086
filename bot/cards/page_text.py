"""Plain text of a page outside of Slack: on a lock screen, in a text message, by voice.

Untrusted words are shortened and lose their links. They are never spoken, and never in a text message.
"""

import re
from datetime import datetime

from bot.cards.case_mention import HARMS, abbreviate_number, format_kind, format_source, list_crisis_facts
from bot.cards.sanitize import escape, format_plain_time, sanitize_line, sanitize_url
from bot.domain.case import Case
from bot.domain.mention import Mention
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import CauseKind, Page, Severity
from bot.domain.text import format_count

QUOTED = 100
LOOKED_AT = 400
"""Characters of a quotation, before links are removed."""
TEXTED = 300
"""Characters of a text message in two parts, the link included."""
_LINKS = re.compile(r"(https?://|www\.)\S+|[^\s@]+\.[a-z]{2,24}\b(/\S*)?", re.IGNORECASE)
"""Bare host names too, such as evil.example: phones turn them into links."""
SEVERITY_MARKS = {Severity.SEV1: "🚨", Severity.SEV2: "📈", Severity.SEV3: "📟"}


def build_case_page_context(
    case: Case, link: str, latest_mention: Mention | None = None, *, again: bool = False
) -> PageContext:
    """Return what a page says about a case. `latest_mention`: the newest post, where it is not the first.

    `again`: it was acknowledged before, but not claimed.
    """
    mention = latest_mention or case.mention
    found = case.assessment
    ours = found.subject if found.kind else ""  # a sender may name any other
    name = sanitize_line(ours, 60)
    subject = f" about {name}" if name else ""
    parts = [] if case.is_urgent else [f"{case.priority.value} priority"]
    followers = mention.author.followers
    if followers is not None:
        parts.append(f"{abbreviate_number(followers)} followers")
    if case.joined_count:
        parts.append(format_count(case.joined_count, "related post"))
    if again:
        parts.append("acknowledged earlier, still unclaimed")
    kind = _format_crisis_kind(case) if case.is_urgent else format_kind(case)
    return PageContext(
        headline=f"{kind}{subject} on {format_source(mention)}",
        severity_text=", ".join(parts),
        since=case.opened_at,
        location=case.department,
        author=mention.display_name,
        quote=mention.text,
        card_link=link,
        url=sanitize_url(mention.url),
        case_id=case.id,
        crisis_headline=_format_crisis_headline(case, f"{name} on {format_source(mention)}".strip()),
        reach=", ".join(
            [format_source(mention), *([f"{abbreviate_number(followers)} followers"] if followers else [])]
        ),
    )


def _format_crisis_kind(case: Case) -> str:
    """Return `Safety crisis`, or `Crisis` where the harm is of no known kind."""
    return f"{HARMS.get(case.harm, '')} crisis".strip().capitalize()


def _format_crisis_headline(case: Case, where: str) -> str:
    """Return what the title of the card says, in a sentence; '' where it names nothing."""
    facts = [strip_links(fact, 60) for fact in list_crisis_facts(case)] if case.is_urgent else []
    return f"{_format_crisis_kind(case)}: {', '.join(facts)} – {where}" if facts else ""


def format_headline(context: PageContext) -> str:
    """Return the headline for where the post is quoted, too."""
    return context.crisis_headline or context.headline


def merge_page_contexts(newest: PageContext, newest_at: datetime, first: PageContext, earlier: int) -> PageContext:
    """Combine the contexts of grouped pages: the newest, since the first, with the number of earlier ones."""
    return newest._replace(since=first.since, newest_at=newest_at, earlier_count=earlier)


def format_page_title(page: Page, context: PageContext) -> str:
    """Return the title for providers that are told the words of the post, too."""
    return _format_title(page, context, format_headline(context))


def _format_title(page: Page, context: PageContext, headline: str) -> str:
    drill = "DRILL: " if page.cause.kind is CauseKind.DRILL else ""
    return f"{drill}{format_newest_prefix(context)}{headline} ({page.severity.upper()}){format_earlier_suffix(context)}"


def format_newest_prefix(context: PageContext) -> str:
    """Return `NEW 04:00: ` for what came after the page was opened."""
    return f"NEW {context.newest_at:%H:%M}: " if context.newest_at else ""


def format_earlier_suffix(context: PageContext) -> str:
    return f" + {format_count(context.earlier_count, 'related case')}" if context.earlier_count else ""


def format_lock_screen_text(page: Page, context: PageContext) -> str:
    """Return the top-level text of a Slack message, of which a phone shows the beginning: severity, words, reach.

    It is mrkdwn, so untrusted words are escaped.
    """
    drill = "DRILL: " if page.cause.kind is CauseKind.DRILL else ""
    words = strip_links(context.quote, QUOTED)
    what = f"“{words}”" if words else sanitize_line(context.headline, 200)
    reach = f" ({context.reach})" if words and context.reach else ""
    again = " Acknowledged earlier, still unclaimed." if page.unclaimed and not page.news else ""
    words = (
        f"{drill}{page.severity.upper()} – "
        f"{format_newest_prefix(context)}{what}{reach}{format_earlier_suffix(context)}."
    )
    return f"{SEVERITY_MARKS[page.severity]} {escape(words)}{again}"


def format_page_quotation(context: PageContext) -> str:
    """Return author and words on one line; '' where there is no quotation."""
    words = strip_links(context.quote, QUOTED)
    return f"{format_page_author(context)}: “{words}”" if words else ""


def format_page_author(context: PageContext) -> str:
    return strip_links(context.author, 40) or "Somebody"


def strip_links(words: str, max_length: int) -> str:
    """Return one line with each link replaced, so that nobody opens one by accident."""
    return sanitize_line(_replace_links(words, max(max_length, LOOKED_AT)), max_length)


def _replace_links(words: str, max_length: int) -> str:
    """Replace links. Only `max_length` characters are searched: the pattern takes 40 s for a word of 50,000 letters."""
    return _LINKS.sub("(link)", sanitize_line(words, max_length))


def list_page_facts(context: PageContext) -> list[str]:
    """List severity, then start and location."""
    where = f"for {sanitize_line(context.location, 60)}" if context.location else ""
    since = f"since {format_plain_time(context.since)}"
    return [
        part
        for part in (sanitize_line(context.severity_text, 120), " ".join(part for part in (since, where) if part))
        if part
    ]


def format_page_body(context: PageContext, link: str = "") -> str:
    """Return the long form, for providers with room for it."""
    press = "Press Acknowledge if you've got it. Otherwise the next person is paged."
    return "\n".join(
        part
        for part in (*list_page_facts(context), format_page_quotation(context), press if link else _format_slack_hint())
        if part
    )


def format_text_message(page: Page, context: PageContext, link: str = "") -> str:
    """Return a text message, without untrusted words."""
    acknowledge = f"Acknowledge: {link}" if link else _format_slack_hint()
    room = TEXTED - len(acknowledge) - 1
    details = f"{_format_title(page, context, context.headline)}, {', '.join(list_page_facts(context))}."
    return f"{sanitize_line(details, max(room, 60))}\n{acknowledge}"


def format_spoken_page(page: Page, context: PageContext) -> str:
    """Return the words of a phone call, without untrusted words."""
    drill = "This is a drill. " if page.cause.kind is CauseKind.DRILL else ""
    severity = page.severity.value.removeprefix("sev")
    return (
        f"This is Earshot. {drill}{sanitize_line(context.headline, 120)}. Severity {severity}. "
        f"You are on call for {sanitize_line(context.location, 60) or 'this'}."
    )


def format_after_acknowledge(page: Page, again: str = "") -> str:
    """Say what comes next, to all who were called. `again`: the time of day at which it would go out again."""
    if page.is_awaiting_claim:
        at = f" at {again}" if again else ""
        return f"Nobody else is paged. The page goes out again{at} unless somebody claims the case."
    return "Nobody else is paged."


def format_recheck_time(context: PageContext | None) -> str:
    """Return when an unclaimed page goes out again, for where Slack cannot convert a time; '' if it does not."""
    return f"{context.again_at:%H:%M %Z}" if context and context.again_at else ""


def _format_slack_hint() -> str:
    return "Open Slack and press Acknowledge."
