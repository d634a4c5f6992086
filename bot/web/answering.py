"""The page behind the link in a call: what it is about, who has it, one button. No script, nothing from elsewhere."""

import base64
import hashlib
from datetime import datetime
from html import escape

from bot.cards import summons
from bot.cards.words import one_line, spelled
from bot.domain.pages.page import CauseKind
from bot.usecases.pages import Linked

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.4rem}"
    "button{font:inherit;font-weight:bold;width:100%;padding:1rem;border:0;border-radius:.5rem;background:#b00020;color:#fff}"
    "button:focus-visible{outline:3px solid currentColor;outline-offset:3px}"
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


def draw(linked: Linked, at: datetime) -> str:
    """How it stands now, and the button where there is something to press."""
    page = linked.page
    if not linked.person:
        since = f" Somebody has answered, since {spelled(page.acknowledged_at)}." if page.acknowledged_at else ""
        return refused(f"This link was changed on its way, so it does nothing.{since} Open the page from Slack.")
    if linked.answered_at is not None:
        who = "You have" if page.acknowledged_by == linked.person else f"{linked.answered_by} has"
        return _page(f"{who} this page", _facts(linked), f"Since {spelled(linked.answered_at)}. {summons.then(page)}")
    if page.closed_at is not None:
        return _page("This page is over", _facts(linked), "What it was about needs nobody any more.")
    if linked.too_old:
        return _page("This link is too old", _facts(linked), f"Nobody has answered yet, at {spelled(at)}. Open Slack.")
    press = '<form method="post"><button>Acknowledge: I take it</button></form>'
    ask = f"For {linked.name}. If you take it, nobody else is called. If you do not, the next person is."
    return _page(_title(linked), _facts(linked), ask, press)


def _title(linked: Linked) -> str:
    return summons.title(linked.page, linked.matter) if linked.matter else "A page of Earshot"


def _facts(linked: Linked) -> list[str]:
    if linked.matter is None:
        return []
    drill = ["This is a drill."] if linked.page.cause.kind is CauseKind.DRILL else []
    return [*drill, linked.matter.what, *summons.facts(linked.matter)]


def refused(sentence: str) -> str:
    return _page("Nothing to acknowledge here", [], sentence)


def away() -> str:
    return _page("Not now", [], "Earshot cannot reach its memory right now. Load this page again in a minute.")


def _page(title: str, facts: list[str], sentence: str, form: str = "") -> str:
    """`form` is our own markup; all else is escaped."""
    head = escape(one_line(title, 200))
    lines = "".join(f"<p>{escape(one_line(line, 300))}</p>" for line in (*facts, sentence))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{head}</title><style>{STYLE}</style><main><h1>{head}</h1>{lines}{form}</main></html>"
    )
