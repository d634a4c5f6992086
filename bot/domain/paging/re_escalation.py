"""Re-escalation: an acknowledged page calls again if nobody claims the case."""

from dataclasses import replace
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.paging.decision import (
    Decision,
    build_page_decision,
    build_sync_notifications,
    redraw_messages,
    refresh_messages,
)
from bot.domain.paging.escalation import format_acknowledger
from bot.domain.paging.grouping import GROUPING_WINDOW
from bot.domain.paging.page import Page, ReEscalation
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.text import format_duration


def find_recheck_time(page: Page, policy: EscalationPolicy) -> datetime | None:
    """Return when to check that the case is claimed; None: never, as for grouped pages."""
    if page.acknowledged_at is None or not page.is_awaiting_claim:
        return None
    return page.acknowledged_at + policy.claim_within


def re_escalate(page: Page, at: datetime, reason: str = "") -> Decision[Page]:
    """Call again from the first step. `reason` is given if it is not a missing claim."""
    assert page.acknowledged_at is not None
    times = page.unclaimed.times + 1 if page.unclaimed else 1
    before = ReEscalation(page.acknowledged_by, page.acknowledged_way, page.acknowledged_at, at, page.round + 1, times)
    after = page.copy_with(
        unclaimed=before,
        acknowledged_by="",
        acknowledged_at=None,
        acknowledged_way="",
        taken_by="",
        round=page.round + 1,
        due=at,
    )
    waited = format_duration(at - page.acknowledged_at)
    detail = reason or f"acknowledged by {format_acknowledger(page)}, still unclaimed after {waited}"
    event = AuditEvent(at, "", AuditAction.CALLED_AGAIN, detail)
    return build_page_decision(page, after, *build_sync_notifications(page), *redraw_messages(page), event=event)


def record_new_mention(page: Page, mention_id: str, mentioned_at: datetime, at: datetime) -> Decision[Page]:
    """Handle another crisis post in the case: update the messages, or, after a while, call again."""
    known = page.copy_with(said=mention_id, news=page.news + 1)
    if (
        page.acknowledged_at is not None
        and page.closed_at is None
        and mentioned_at - page.acknowledged_at >= GROUPING_WINDOW
    ):
        again = re_escalate(known, at, "the same person posted about a crisis again")
        return replace(again, before=page)
    return build_page_decision(page, known, *refresh_messages(page))


def build_dedup_key(page: Page) -> str:
    """Return the deduplication key for services, a new one after each re-escalation."""
    return f"{page.id}-{page.unclaimed.times}" if page.unclaimed else page.id


def build_previous_dedup_key(page: Page) -> str:
    """Return the key before the last re-escalation; empty if there was none."""
    if page.unclaimed is None:
        return ""
    return f"{page.id}-{page.unclaimed.times - 1}" if page.unclaimed.times > 1 else page.id
