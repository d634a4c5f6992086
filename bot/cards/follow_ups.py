"""The message to a person about cases that they follow up on, the modal that lists several, and what came of one."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_mrkdwn,
    make_plain_text,
    make_section,
    render_text,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import escape_author, format_author, format_kind, format_kind_noun, render_quotation
from bot.cards.case_messages import WORDS_SHOWN, format_channel, render_card_link, render_claim_button
from bot.cards.roll_ups import LINE_SHOWN, RollUpView
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.roll_ups import RollUp
from bot.domain.department import Department
from bot.domain.destination import ToPerson
from bot.domain.follow_up import FollowUpOutcome
from bot.domain.text import format_count

_ANSWERS = (
    ("Satisfied", action_ids.FOLLOW_UP_SATISFIED, "primary"),
    ("Not satisfied", action_ids.FOLLOW_UP_NOT_SATISFIED, ""),
    ("No answer", action_ids.FOLLOW_UP_NO_ANSWER, ""),
)
_NEWS_ANSWERS = (
    ("Told", action_ids.FOLLOW_UP_SATISFIED, "primary"),
    ("Reopen", action_ids.FOLLOW_UP_NOT_SATISFIED, ""),
    ("Not needed", action_ids.FOLLOW_UP_NO_ANSWER, ""),
)
"""In place of these where the author is to be told that what they asked for is done."""
_ENDINGS = {
    FollowUpOutcome.SATISFIED: "✅ Satisfied",
    FollowUpOutcome.NO_ANSWER: "🔇 No answer",
    FollowUpOutcome.THANKED: "🙏 They wrote thanks",
}


def render_follow_up(case: Case, link: str = "") -> RenderedMessage:
    """Return the message about one case."""
    author, answer = escape_author(case.mention), _format_answer(case)
    words = (
        f"🔁 Follow-up: is {author} satisfied? {answer} "
        "Look at the conversation, or ask them. *Not satisfied* reopens the case, *Add note…* keeps their words."
    )
    if _get_news(case):
        words = f"{answer} Tell {author}, who asked for it, and press *Told*."
    actions = [*_render_answers(case), *_render_note(case), *render_card_link(link), *render_open_post_button(case)]
    return render_text(words, render_quotation(case.mention, WORDS_SHOWN), make_actions(*actions))


def render_follow_ups(roll_up: RollUp, cases: Sequence[Case], total: int, department: Department) -> RenderedMessage:
    """Return the message about several cases, of which the first are `cases`: whom to ask, and whom to tell what."""
    show = make_button("View list", action_ids.FOLLOW_UP_LIST, str(roll_up), style="primary")
    news = Counter(one for case in cases if (one := _get_news(case)))
    lines = [_format_due(total, department)]
    for words, count in news.items():
        more = " or more" if total > len(cases) else ""
        who = "1 person" if count == 1 and not more else f"{count}{more} people"
        lines.append(f"📣 {who} asked for it: {escape(words)} Tell them.")
    if news.total() < len(cases):
        lines[0] += " Colleagues answered. Ask the authors whether it helped."
    return render_text("\n".join(lines), make_actions(show))


def render_follow_up_row(person: str, total: int, department: Department) -> Block:
    """Return the same for the person's Home tab."""
    value = str(RollUp(department.name, ToPerson(person)))
    words = _format_due(total, department)
    name = f"View list: {format_count(total, 'follow-up')} in {department.name}"
    return make_section(words, accessory=make_button("View list", action_ids.FOLLOW_UP_LIST, value, a11y_label=name))


def _format_due(total: int, department: Department) -> str:
    due = "is due" if total == 1 else "are due"
    return f"🔁 *{format_count(total, 'follow-up')}* {due} in {format_channel(department)}."


def render_follow_up_end(department: Department, case: Case | None = None) -> RenderedMessage:
    """Return what the message says once it is done. `case`: the one that it was about."""
    if case is None:
        return render_text(f"✅ You have nothing to follow up in {format_channel(department)}.")
    what = f"the {format_kind_noun(case)} from {escape_author(case.mention)}"
    if case.status is CaseStatus.NEW:
        words = f"↩️ Open again: {what}. It's unclaimed in {format_channel(department)}."
        return render_text(words, make_actions(render_claim_button(case), *_render_note(case)))
    follow_up = case.follow_up
    if follow_up is None or follow_up.is_waiting:
        return render_text(f"✅ No follow-up needed: {what}.")
    if follow_up.outcome is None:
        return render_text(f"➡️ Passed on to <@{follow_up.offered_to}>: {what}.")
    if follow_up.is_expired:
        return render_text(f"🔇 Nobody followed up: {what}. It counts as no answer.")
    by = f", says <@{follow_up.by}>" if follow_up.by else ""
    ending = f"📣 {follow_up.ending.capitalize()}" if follow_up.news else _ENDINGS[follow_up.outcome]
    note = [make_actions(*buttons)] if by and (buttons := _render_note(case)) else []
    return render_text(f"{ending}{by}: {what}.", *note)


def render_old_follow_ups() -> RenderedMessage:
    return render_text("↪️ This list is closed. What still needs a follow-up is in the newest message.")


def render_follow_up_modal(view: RollUpView, note: str = "") -> dict[str, Any]:
    """`note` says why the last click did not work."""
    blocks = [make_section(f"⚠️ {note}")] if note else []
    if not view.total:
        blocks.append(make_section(f"✅ You have nothing to follow up in {format_channel(view.department)}."))
    elif view.total > len(view.cases):
        blocks.append(
            make_context(f"The oldest {len(view.cases)} of {view.total:,}. Answer one and the next moves up.")
        )
    for case in view.cases:
        words = make_plain_text(
            f"{format_author(case.mention, 30)}: {sanitize_line(case.mention.text, LINE_SHOWN)}", 250
        )
        fact = make_mrkdwn(f"{format_kind(case)} · {_format_answer(case)}")
        links = [*render_card_link(view.links.get(case.id, ""), "View"), *render_open_post_button(case)]
        blocks += [
            make_section(words, fields=[fact]),
            make_actions(*_render_answers(case), *_render_note(case), *links),
        ]
    return {
        "type": "modal",
        "title": make_plain_text("Follow-ups", 24),
        "close": make_plain_text("Close"),
        "private_metadata": str(view.roll_up),
        "blocks": blocks,
    }


def _format_answer(case: Case) -> str:
    """Say who answered when, and how the author sounded after that."""
    news = f"📣 {escape(_get_news(case))} " if _get_news(case) else ""
    when = f" on {format_date(case.resolved_at, '{date_short}')}" if case.resolved_at else ""
    later = f" They wrote later: {case.follow_up.wrote_later}." if case.follow_up and case.follow_up.wrote_later else ""
    return f"{news}<@{case.closed_by}> resolved it ({case.resolution}){when}.{later}"


def _render_answers(case: Case) -> list[Block]:
    whose = f"{format_kind_noun(case)} from {format_author(case.mention)}"
    return [
        make_button(label, action, case.id, style=style, a11y_label=f"{label}: {whose}")
        for label, action, style in (_NEWS_ANSWERS if _get_news(case) else _ANSWERS)
    ]


def _render_note(case: Case) -> list[Block]:
    """Return the button behind which to write what the author said, in their history; [] for who has none."""
    label = f"Add a note to the history of {format_author(case.mention)}"
    has_history = case.mention.author_key and not case.mention.is_forgotten
    return [make_button("Add note…", action_ids.PERSON_HISTORY, case.id, a11y_label=label)] if has_history else []


def _get_news(case: Case) -> str:
    return case.follow_up.news if case.follow_up else ""
