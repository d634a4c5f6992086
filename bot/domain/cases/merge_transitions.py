"""Merge a case into another of the same person: its posts join that one, and it is closed without an outcome."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.audit import AuditAction
from bot.domain.case import MAX_JOINED, Case, CaseStatus, JoinedMention, JoinReason
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import CaseTransition, Context, check_transition
from bot.domain.mention import Mention
from bot.domain.outbox import Notification, NotificationKind

TARGET_CLOSED = "The other case is closed by now. Claim this one instead."


def merge_case(
    case: Case, target: Case, posts: Sequence[Mention], context: Context, target_department: Department
) -> CaseDecision:
    """Return both changes as one decision. `posts` are those that joined the case. Counts of mentions stay.

    A case that was merged is closed, so that none can be merged in circles. Raises `NotAllowed`.
    """
    check_transition(case, CaseTransition.RESOLVE, context)
    if target.is_closed or target.id == case.id:
        raise NotAllowed(TARGET_CLOSED)
    if case.is_urgent:
        raise NotAllowed("A crisis keeps a case of its own. Claim this one instead.")
    after = case.copy_with(
        status=CaseStatus.RESOLVED,
        owner=case.owner or context.by,
        resolved_at=context.at,
        resolved_by=context.by,
        due=None,
        lease_ends=None,
        merged_into=target.id,
    )
    event = context.build_event(AuditAction.MERGED, f"into case {target.id}")
    return replace(
        build_case_decision(case, after, context.department, event),
        target_decision=_add_posts(target, case, posts, context, target_department),
    )


def _add_posts(
    target: Case, case: Case, posts: Sequence[Mention], context: Context, department: Department
) -> CaseDecision:
    """Return the change of the case that gets the posts. Its owner is told, unless they do it themselves.

    It may have had them before, if the other case was merged, reopened, and is merged again.
    """
    said = case.mention
    own = JoinedMention(said.id, said.display_name, said.url, said.created_at, JoinReason.SAME_PERSON)
    added = (own, *case.joined)
    again = {one.mention for one in added} & {one.mention for one in target.joined}
    kept = [one for one in target.joined if one.mention not in again]
    after = target.copy_with(
        joined=(*kept, *added)[-MAX_JOINED:],
        joined_count=target.joined_count + 1 + case.joined_count - len(again),
    )
    event = context.build_event(AuditAction.MERGED, f"case {case.id} into this one")
    told = Notification.notify_owner(NotificationKind.JOINED, target.id, target.owner, target.round)
    more = (told,) if target.owner and target.owner != context.by else ()
    decision = build_case_decision(target, after, department, event, *more)
    return replace(decision, merged_mentions=(said, *posts))
