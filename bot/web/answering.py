"""The page behind the link in a call: what was said, who was called, two buttons. No script, nothing from elsewhere."""

import base64
import hashlib
from datetime import datetime
from html import escape

from bot.cards import summons
from bot.cards.pages import BY, ENDS
from bot.cards.words import one_line, safe_url, spelled
from bot.domain.pages.page import CauseKind
from bot.usecases.pages import AckLinkView

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
"""What the second button sends."""
QUOTED = 600
CALLED_SHOWN = 12
_PRESS = '<form method="post"><button>Acknowledge: I take it</button></form>'
_CANNOT = '<form method="post"><button class="other" name="answer" value="cannot">Can\'t take it</button></form>'


def draw(linked: AckLinkView, at: datetime) -> str:
    """How it stands now, and the buttons where there is something to press."""
    page = linked.page
    if not linked.person:
        since = f" Somebody has answered, since {spelled(page.acknowledged_at)}." if page.acknowledged_at else ""
        return refused(f"This link was changed on its way, so it does nothing.{since} Open the page from Slack.")
    if linked.answered_at is not None:
        who = "You have" if page.acknowledged_by == linked.person else f"{linked.answered_by} has"
        then = f"Since {spelled(linked.answered_at)}. {summons.then(page)}"
        return _page(f"{who} this page", _words(then), _about(linked))
    if page.closed_at is not None:
        return _page("This page is over", _words("What it was about needs nobody any more."), _about(linked))
    if linked.too_old:
        words = _words(f"Nobody has answered yet, at {spelled(at)}. Open Slack.")
        return _page("This link is too old", words, _facts(linked))
    if linked.outdated:
        return _page("This link is from an earlier call", _words(_outdated(linked)), _about(linked))
    return _page(_title(linked), _about(linked, _asked(linked)))


def _asked(linked: AckLinkView) -> str:
    """What can be pressed, and what each does."""
    said_no = linked.person in {one.person for one in linked.page.declined if one.round == linked.page.round}
    if said_no:
        words = "You said that you can't take it, so the next person is called. If you can now, press Acknowledge."
        return _words(words) + _PRESS
    name = f"For {linked.name}. Acknowledge stops the escalation. Can't take it calls the next person at once."
    return _PRESS + _CANNOT + _words(name)


def _outdated(linked: AckLinkView) -> str:
    """It did what it could do when it was answered the first time."""
    before = linked.page.unclaimed
    again = f" since it called again at {_clock(before.again_at, linked)}" if before else ""
    called = any(
        one.person == linked.person and one.round >= linked.page.first_active_round for one in linked.page.attempts
    )
    then = "Use the newest message that you got, or open the card." if called else "Others are called for it now."
    return f"Nobody has answered{again}. {then}"


def _clock(at: datetime, linked: AckLinkView) -> str:
    return f"{at.astimezone(linked.context.since.tzinfo) if linked.context else at:%H:%M}"


def _title(linked: AckLinkView) -> str:
    return summons.title(linked.page, linked.context) if linked.context else "A page of Earshot"


def _about(linked: AckLinkView, asked: str = "") -> str:
    """What was said, and what can be pressed; the rest below: who is woken reads no further than they must."""
    return f"{_quote(linked)}{asked}{_card(linked)}{_facts(linked)}{_called(linked)}"


def _quote(linked: AckLinkView) -> str:
    """A stranger's words, without links on which a thumb would land."""
    if linked.context is None or not linked.context.quote:
        return ""
    who, words = summons.said_by(linked.context), summons.unlinked(linked.context.quote, QUOTED)
    return f"<blockquote>{escape(words)}<footer>{escape(who)}</footer></blockquote>"


def _card(linked: AckLinkView) -> str:
    link = safe_url(linked.context.card_link) if linked.context else ""
    return f'<a href="{escape(link)}" rel="noreferrer">View card</a>' if link else ""


def _facts(linked: AckLinkView) -> str:
    if linked.context is None:
        return ""
    drill = ["This is a drill."] if linked.page.cause.kind is CauseKind.DRILL else []
    return "".join(_words(line) for line in (*drill, linked.context.headline, *summons.facts(linked.context)))


def _called(linked: AckLinkView) -> str:
    """The newest calls last."""
    if not linked.calls:
        return ""
    rungs = linked.calls[-CALLED_SHOWN:]
    lines = (f"{one.at:%H:%M} {one.who} by {BY[one.method]}, {ENDS[one.result]}" for one in rungs)
    return "<h2>Called</h2><ol>" + "".join(f"<li>{escape(one_line(line, 200))}</li>" for line in lines) + "</ol>"


def _words(line: str) -> str:
    return f"<p>{escape(one_line(line, 300))}</p>"


def refused(sentence: str) -> str:
    return _page("Nothing to acknowledge here", _words(sentence))


def away() -> str:
    return _page("Not now", _words("Earshot cannot reach its memory right now. Load this page again in a minute."))


def _page(title: str, *parts: str) -> str:
    """`parts` are markup of our own, in which everything else is escaped."""
    head = escape(one_line(title, 200))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{head}</title><style>{STYLE}</style><main><h1>{head}</h1>{''.join(parts)}</main></html>"
    )
