"""Messages beside the card of a case: the reply in its thread, messages to its owner, answers to a click.

`link` is the card's URL or ''. With a `caution`, *Open post…* says that first, as on the card.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.cards import action_ids
from bot.cards.author_history import NAME_SHOWN, OPEN_CASES_SHOWN, format_caution, format_open_case
from bot.cards.block_kit import Block, RenderedMessage, make_actions, make_button, render_text
from bot.cards.case import NOT_YET, render_confirm_button, render_open_post_button
from bot.cards.case_mention import escape_author, format_kind_noun, render_quotation
from bot.cards.case_status import DATA_DELETED, format_detail, format_public_reply
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import TAKEN_BACK, Case, CaseResolution, CaseStatus, derive_case_id
from bot.domain.cases.deadlines import DEFAULT_REMIND_EVERY, is_paged
from bot.domain.department import Department
from bot.domain.erasure import is_closed_on_request
from bot.domain.mention import Mention
from bot.domain.persons.claim_questions import ClaimQuestion
from bot.domain.persons.person import AuthorContext, OpenCase
from bot.domain.routing import NOBODY
from bot.domain.text import format_duration

_TAKEN: dict[str, str] = {
    AuditAction.LEASE_RAN_OUT: "",
    AuditAction.RELEASED: "released",
    AuditAction.HANDED_OVER: "handed over",
    AuditAction.ROUTE_CORRECTED: "re-routed",
    AuditAction.REROUTED: "re-routed",
    AuditAction.RESOLVED: "resolved",
    AuditAction.MERGED: "merged",
}
"""Verbs that tell the former owner what happened to the case."""
WORDS_SHOWN = 300
"""Characters of a post that is quoted to somebody who has not seen the card."""


def render_claim_reminder(case: Case, department: Department, at: datetime) -> RenderedMessage:
    """Return the reply in the thread of an unclaimed case."""
    waited = format_duration(at - case.opened_at)
    return _render_message(f"⏰ Unclaimed for {waited} – can someone take it?{_format_next_step(case, department)}")


def render_digest_reminder(unclaimed: list[Case], department: Department, hidden: int = 0) -> RenderedMessage:
    """Return the reply in the thread of a digest: one for all of its cases, also those that it does not show."""
    next_step = _format_next_step(max(unclaimed, key=lambda case: case.priority.rank), department)
    count = len(unclaimed) + hidden
    are = "is" if count == 1 else "are"
    return _render_message(f"⏰ {count:,} on this list {are} unclaimed – can someone help?{next_step}")


def render_digest_reminder_outcome() -> RenderedMessage:
    """Return what replaces the reply once nothing on the list is unclaimed."""
    return _render_message("✅ Nothing on this list is unclaimed any more.")


def _format_next_step(case: Case, department: Department) -> str:
    """Say when people on call are called, if they are."""
    if not department.on_call or case.has_unsure_sentiment:
        return ""
    if case.is_confirmed_crisis:
        return " On-call was paged right away."
    if not is_paged(case, department):
        return ""
    return f" On-call is paged in {format_duration(case.clocks.remind_every or DEFAULT_REMIND_EVERY)}."


def render_deletion_notice(case: Case) -> RenderedMessage:
    """Return the reply to the owner in the thread: nothing is left to answer in public."""
    return _render_message(
        f"🗑️ <@{case.owner}> – the author deleted this post, so its text is gone here too. "
        "Resolve the case when you're done."
    )


def render_public_reply_notice(case: Case) -> RenderedMessage:
    """Return the reply to the owner in the thread: what is left of the case is theirs to close."""
    answered = format_public_reply(case).removeprefix("answered")
    return _render_message(f"💬 <@{case.owner}> – answered{answered}. Resolve the case if nothing is left to do.")


def render_reminder_outcome(case: Case) -> RenderedMessage:
    """Return what replaces a reminder: what happened, which stays true whoever has the case next."""
    if case.resolution is CaseResolution.ANSWERED_OUTSIDE:
        return _render_message(f"✅ {_name_case(case, 'The')} was {format_public_reply(case)}.")
    if case.status is CaseStatus.RESOLVED and not case.closed_by:
        expired = f"⌛ {_name_case(case, 'The')} expired: it was open too long without a change."
        is_expired = case.resolution is CaseResolution.EXPIRED
        return _render_message(expired if is_expired else "🗑️ The post was deleted, so this case is closed.")
    if case.merged_into:
        return _render_message(f"🔗 <@{case.closed_by}> merged {_name_case(case)} into another case of theirs.")
    if case.status is CaseStatus.RESOLVED:
        return _render_message(f"✅ <@{case.closed_by}> resolved {_name_case(case)}.")
    if case.status is CaseStatus.CLAIMED:
        return _render_message(f"🙋 <@{case.owner}> claimed {_name_case(case)}.")
    return _render_message(f"➡️ {_name_case(case, 'The')} moved to {escape(case.department)}.")


def render_lease_reminder(case: Case, department: Department, link: str = "", caution: str = "") -> RenderedMessage:
    """Return the direct message to the owner at half of the lease."""
    ends = f" at {format_date(case.lease_ends, '{time}')}" if case.lease_ends else " soon"
    words = (
        f"⏳ Still working on {_name_case(case)}? Your claim ends{ends}. Then it goes back to "
        f"{format_channel(department)}. Extend it, or release it so someone else can take it."
    )
    keep = make_button(
        "Extend", action_ids.KEEP, case.id, style="primary", a11y_label=f"Extend your claim: {format_kind_noun(case)}"
    )
    release = make_button(
        "Release", action_ids.RELEASE_HERE, case.id, a11y_label=f"Release the {format_kind_noun(case)}"
    )
    post = render_open_post_button(case, caution=caution)
    return _render_message(words, actions=[keep, release, *render_card_link(link), *post])


def render_lost_claim(case: Case, department: Department, link: str = "") -> RenderedMessage:
    """Return the direct message to the former owner: the lease ran out, or somebody else moved the case."""
    last = next((event for event in reversed(case.history) if event.what in _TAKEN), None)
    if last is not None and last.by:
        return _render_message(_render_taken_away(case, last), actions=render_card_link(link) or None)
    words = (
        f"↩️ Your claim on {_name_case(case)} ran out. It's back in {format_channel(department)}. "
        "Claim it again if you're about to answer."
    )
    return _render_message(words, actions=[render_claim_button(case), *render_card_link(link)])


def _render_taken_away(case: Case, last: AuditEvent) -> str:
    how = f" ({format_detail(last)})" if last.detail else ""
    return f"↩️ <@{last.by}> {_TAKEN[last.what]} {_name_case(case)}{how}. You don't need to do anything."


def render_joined_notice(case: Case, link: str = "", caution: str = "", post: Mention | None = None) -> RenderedMessage:
    """Return the direct message to the owner when the author writes again or makes a post a crisis by an edit, or when
    another case is merged into theirs, or taken back. `post` is what came, to be quoted.
    """
    author, newest_event = escape_author(case.mention), _find_newest_arrival(case)
    words = f"💬 {author} wrote again. The new post is on your case."
    if case.is_urgent and newest_event and newest_event.what == AuditAction.EDITED:
        words = f"🚨 {author} edited a post on your case. It reads as a crisis now."
    elif (merged := find_newest_merge(case)) and merged.what == AuditAction.SEPARATED:
        words = f"↩️ <@{merged.by}> reopened the case of {author} that was merged into yours. It has its posts back."
        return _render_message(words, actions=render_card_link(link) or None)
    elif merged:
        words = f"🔗 <@{merged.by}> merged another case of {author} into yours."
    return _render_newest_post(words, case, link, caution, post)


def _render_newest_post(words: str, case: Case, link: str, caution: str, post: Mention | None) -> RenderedMessage:
    newest = post.url if post else case.joined[-1].url if case.joined else ""
    quoted = [render_quotation(post, WORDS_SHOWN)] if post and not post.is_forgotten else []
    actions = [*render_card_link(link), *render_open_post_button(case, newest, caution)]
    return _render_message(words, *quoted, actions=actions)


def render_still_resolved_notice(
    case: Case, link: str = "", caution: str = "", post: Mention | None = None
) -> RenderedMessage:
    """Return the direct message to whoever resolved the case: the author wrote again, but asks for nothing."""
    words = (
        f"💬 {escape_author(case.mention)} wrote again and seems to ask for nothing, so your case stays resolved. "
        "If something is left to do, reopen it on its card."
    )
    return _render_newest_post(words, case, link, caution, post)


def is_newest_event_post(case: Case) -> bool:
    """Return whether nothing has happened to the case since a post joined it."""
    return bool(case.history) and case.history[-1].what == AuditAction.JOINED


def find_newest_merge(case: Case) -> AuditEvent | None:
    """Return how the newest post came or left, if a colleague merged its case into this one or took that back."""
    newest = _find_newest_arrival(case, AuditAction.JOINED, AuditAction.MERGED, AuditAction.SEPARATED)
    return newest if newest and newest.what != AuditAction.JOINED else None


def find_newest_post(case: Case) -> str:
    """Return the id of the post that came last: the first of a case that was merged into this one; '' if it left."""
    newest = _find_newest_arrival(case)
    if newest is None or newest.what not in {AuditAction.JOINED, AuditAction.MERGED}:
        return ""
    merged = (one.mention for one in case.joined if derive_case_id(one.mention) in newest.detail.split())
    last = case.joined[-1].mention if case.joined else ""
    return next(merged, "") if newest.what == AuditAction.MERGED else last


def _find_newest_arrival(case: Case, *ways: AuditAction) -> AuditEvent | None:
    """Return the event; of those of posts that left, only where the case they came with was reopened."""
    wanted = set(ways) or {AuditAction.JOINED, AuditAction.MERGED, AuditAction.EDITED, AuditAction.SEPARATED}
    came = (event for event in reversed(case.history) if event.what in wanted)
    return next((one for one in came if one.what != AuditAction.SEPARATED or one.detail.endswith(TAKEN_BACK)), None)


def render_reopened_notice(case: Case, department: Department, link: str = "", caution: str = "") -> RenderedMessage:
    """Return the direct message to whoever resolved the case: the author wrote again, and it has no owner now."""
    words = (
        f"💬 {escape_author(case.mention)} wrote again, so this {format_kind_noun(case)} is open again. "
        f"It's unclaimed in {format_channel(department)}. Claim it to follow up."
    )
    newest = case.joined[-1].url if case.joined else ""
    post = render_open_post_button(case, newest, caution)
    return _render_message(words, actions=[render_claim_button(case), *render_card_link(link), *post])


def render_follow_up_notice(
    case: Case, department: Department, link: str = "", caution: str = ""
) -> RenderedMessage | None:
    """Return the direct message to who answered, after a follow-up; None if that is over. It asks for nothing."""
    if not case.reopened_by:
        return None
    now = f"<@{case.owner}> has it now." if case.owner else f"It's unclaimed in {format_channel(department)}."
    return _render_message(
        f"🔁 <@{case.reopened_by}> followed up: {escape_author(case.mention)} isn't satisfied, so the "
        f"{format_kind_noun(case)} that you answered is open again. {now}",
        actions=[*render_card_link(link), *render_open_post_button(case, caution=caution)],
    )


def render_handed_over(case: Case, link: str = "", caution: str = "") -> RenderedMessage:
    """Return the direct message to the new owner."""
    by = next((event.by for event in reversed(case.history) if event.what == AuditAction.HANDED_OVER), "")
    who = f"<@{by}> handed you" if by else "You were handed"
    due = f" Due {format_date(case.due)}." if case.due else ""
    return _render_message(
        f"🤝 {who} {_name_case(case)}. It's assigned to you.{due}",
        render_quotation(case.mention, WORDS_SHOWN),
        actions=[*render_card_link(link), *render_open_post_button(case, caution=caution)],
    )


def render_channel_error(department: str, channel: str, why: str) -> RenderedMessage:
    """Return the notice in a fallback channel that a department's channel cannot be posted to. `why` says the fix."""
    where = f" (<#{channel}>)" if channel else ""
    return _render_message(
        f"⚠️ Earshot can't post cards for {escape(department)}{where}. {escape(why)} Nothing is lost – cards are posted "
        "once this is fixed."
    )


def render_claimed(case: Case, department: Department) -> RenderedMessage:
    due = f" Due {format_date(case.due)}." if case.due else ""
    return _render_message(
        f"🙋 <@{case.owner}> claimed {_name_case(case)}.{due} Its card is in {format_channel(department)}."
    )


def render_lease_renewed(case: Case) -> RenderedMessage:
    until = f" until {format_date(case.lease_ends, '{time}')}" if case.lease_ends else ""
    return _render_message(f"👍 Extended. {_name_case(case, 'The')} is yours{until}.")


def render_released(case: Case, department: Department) -> RenderedMessage:
    if case.resolution is CaseResolution.ANSWERED_OUTSIDE:
        return _render_message("↩️ Released. It was answered in public, so this case is closed.")
    if case.is_closed:
        return _render_message("↩️ Released. The post was deleted, so this case is closed.")
    return _render_message(f"↩️ Released. {_name_case(case, 'The')} is unclaimed in {format_channel(department)}.")


def render_move_suggestion(case: Case, to: str) -> RenderedMessage:
    """Return the offer, after a correction, to move the case to where the rules route it now."""
    if to == NOBODY:
        return _render_message(
            f"Thanks. Your playbook now routes {_name_case(case)} to nobody. "
            "If that's right, close it with *Resolve…* on its card."
        )
    move = make_button(
        f"Hand over to {to}",
        action_ids.MOVE_BY_RULES,
        case.id,
        style="primary",
        a11y_label=f"Hand the {format_kind_noun(case)} over",
    )
    return _render_message(f"Thanks. Your playbook now routes {_name_case(case)} to {escape(to)}.", actions=[move])


def render_moved(case: Case, department: Department) -> RenderedMessage:
    return _render_message(f"➡️ Moved {_name_case(case)} to {format_channel(department)}.")


def render_brought_back(case: Case, department: Department) -> RenderedMessage:
    return _render_message(f"🙏 Thanks. {_name_case(case, 'The')} is now a case in {format_channel(department)}.")


def render_flagged(case: Case, department: Department) -> RenderedMessage:
    asked = f" {NOT_YET}" if case.is_unconfirmed_crisis else ""
    return _render_message(f"🙏 Thanks. It's now a case in {format_channel(department)}.{asked}")


def render_closure(case: Case, link: str = "") -> RenderedMessage:
    """Return the direct message to who flagged a post, when its case is resolved. It may be open again by now."""
    last = next((event for event in reversed(case.history) if event.what == AuditAction.RESOLVED), None)
    if is_closed_on_request(case):
        return _render_message(
            f"🏁 What you flagged is closed, because {DATA_DELETED}: {_name_case(case)}. Thank you for spotting it.",
            actions=render_card_link(link) or None,
        )
    outcome, by = (last.detail, last.by) if last and not case.is_closed else (case.resolution or "", case.closed_by)
    how = f"{f' ({outcome})' if outcome else ''}{f' by <@{by}>' if by else ''}"
    again = "" if case.is_closed else " It has been reopened since."
    return _render_message(
        f"🏁 What you flagged is resolved{how}: {_name_case(case)}.{again} Thank you for spotting it.",
        actions=[*render_card_link(link), *render_open_post_button(case)] or None,
    )


def render_confirm_request(case: Case, department: Department, link: str = "", caution: str = "") -> RenderedMessage:
    """Return the direct message that asks somebody on call to confirm a crisis before anybody is paged."""
    by = next((event.by for event in case.history if event.by), "")
    words = (
        f"🚨 <@{by}> flagged this as a crisis for {escape(department.name)}, and isn't in a department here. "
        "Is it one? *Confirm crisis* pages on-call. *Claim* takes it and pages nobody."
    )
    actions = [
        render_confirm_button(case, action_ids.CONFIRM_HERE),
        render_claim_button(case),
        *render_card_link(link),
        *render_open_post_button(case, caution=caution),
    ]
    return _render_message(words, render_quotation(case.mention, WORDS_SHOWN), actions=actions)


def render_confirmed(case: Case, department: Department) -> RenderedMessage:
    return _render_message(
        f"🚨 Crisis confirmed: the post from {escape_author(case.mention)}. Paging {escape(department.name)} now."
    )


def _name_case(case: Case, article: str = "the") -> str:
    return f"{article} {format_kind_noun(case)} from {escape_author(case.mention)}"


def format_channel(department: Department) -> str:
    return f"<#{department.channel}>" if department.channel else escape(department.name)


def render_claim_button(case: Case) -> Block:
    return make_button(
        "Claim", action_ids.CLAIM_HERE, case.id, style="primary", a11y_label=f"Claim the {format_kind_noun(case)}"
    )


def render_claim_question(
    case: Case, department: Department, author: AuthorContext, at: datetime, question: ClaimQuestion
) -> RenderedMessage:
    """Return the question for who claims: what there is to think of, and what they can do."""
    claim = make_button("Claim anyway", action_ids.CLAIM_ANYWAY, case.id)
    reasons = format_claim_question(case, department, author, at, question)
    if not question.others:
        return render_text(f"✋ {reasons} Claim it anyway?", make_actions(claim))
    if len(question.others) > 1:
        rows = [make_actions(one) for one in (*render_merge_buttons(case, author, question.others), claim)]
        return render_text(f"👥 {reasons} Merge this case into one of them, or claim it?", *rows)
    merge = make_button("Merge", action_ids.MERGE, f"{case.id}/{question.others[0].case_id}", style="primary")
    return render_text(f"👥 {reasons} Merge this case into it, or claim it anyway?", make_actions(merge, claim))


def format_claim_question(
    case: Case, department: Department, author: AuthorContext, at: datetime, question: ClaimQuestion
) -> str:
    """Return the reasons to ask, as mrkdwn: the other cases last, so that *it* means such a one."""
    others = [f"{format_open_case(author, one)}." for one in question.others[:OPEN_CASES_SHOWN]]
    caution = escape(format_caution(case, department, author, at, question.by))
    return " ".join(one for one in (caution, *others) if one)


def render_merge_buttons(case: Case, author: AuthorContext, others: Sequence[OpenCase]) -> list[Block]:
    """Return the buttons that merge a case into others of the same person: each for a row of its own."""
    buttons = list[Block]()
    for other in others[:OPEN_CASES_SHOWN]:
        name = sanitize_line(author.names.get(other.owner, ""), NAME_SHOWN)
        where = "your other case" if other.owner == case.owner else f"@{name}'s case" if name else "the other case"
        buttons.append(make_button(f"Merge into {where}", action_ids.MERGE, f"{case.id}/{other.case_id}"))
    return buttons


def render_own_cases(case: Case, author: AuthorContext, own: Sequence[OpenCase]) -> RenderedMessage:
    """Return what the new owner of a case can merge it into: other cases of the person that they have, one at least."""
    said = format_open_case(author, own[0], by=case.owner)
    return render_text(
        f"👥 {said}. One answer may do for both.", *map(make_actions, render_merge_buttons(case, author, own))
    )


def render_merge_outcome(target: Case) -> RenderedMessage:
    whose = f"<@{target.owner}>'s case" if target.owner else "the other case"
    return render_text(f"🔗 Merged into {whose}. *Split off…* under *Why?* of that case undoes it.")


def render_card_link(link: str, label: str = "View case") -> list[Block]:
    return [make_button(label, action_ids.OPEN_CARD, url=link)] if link else []


def _render_message(words: str, *blocks: Block, actions: list[Block] | None = None) -> RenderedMessage:
    row = [make_actions(*actions)] if actions else []
    return render_text(words, *blocks, *row)
