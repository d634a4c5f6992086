"""A second pair of eyes for a reply, where the playbook asks for it: one person, on a clock with a default."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from bot.domain.case import Case
from bot.domain.case_requests import CaseRequest
from bot.domain.cases.deadlines import find_next_deadline
from bot.domain.cases.request_transitions import ask_person
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.lifecycle import CaseTransition, Context, check_transition
from bot.domain.outbox import Notification, Priority


class ApprovalPolicy(NamedTuple):
    """`classes`: intents and kinds of harm; none: nothing needs approval. `default`: the answer when nobody answers."""

    classes: frozenset[str] = frozenset()
    within: timedelta = timedelta(minutes=15)
    default: bool = True
    by: str = ""
    """Who is asked."""

    def matches_labels(self, labels: Iterable[str]) -> bool:
        return bool(self.by) and not self.classes.isdisjoint(labels)


NO_APPROVAL = ApprovalPolicy()


def needs_approval(case: Case, policy: ApprovalPolicy) -> bool:
    crisis = {"crisis"} if case.is_urgent else set[str]()
    return policy.matches_labels({case.assessment.intent.value, case.harm} | crisis)


def can_ask_approval(case: Case, by: str, policy: ApprovalPolicy) -> bool:
    """Whether the form offers that: to the owner, unless they are the one who approves."""
    return by == case.owner != policy.by and needs_approval(case, policy)


def note_opened_text(case: Case, context: Context, *, is_approved: bool) -> CaseDecision | None:
    """Note whether the text that was opened is the one of the request; None if that is known."""
    asked = case.approval
    if asked is None or asked.is_outdated is not is_approved:
        return None
    after = case.replace_request(asked._replace(is_outdated=not is_approved)).copy_with(version=case.version + 1)
    card = Notification.draw_card(case.id, case.department, Priority.CLICK)
    return CaseDecision(
        after, before=case, notifications=(card,), deadline=find_next_deadline(after, context.department)
    )


def request_approval(case: Case, context: Context, policy: ApprovalPolicy, text: str) -> CaseDecision:
    """Ask the person of the playbook. A newer text replaces the one that waits."""
    check_transition(case, CaseTransition.REPLY, context)
    if not needs_approval(case, policy):
        raise NotAllowed("Replies in this case need no approval.")
    if context.by != case.owner:
        raise NotAllowed(f"Only <@{case.owner}>, who has this case, asks for approval.")
    if context.by == policy.by:
        raise NotAllowed("You are the one who approves. Ask a colleague to read it.")
    if case.approval and case.approval.text == text and case.approval in case.pending_requests:
        raise NotAllowed(f"<@{policy.by}> has this text already.")
    until = context.at + policy.within
    asked = CaseRequest(context.by, policy.by, context.at, until, policy.default, text=text)
    return ask_person(case, context, asked)
