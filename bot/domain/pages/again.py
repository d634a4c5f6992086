"""Answered, and then nothing: a page of which nobody claims the case calls again."""

from dataclasses import replace
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.pages.decision import Decision
from bot.domain.pages.joining import TOGETHER
from bot.domain.pages.ladder import decided, redraw, refresh, settled, who
from bot.domain.pages.page import Page, Unclaimed
from bot.domain.pages.policy import EscalationPolicy
from bot.domain.words import length


def looks_again(page: Page, policy: EscalationPolicy) -> datetime | None:
    """When it is looked at whether somebody has claimed the case; None: never.

    Of a storm only the case that was called for: who answered that one has its others before her.
    """
    if page.acknowledged_at is None or not page.waits_for_claim:
        return None
    return page.acknowledged_at + policy.claim_within


def call_again(page: Page, at: datetime, why: str = "") -> Decision[Page]:
    """From the top of the line, as who stands there now may be somebody else. `why`: where it is not for a claim."""
    assert page.acknowledged_at is not None
    times = page.unclaimed.times + 1 if page.unclaimed else 1
    before = Unclaimed(page.acknowledged_by, page.acknowledged_way, page.acknowledged_at, at, page.round + 1, times)
    after = page.having(
        unclaimed=before,
        acknowledged_by="",
        acknowledged_at=None,
        acknowledged_way="",
        taken_by="",
        round=page.round + 1,
        due=at,
    )
    detail = why or f"acknowledged by {who(page)}, not claimed in {length(at - page.acknowledged_at)}"
    event = AuditEvent(at, "", AuditAction.CALLED_AGAIN, detail)
    return decided(page, after, *settled(page), *redraw(page), event=event)


def tell_news(page: Page, said: str, said_at: datetime, at: datetime) -> Decision[Page]:
    """The same person speaks of a crisis once more: who has answered is told, or, after a while, called again."""
    known = page.having(said=said, news=page.news + 1)
    if page.acknowledged_at is not None and page.closed_at is None and said_at - page.acknowledged_at >= TOGETHER:
        again = call_again(known, at, "the same person speaks of a crisis again")
        return replace(again, before=page)
    return decided(page, known, *refresh(page))


def alert_of(page: Page) -> str:
    """What a service that knows one alert from another calls it: one that was acknowledged there rings no more."""
    return f"{page.id}-{page.unclaimed.times}" if page.unclaimed else page.id


def alert_before(page: Page) -> str:
    """The one that was acknowledged in vain; empty where there was none."""
    if page.unclaimed is None:
        return ""
    return f"{page.id}-{page.unclaimed.times - 1}" if page.unclaimed.times > 1 else page.id
