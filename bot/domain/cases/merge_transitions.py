"""Merge a case into another of the same person: its posts join that one, and it is closed without an outcome."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.audit import AuditAction
from bot.domain.case import MAX_JOINED, Case, CaseStatus, JoinedMention, JoinReason
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import CaseTransition, Context, check_transition
from bot.domain.mention import Mention
from bot.domain.outbox import Notification, NotificationKind

TARGET_CLOSED = "The other case is closed by now."
TARGET_UNOWNED = "Nobody has the other case any more."
TARGET_OF_ANOTHER = "The other case belongs to another person."
CRISIS_ALONE = "A crisis keeps a case of its own."


def merge_case(
    case: Case, target: Case, posts: Sequence[Mention], context: Context, target_department: Department
) -> CaseDecision:
    """Return both changes as one decision. `posts` are those that joined the case. Counts of mentions stay.

    A case that was merged is closed, so that none can be merged in circles. Raises `NotAllowed`.
    """
    check_transition(case, CaseTransition.MERGE, context)
    if target.is_closed or target.id == case.id:
        raise refuse_merge(case, TARGET_CLOSED)
    if not target.owner:
        raise refuse_merge(case, TARGET_UNOWNED)
    if case.is_urgent:
        raise refuse_merge(case, CRISIS_ALONE)
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


def refuse_merge(case: Case, why: str) -> NotAllowed:
    """Return the refusal, with what can be done instead: nothing, if somebody has the case already."""
    return NotAllowed(why if case.owner else f"{why} Claim this one instead.")


def _add_posts(
    target: Case, case: Case, posts: Sequence[Mention], context: Context, department: Department
) -> CaseDecision:
    """Return the change of the case that gets the posts. Its owner is told, unless they do it themselves."""
    said = case.mention
    own = JoinedMention(said.id, said.display_name, said.url, said.created_at, JoinReason.SAME_PERSON)
    after = target.copy_with(
        joined=(*target.joined, own, *case.joined)[-MAX_JOINED:],
        joined_count=target.joined_count + 1 + case.joined_count,
    )
    event = context.build_event(AuditAction.MERGED, f"case {case.id} into this one")
    told = Notification.notify_owner(NotificationKind.JOINED, target.id, target.owner, target.round)
    more = (told,) if target.owner and target.owner != context.by else ()
    decision = build_case_decision(target, after, department, event, *more)
    return replace(decision, moved_mentions=(said, *posts))


def take_back_posts(
    reopened: CaseDecision,
    posts: Sequence[Mention],
    holder: Case,
    held: Collection[str],
    context: Context,
    department: Department,
) -> CaseDecision:
    """Add to the decision that reopens a merged case that it has its posts back from the case that holds them.

    `posts` are those that had joined it, `held` the ids of those that have joined the holder. One that is not held any
    more was split off, and stays with the case that it has now.
    """
    case = reopened.case
    back = [one for one in posts if one.id in held]
    moved = {case.mention.id, *(one.id for one in back)}
    event = context.build_event(AuditAction.SEPARATED, f"case {case.id} was reopened and has its posts back")
    left = holder.copy_with(
        joined=tuple(one for one in holder.joined if one.mention not in moved),
        joined_count=max(0, holder.joined_count - len(moved)),
    )
    return replace(
        reopened,
        after=case.copy_with(
            joined=tuple(one for one in case.joined if one.mention in moved), joined_count=len(moved) - 1
        ),
        moved_mentions=(case.mention, *back),
        removed_mentions=tuple(one.id for one in posts if one.id not in moved),
        target_decision=replace(
            build_case_decision(holder, left, department, event), removed_mentions=tuple(sorted(moved))
        ),
    )
