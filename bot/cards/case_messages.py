"""Messages beside the card of a case: reminders in the channel, direct messages. `link` is the card's URL or ''."""

from datetime import datetime

from bot.cards import action_ids
from bot.cards.block_kit import Block, RenderedMessage, make_actions, make_button, render_text
from bot.cards.case import NOT_YET, render_confirm_button, render_open_post_button
from bot.cards.case_mention import escape_author, format_kind_noun, render_quotation
from bot.cards.case_status import escape_with_mentions
from bot.cards.sanitize import escape, format_date
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.deadlines import find_people_to_notify
from bot.domain.department import Department
from bot.domain.destination import Destination, ToChannel, ToPerson
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.routing import NOBODY
from bot.domain.text import format_count, format_duration

REMINDED = 140
_TAKEN: dict[str, str] = {
    AuditAction.LEASE_RAN_OUT: "",
    AuditAction.RELEASED: "released",
    AuditAction.HANDED_OVER: "handed over",
    AuditAction.ROUTE_CORRECTED: "passed on",
    AuditAction.RESOLVED: "resolved",
}
"""Verbs that tell the former owner what happened to the case."""
WORDS_SHOWN = 300
"""Characters of a post that is quoted to somebody who has not seen the card."""


def render_claim_reminder(case: Case, department: Department, at: datetime, link: str = "") -> RenderedMessage:
    """Return the reminder in the channel about an unclaimed case."""
    waited = format_duration(at - case.opened_at)
    words = f"⏰ Nobody has claimed {_name_case(case)} yet; it came {waited} ago. Who takes it?"
    calls = (
        _format_escalation_notice(department, paged=case.is_confirmed_crisis)
        if not case.has_unsure_sentiment or case.is_confirmed_crisis
        else ""
    )
    return _render_message(
        words + calls,
        render_quotation(case.mention, REMINDED),
        actions=[_render_claim_button(case), *_render_card_link(link)],
    )


def _format_escalation_notice(department: Department, *, paged: bool) -> str:
    """Say who is notified next. `paged`: the people on call have been paged from the start."""
    if not department.on_call:
        return ""
    if paged:
        return " The people on call have been paged already, because a crisis cannot wait."
    return " If nobody does, the people on call are told next."


def render_reminder_outcome(case: Case) -> RenderedMessage:
    """Return what replaces a reminder: what happened, which stays true whoever has the case next."""
    if case.status is CaseStatus.RESOLVED:
        return _render_message(f"✅ <@{case.closed_by}> resolved {_name_case(case)}.")
    if case.status is CaseStatus.CLAIMED:
        return _render_message(f"🙋 <@{case.owner}> claimed {_name_case(case)}.")
    return _render_message(f"➡️ {_name_case(case, 'The')} moved to {escape(case.department)}.")


def render_on_call_notice(
    case: Case, department: Department, on_call: OnCallSnapshot, to: Destination, at: datetime, link: str = ""
) -> RenderedMessage:
    """Return the direct message to somebody on call, also posted to the fallback channel in a schedule gap."""
    waited = format_duration(at - case.opened_at)
    mark = "🚨" if case.is_urgent else "📟"
    words = (
        f"{mark} {_format_why_called(department, on_call, to)} Nobody has claimed {_name_case(case)} for {waited}. "
        f"Press *Claim* if you can take it; {_format_next_step(case, department, on_call)}."
    )
    return _render_message(
        words,
        render_quotation(case.mention, WORDS_SHOWN),
        actions=[_render_claim_button(case), *_render_card_link(link), *render_open_post_button(case)],
    )


def _format_why_called(department: Department, on_call: OnCallSnapshot, to: Destination) -> str:
    """Say why the reader is notified: they were on call then, which may be over by now."""
    name = escape(department.name)
    if on_call.has_gap:
        you = "." if isinstance(to, ToChannel) else ", so you are called."
        return f"Nobody is on call for {name} now, because {escape(on_call.schedule)} has a hole{you}"
    is_on_call = isinstance(to, ToPerson) and to.id in on_call.people
    return f"You are {'on call' if is_on_call else 'called'} for {name}."


def _format_next_step(case: Case, department: Department, on_call: OnCallSnapshot) -> str:
    if not find_people_to_notify(case, department, on_call):
        return "if not, tell somebody who can, for you are the last who is called"
    return "if not, the next person is called"


def render_digest_reminder(waiting: int, department: Department, link: str, *, paged: bool = False) -> RenderedMessage:
    """Return the reminder in the channel about unclaimed cases of a digest. `paged`: all of them are crises."""
    words = f"⏰ {_format_waiting(waiting)} for somebody to claim."
    return _render_message(
        words + _format_escalation_notice(department, paged=paged), actions=_render_card_link(link, "See the list")
    )


def render_digest_call(
    waiting: int, department: Department, on_call: OnCallSnapshot, to: Destination, link: str
) -> RenderedMessage:
    """Return the direct message to somebody on call about a whole digest."""
    words = (
        f"📟 {_format_why_called(department, on_call, to)} {_format_waiting(waiting)} for somebody in "
        f"{_format_channel(department)}. Claim there what you can; the next person is called, too."
    )
    return _render_message(words, actions=_render_card_link(link, "See the list"))


def render_lease_reminder(case: Case, department: Department, link: str = "") -> RenderedMessage:
    """Return the direct message to the owner at half of the lease."""
    ends = f" at {format_date(case.lease_ends, '{time}')}" if case.lease_ends else " soon"
    words = (
        f"⏳ Are you still on {_name_case(case)}? Your claim ends{ends}, and then it goes back to "
        f"{escape(department.name)}. Press *Keep it* for as long again, or *Release* so that somebody else can take it."
    )
    keep = make_button(
        "Keep it", action_ids.KEEP, case.id, style="primary", a11y_label=f"Keep the {format_kind_noun(case)}"
    )
    release = make_button(
        "Release", action_ids.RELEASE_HERE, case.id, a11y_label=f"Release the {format_kind_noun(case)}"
    )
    return _render_message(words, actions=[keep, release, *_render_card_link(link), *render_open_post_button(case)])


def render_lost_claim(case: Case, department: Department, link: str = "") -> RenderedMessage:
    """Return the direct message to the former owner: the lease ran out, or somebody else moved the case."""
    last = next((event for event in reversed(case.history) if event.what in _TAKEN), None)
    if last is not None and last.by:
        return _render_message(_render_taken_away(case, last), actions=_render_card_link(link) or None)
    words = (
        f"↩️ {_name_case(case, 'The')} went back to {escape(department.name)}, because the time of your claim is over. "
        "If you were just about to answer, press *Claim* and it is yours again."
    )
    return _render_message(words, actions=[_render_claim_button(case), *_render_card_link(link)])


def _render_taken_away(case: Case, last: AuditEvent) -> str:
    how = f" ({escape_with_mentions(last.detail, 120)})" if last.detail else ""
    return (
        f"↩️ <@{last.by}> {_TAKEN[last.what]} {_name_case(case)}, which was yours{how}. You need do nothing "
        f"more with it."
    )


def render_joined_notice(case: Case, link: str = "") -> RenderedMessage:
    """Return the direct message to the owner when the author writes again."""
    words = f"💬 {escape_author(case.mention)} wrote again; it is part of your case. Open the post to see what is new."
    newest = case.joined[-1].url if case.joined else ""
    return _render_message(words, actions=[*_render_card_link(link), *render_open_post_button(case, newest)])


def render_reopened_notice(case: Case, department: Department, link: str = "") -> RenderedMessage:
    """Return the direct message to whoever resolved the case: the author wrote again, and it has no owner now."""
    words = (
        f"💬 {escape_author(case.mention)} wrote again, so {_name_case(case)} is open once more and waits in "
        f"{_format_channel(department)}. If you want to go on with it, press *Claim*."
    )
    newest = case.joined[-1].url if case.joined else ""
    return _render_message(
        words, actions=[_render_claim_button(case), *_render_card_link(link), *render_open_post_button(case, newest)]
    )


def render_handed_over(case: Case, link: str = "") -> RenderedMessage:
    """Return the direct message to the new owner."""
    by = next((event.by for event in reversed(case.history) if event.what == AuditAction.HANDED_OVER), "")
    who = f"<@{by}> handed you" if by else "You were handed"
    due = f" It is to be resolved by {format_date(case.due)}." if case.due else ""
    words = f"🤝 {who} {_name_case(case)}. It is yours now.{due}"
    return _render_message(
        words,
        render_quotation(case.mention, WORDS_SHOWN),
        actions=[*_render_card_link(link), *render_open_post_button(case)],
    )


def render_channel_error(department: str, channel: str, why: str) -> RenderedMessage:
    """Return the notice in a fallback channel that a department's channel cannot be posted to. `why` says the fix."""
    where = f" (<#{channel}>)" if channel else ""
    return _render_message(
        f"⚠️ {escape(department)}{where} gets no cards. {escape(why)} Nothing is lost: what waits is posted then."
    )


def render_claimed(case: Case, department: Department) -> RenderedMessage:
    due = f" Resolve it by {format_date(case.due)}." if case.due else ""
    return _render_message(
        f"🙋 <@{case.owner}> has {_name_case(case)} now.{due} Its card is in {_format_channel(department)}."
    )


def render_lease_renewed(case: Case) -> RenderedMessage:
    until = f" until {format_date(case.lease_ends, '{time}')}" if case.lease_ends else ""
    return _render_message(f"👍 You keep {_name_case(case)}{until}.")


def render_released(case: Case, department: Department) -> RenderedMessage:
    return _render_message(
        f"↩️ You released {_name_case(case)}. It waits in {_format_channel(department)} for somebody to claim it."
    )


def render_move_suggestion(case: Case, to: str) -> RenderedMessage:
    """Return the offer, after a correction, to move the case to where the rules route it now."""
    if to == NOBODY:
        return _render_message(
            f"Thank you. By your playbook nobody would have to see {_name_case(case)} now. "
            "If you agree, close it with *Resolve…* on its card."
        )
    move = make_button(
        f"Hand it to {to}",
        action_ids.MOVE_BY_RULES,
        case.id,
        style="primary",
        a11y_label=f"Hand the {format_kind_noun(case)} over",
    )
    return _render_message(
        f"Thank you. By your playbook {_name_case(case)} belongs to {escape(to)} now.", actions=[move]
    )


def render_moved(case: Case, department: Department) -> RenderedMessage:
    return _render_message(f"➡️ {_format_channel(department)} has {_name_case(case)} now.")


def render_brought_back(case: Case, department: Department) -> RenderedMessage:
    return _render_message(f"🙏 Thank you. {_format_channel(department)} has {_name_case(case)} now: case {case.id}.")


def render_flagged(case: Case, department: Department) -> RenderedMessage:
    asked = f" {NOT_YET}" if case.is_unconfirmed_crisis else ""
    return _render_message(
        f"🙏 Thank you. {_format_channel(department)} has it now: case {case.id}. You need do nothing more.{asked}"
    )


def render_confirm_request(case: Case, department: Department, link: str = "") -> RenderedMessage:
    """Return the direct message that asks somebody on call to confirm a crisis before anybody is paged."""
    by = next((event.by for event in case.history if event.by), "")
    words = (
        f"🚨 <@{by}> flagged this as a crisis for {escape(department.name)}, and isn't on a team here. Is it one? "
        "*Confirm crisis* pages whoever is on call; *Claim* takes it without paging anybody."
    )
    actions = [
        render_confirm_button(case, action_ids.CONFIRM_HERE),
        _render_claim_button(case),
        *_render_card_link(link),
        *render_open_post_button(case),
    ]
    return _render_message(words, render_quotation(case.mention, WORDS_SHOWN), actions=actions)


def render_confirmed(case: Case, department: Department) -> RenderedMessage:
    return _render_message(f"🚨 You confirmed {_name_case(case)}. {escape(department.name)} is being paged.")


def _format_waiting(cases: int) -> str:
    return f"{format_count(cases, 'case')} on one list {'waits' if cases == 1 else 'wait'}"


def _name_case(case: Case, article: str = "the") -> str:
    return f"{article} {format_kind_noun(case)} from {escape_author(case.mention)}"


def _format_channel(department: Department) -> str:
    return f"<#{department.channel}>" if department.channel else escape(department.name)


def _render_claim_button(case: Case) -> Block:
    return make_button(
        "Claim", action_ids.CLAIM_HERE, case.id, style="primary", a11y_label=f"Claim the {format_kind_noun(case)}"
    )


def _render_card_link(link: str, label: str = "See the card") -> list[Block]:
    return [make_button(label, action_ids.OPEN_CARD, url=link)] if link else []


def _render_message(words: str, *blocks: Block, actions: list[Block] | None = None) -> RenderedMessage:
    row = [make_actions(*actions)] if actions else []
    return render_text(words, *blocks, *row)
