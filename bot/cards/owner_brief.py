"""What the owner of a case gets when they claim it, and nobody else: what they can offer, guidance, the voice."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
    render_text,
)
from bot.cards.modal_blocks import make_input
from bot.cards.oncall import format_local_time
from bot.cards.sanitize import escape, format_date_near, sanitize_line, sanitize_url
from bot.domain.amounts import Amount
from bot.domain.day_message import MAX_WORDS, DayMessage
from bot.domain.department import Department
from bot.domain.offers import Guidance, OfferUse
from bot.domain.text import format_duration

AUTHORITY_SHOWN = 500
VOICE_SHOWN = 80
"""At each claim; *Why?* has the rest."""
VOICE_IN_FULL = 1500
OFFERS_SHOWN = 10
GUIDANCE_SHOWN = 3
INPUTS_SHOWN = 5


class OwnerBrief(NamedTuple):
    department: Department
    offers: tuple[OfferUse, ...] = ()
    guidance: tuple[Guidance, ...] = ()
    message: DayMessage | None = None
    case_id: str = ""


def render_owner_brief(brief: OwnerBrief, *, in_full: bool = False) -> RenderedMessage | None:
    """Return the message for the owner's eyes only; None if the playbook says nothing for this case."""
    lines = list_brief_lines([brief], in_full=in_full)
    if not lines:
        return None
    more = make_button("Ask for more…", action_ids.OFFER_ASK, brief.case_id, a11y_label="Ask to offer more")
    buttons = [make_actions(more)] if brief.case_id and any(one.offer.ask for one in brief.offers) else []
    return RenderedMessage("\n".join(lines), [*map(make_section, lines), *buttons])


def list_brief_lines(briefs: Sequence[OwnerBrief], *, in_full: bool = False) -> list[str]:
    """Return the lines of the briefs of several departments, each once, and the name of each department if needed."""
    lines = []
    for brief in briefs:
        name = [f"*{escape(sanitize_line(brief.department.name, 60))}*"] if len(briefs) > 1 else []
        today = [format_day_message(brief.message)] if brief.message else []
        lines += [*name, *today, *_list_offer_lines(brief), *_list_guidance(brief.guidance)]
    voices = dict.fromkeys(line for brief in briefs for line in _list_voice(brief, in_full=in_full))
    return [*lines, *voices]


def _list_offer_lines(brief: OwnerBrief) -> list[str]:
    """Return the offers, then what the playbook says in prose, in one line."""
    prose = escape(sanitize_line(brief.department.authority, AUTHORITY_SHOWN))
    offers = " · ".join(format_offer(one) for one in brief.offers[:OFFERS_SHOWN])
    words = ". ".join(part for part in (offers, prose) if part)
    return [f"*You can offer:* {words}"] if words else []


def format_offer(use: OfferUse) -> str:
    """Return `credit up to 50 EUR (90 EUR allowed here by @mia, 140 of 500 EUR used today)` as mrkdwn."""
    offer = use.offer
    limit = f" up to {escape(str(offer.limit))}" if offer.limit else ""
    some = f" in {use.cases} of them" if use.cases else ""
    facts = ", ".join(filter(None, (_format_allowed(use), _format_use(use))))
    return f"{escape(sanitize_line(offer.text, 80))}{limit}{f' ({facts})' if facts else ''}{some}"


def _format_allowed(use: OfferUse) -> str:
    by = f" by <@{use.allowed_by}>" if use.allowed_by else ""
    return f"{escape(str(Amount(use.allowed, use.offer.unit)))} allowed here{by}" if use.allowed else ""


def _format_use(use: OfferUse) -> str:
    daily = use.offer.daily
    return f"{daily._replace(hundredths=use.used).number} of {escape(str(daily))} used today" if daily else ""


def _list_guidance(guidance: Sequence[Guidance]) -> list[str]:
    return [f"*Guidance:* {_format_guidance(one)}" for one in guidance[:GUIDANCE_SHOWN]]


def _format_guidance(one: Guidance) -> str:
    words, url = escape(sanitize_line(one.text, 500)), sanitize_url(one.link)
    return f"{words} <{url}|Read more>" if url and "|" not in url else words


def _list_voice(brief: OwnerBrief, *, in_full: bool) -> list[str]:
    """Return how the brand sounds; cut, unless `in_full`, because who claims often has read it before."""
    voice = sanitize_line(brief.department.voice, VOICE_IN_FULL)
    words = voice if in_full else sanitize_line(voice, VOICE_SHOWN)
    more = " (in full under *Why?*)" if words != voice else ""
    return [f"*Our voice:* {escape(words)}{more}"] if words else []


def format_day_message(message: DayMessage) -> str:
    """Return the message of the day as mrkdwn, with its department, who wrote it and until when it holds."""
    words, name = escape(sanitize_line(message.text, MAX_WORDS)), escape(sanitize_line(message.department, 60))
    return f"📣 *{name}, from <@{message.by}> until {format_date_near(message.until, message.since)}:* {words}"


def render_day_message_receipt(message: DayMessage, zone: str, at: datetime) -> RenderedMessage:
    """Return the receipt: what was understood, and a button that takes it back."""
    until = f"{format_local_time(message.until, zone)} ({format_duration(message.until - at)})"
    before = " It replaces the one before." if message.replaced else ""
    text = f"📣 Everybody who owns a case in {_format_name(message.department)} sees this until {until}.{before}"
    undo = make_actions(make_button("Undo", action_ids.DAY_MESSAGE_UNDO, message.ref))
    words = make_section(make_plain_text(f"“{message.text}”", MAX_WORDS + 2))
    return render_text(text, words, make_context(f"Times are in {escape(zone.replace('_', ' '))}."), undo)


def render_day_message_undone(department: str, after: DayMessage | None = None) -> RenderedMessage:
    now = "the message before it again" if after else "no message of the day any more"
    return render_text(f"↩️ Done. {_format_name(department)} has {now}.")


def _format_name(name: str) -> str:
    return f"*{escape(sanitize_line(name, 60))}*"


def render_given_inputs(offers: Sequence[OfferUse], *, in_each: bool = False) -> list[Block]:
    """Return a field for each offer that is counted: how much was given, or in each of many cases.

    Two departments may have an offer with the same text; it has one field.
    """
    counted = {use.offer.text: use for use in offers if use.offer.unit}
    each = " in each case" if in_each else ""
    return [
        make_input(
            action_ids.build_given_block_id(one.offer.text),
            f"{one.offer.text[:1].upper()}{one.offer.text[1:]} given{each} ({one.offer.unit})",
            {"type": "plain_text_input", "max_length": 40},
            hint=_format_hint(one),
            optional=True,
        )
        for one in [*counted.values()][:INPUTS_SHOWN]
    ]


def _format_hint(use: OfferUse) -> str:
    limit = f"Up to {use.offer.limit} in one case" if use.offer.limit else ""
    allowed = f"{Amount(use.allowed, use.offer.unit)} is allowed here" if use.allowed else ""
    words = ", ".join(filter(None, (limit, allowed)))
    return " ".join(f"{part}." for part in (words, _format_use(use)) if part)
