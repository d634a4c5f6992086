"""Ask for the approval of a reply, and answer that."""

from bot.domain.audit import AuditAction
from bot.domain.case import Case
from bot.domain.cases.approvals import needs_approval, resolve_approval
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.lifecycle import CaseTransition, Context, check_transition
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.replies.approval import ApprovalPolicy, ReplyApproval


def request_approval(case: Case, context: Context, policy: ApprovalPolicy, text: str) -> CaseDecision:
    """Ask the person of the playbook. A newer text replaces the one that waits."""
    check_transition(case, CaseTransition.REPLY, context)
    if not needs_approval(case, policy):
        raise NotAllowed("Replies in this case need no approval.")
    if context.by != case.owner:
        raise NotAllowed(f"Only <@{case.owner}>, who has this case, asks for approval.")
    if context.by == policy.by:
        raise NotAllowed("You are the one who approves. Ask a colleague to read it.")
    if case.pending_approval and case.pending_approval.text == text:
        raise NotAllowed(f"<@{policy.by}> has this text already.")
    asked = ReplyApproval(text, context.by, policy.by, context.at, context.at + policy.within, policy.default)
    event = context.build_event(AuditAction.APPROVAL_REQUESTED, f"from <@{policy.by}>")
    told = Notification.notify_owner(NotificationKind.APPROVAL_REQUEST, case.id, policy.by, asked.number)
    return build_case_decision(case, case.copy_with(approval=asked), context.department, event, told)


def answer_approval(case: Case, context: Context, nth: int, *, is_approved: bool) -> CaseDecision:
    """Answer a request. Raises `NotAllowed` for others, and for one that needs no answer any more."""
    asked = case.approval
    if asked is None or asked.number != nth:
        raise NotAllowed("There is a newer text of this reply.")
    if asked.to != context.by:
        raise NotAllowed(f"Only <@{asked.to}> can answer this.")
    if case.pending_approval is None:
        raise NotAllowed("This needs no answer any more. The card shows what came of it.")
    after, event, told = resolve_approval(case, asked, context.by, context.at, is_approved=is_approved)
    return build_case_decision(case, after, context.department, event, told)
