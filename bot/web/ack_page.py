"""The web page behind a page's link: details, attempts, two buttons. No script, no external resources."""

import base64
import hashlib
from datetime import datetime
from html import escape

from bot.cards.page_text import (
    format_after_acknowledge,
    format_headline,
    format_page_author,
    format_page_title,
    format_recheck_time,
    list_page_facts,
    strip_links,
)
from bot.cards.paging import ENDS
from bot.cards.sanitize import format_plain_time, sanitize_line, sanitize_url
from bot.domain.paging.page import CauseKind
from bot.usecases.paging import AckLinkView

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:1.5rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "h1{font-size:1.4rem;line-height:1.25}"
    "h2{font-size:1.1rem;margin-bottom:0}"
    "blockquote{margin:1rem 0;padding:.25rem 0 .25rem 1rem;border-left:.3rem solid #b00020;font-size:1.15rem}"
    "blockquote footer,ol{font-size:1rem}"
    "ol{list-style:none;padding:0}"
    "button,a{display:block;box-sizing:border-box;font:inherit;font-weight:bold;width:100%;padding:1rem;"
    "margin:.75rem 0;border:.15rem solid #b00020;border-radius:.5rem;text-align:center;text-decoration:none}"
    "button{background:#b00020;color:#fff}"
    "a,button.other{background:transparent;color:inherit;border-color:currentColor}"
    "button:focus-visible,a:focus-visible{outline:3px solid currentColor;outline-offset:3px}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


CANNOT = b"answer=cannot"
"""Form body of the second button."""
QUOTED = 600
CALLED_SHOWN = 12
_PRESS = '<form method="post"><button>I\'ve got it</button></form>'
_CANNOT = '<form method="post"><button class="other" name="answer" value="cannot">Can\'t take it</button></form>'


def render_ack_page(view: AckLinkView, at: datetime) -> str:
    """Return the page in its current status, with buttons while it can be acknowledged."""
    page = view.page
    if not view.person:
        done = (
            f" Somebody acknowledged it on {format_plain_time(page.acknowledged_at)}." if page.acknowledged_at else ""
        )
        return render_refusal(f"This link isn't valid, so it does nothing.{done} Open the page from Slack.")
    if view.answered_at is not None:
        who = "You've got it" if page.acknowledged_by == view.person else f"{view.answered_by} has got it"
        later = format_after_acknowledge(page, format_recheck_time(view.context))
        then = f"Acknowledged on {format_plain_time(view.answered_at)}. {later}"
        return _render_html(who, _render_paragraph(then), _render_ack_details(view))
    if page.closed_at is not None:
        return _render_html(
            "This page is closed",
            _render_paragraph("There is nothing left to do."),
            _render_ack_details(view),
        )
    if view.too_old:
        words = _render_paragraph(f"Still no answer on {format_plain_time(at)}. Open Slack and acknowledge.")
        return _render_html("This link has expired", words, _render_facts(view))
    if view.outdated:
        return _render_html(
            "This link is from an earlier page", _render_paragraph(_format_outdated(view)), _render_ack_details(view)
        )
    return _render_html(_format_ack_title(view), _render_ack_details(view, _render_ack_buttons(view)))


def _render_ack_buttons(view: AckLinkView) -> str:
    """Return the buttons, and what each does."""
    has_declined = view.person in {one.person for one in view.page.declined if one.round == view.page.round}
    if has_declined:
        words = "You passed this on, so the next person is paged. If you can take it now, press the button."
        return _render_paragraph(words) + _PRESS
    name = f"For {view.name}. “I've got it” stops the escalation. “Can't take it” pages the next person right away."
    return _PRESS + _CANNOT + _render_paragraph(name)


def _format_outdated(view: AckLinkView) -> str:
    """Say why a link of an earlier round does nothing any more."""
    before = view.page.unclaimed
    again = f" since it paged again at {_format_time_of_day(before.again_at, view)}" if before else ""
    called = any(one.person == view.person and one.round >= view.page.first_active_round for one in view.page.attempts)
    then = "Use the newest message you got, or open the card." if called else "Others are being paged now."
    return f"Nobody has answered{again}. {then}"


def _format_time_of_day(at: datetime, view: AckLinkView) -> str:
    return f"{at.astimezone(view.context.since.tzinfo) if view.context else at:%H:%M}"


def _format_ack_title(view: AckLinkView) -> str:
    return format_page_title(view.page, view.context) if view.context else "A page from Earshot"


def _render_ack_details(view: AckLinkView, buttons: str = "") -> str:
    """Return quotation and buttons first, then the details, so that nobody has to scroll for a button."""
    facts = f"{_render_facts(view, has_headline=bool(buttons))}{_render_attempt_list(view)}"
    return f"{_render_blockquote(view)}{buttons}{_render_card_anchor(view)}{facts}"


def _render_blockquote(view: AckLinkView) -> str:
    """Return the untrusted words, without links."""
    if view.context is None or not view.context.quote:
        return ""
    who, words = format_page_author(view.context), strip_links(view.context.quote, QUOTED)
    return f"<blockquote>{escape(words)}<footer>{escape(who)}</footer></blockquote>"


def _render_card_anchor(view: AckLinkView) -> str:
    link = sanitize_url(view.context.card_link) if view.context else ""
    return f'<a href="{escape(link)}" rel="noreferrer">View card</a>' if link else ""


def _render_facts(view: AckLinkView, *, has_headline: bool = False) -> str:
    """Return the facts. `has_headline`: the title of the page is the headline already."""
    if view.context is None:
        return ""
    drill = ["This is a drill."] if view.page.cause.kind is CauseKind.DRILL else []
    headline = [] if has_headline else [format_headline(view.context)]
    lines = (*drill, *headline, *list_page_facts(view.context))
    return "".join(_render_paragraph(line[:1].upper() + line[1:]) for line in lines)


def _render_attempt_list(view: AckLinkView) -> str:
    """Return the attempts, newest last."""
    if not view.calls:
        return ""
    shown = view.calls[-CALLED_SHOWN:]
    lines = (f"{one.at:%H:%M} {one.who} via {one.method.label}, {ENDS[one.result]}" for one in shown)
    return (
        "<h2>Paged so far</h2><ol>"
        + "".join(f"<li>{escape(sanitize_line(line, 200))}</li>" for line in lines)
        + "</ol>"
    )


def _render_paragraph(line: str) -> str:
    return f"<p>{escape(sanitize_line(line, 300))}</p>"


def render_refusal(sentence: str) -> str:
    return _render_html("Nothing to acknowledge here", _render_paragraph(sentence))


def render_unavailable() -> str:
    return _render_html(
        "Not right now", _render_paragraph("Earshot can't reach its database. Reload this page in a minute.")
    )


def _render_html(title: str, *parts: str) -> str:
    """Return a document. `parts` are HTML in which untrusted words are escaped already."""
    head = escape(sanitize_line(title, 200))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{head}</title><style>{STYLE}</style><main><h1>{head}</h1>{''.join(parts)}</main></html>"
    )
