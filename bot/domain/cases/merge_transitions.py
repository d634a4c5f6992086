"""Merge a case into another of the same person: its posts join that one, and it is closed without an outcome."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import MAX_JOINED, TAKEN_BACK, Case, CaseStatus, JoinedMention, JoinReason
from bot.domain.cases.deadlines import compute_lease_end, compute_resolve_due, drop_public_replies, end_snooze
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.follow_up import describe_mood
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
    mood = describe_mood(case.assessment)
    own = JoinedMention(said.id, said.display_name, said.url, said.created_at, JoinReason.SAME_PERSON, mood)
    raised, woken = _take_urgency(target, case, context, department)
    after = raised.copy_with(
        joined=(*target.joined, own, *case.joined)[-MAX_JOINED:],
        joined_count=target.joined_count + 1 + case.joined_count,
    )
    event = context.build_event(AuditAction.MERGED, f"case {case.id} into this one")
    told = Notification.notify_owner(NotificationKind.JOINED, target.id, target.owner, target.round)
    more = (told,) if target.owner and target.owner != context.by else ()
    decision = build_case_decision(target, after, department, event, *more)
    return replace(decision, moved_mentions=(said, *posts), events=(*woken, *decision.events))


def _take_urgency(
    target: Case, case: Case, context: Context, department: Department
) -> tuple[Case, tuple[AuditEvent, ...]]:
    """Return the target as pressing as both are: the stronger type, the higher priority, the shorter limits.

    As where its author writes again, it is awake and waits for an answer. None of its deadlines becomes later.
    """
    after, woken, at = target, list[AuditEvent](), context.at
    if target.is_snoozed:
        after, event = end_snooze(target, department, at, "another case was merged into it")
        woken.append(event)
    if not case.public_replies and target.public_reply and case.mention.created_at > target.public_reply.at:
        after = drop_public_replies(after, department, at)
    assessment = after.assessment.raise_to(case.assessment)
    if assessment is not after.assessment:
        after = after.copy_with(assessment=assessment, as_heard=target.original_assessment)
    due = min(filter(None, (after.due, compute_resolve_due(case, context.department))), default=None)
    after = after.copy_with(
        due=due,
        clocks=after.clocks.shorten_to(case.clocks),
        overdue_said=after.overdue_said and due == after.due,
    )
    lease_ends = compute_lease_end(after, department, at)
    if lease_ends and (after.lease_ends is None or lease_ends < after.lease_ends):
        after = after.copy_with(lease_began=at, lease_ends=lease_ends, lease_said=False)
    return after, tuple(woken)


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
    event = context.build_event(AuditAction.SEPARATED, f"case {case.id} {TAKEN_BACK}")
    left = holder.copy_with(
        joined=tuple(one for one in holder.joined if one.mention not in moved),
        joined_count=max(0, holder.joined_count - len(moved)),
    )
    told = Notification.notify_owner(NotificationKind.JOINED, holder.id, holder.owner, holder.round)
    is_told = holder.status is CaseStatus.CLAIMED and holder.owner != context.by
    returned = build_case_decision(holder, left, department, event, *([told] if is_told else []))
    return replace(
        reopened,
        after=case.copy_with(
            joined=tuple(one for one in case.joined if one.mention in moved), joined_count=len(moved) - 1
        ),
        moved_mentions=(case.mention, *back),
        removed_mentions=tuple(one.id for one in posts if one.id not in moved),
        target_decision=replace(returned, removed_mentions=tuple(sorted(moved))),
    )
