"""Write what the decisions of all kinds have in common: events of the audit log, notifications and pages."""

from datetime import datetime

from bot.domain.audit import AuditEvent
from bot.domain.commits import Decision
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page
from bot.store.keys import AUDIT_MOST, CASE_KEPT, MESSAGES_MOST, PAGE_KEPT, Keys
from bot.store.message_records import MessageRef
from bot.store.transaction import Transaction

LANE_WIDTH = 10**13
"""Outbox scores are priority × LANE_WIDTH + ms, so that they order by priority and then by age."""


def to_ms(at: datetime) -> int:
    """Return epoch milliseconds."""
    return int(at.timestamp() * 1000)


def write_effects(transaction: Transaction, keys: Keys, decision: Decision[object], at: datetime, *about: str) -> None:
    """Write the events, notifications and pages of a decision of any kind. `about` is as in `add_audit_event`."""
    for event in decision.events:
        add_audit_event(transaction, keys, event, *about)
    for notification in decision.notifications:
        add_notification(transaction, keys, notification, at)
    for notification in decision.done:
        transaction.write("ZREM", keys.outbox_key(notification.to), notification.key)
    for page in decision.pages:
        add_page(transaction, keys, page)
    for page_id in decision.woken:
        transaction.write("ZADD", keys.pages, at.timestamp(), page_id)


def add_notification(transaction: Transaction, keys: Keys, notification: Notification, at: datetime) -> None:
    """Put a notification in its destination's outbox. Dedup: one with the same key keeps its earlier place."""
    score = int(notification.priority) * LANE_WIDTH + to_ms(at)
    transaction.write("ZADD", keys.outbox_key(notification.to), "LT", score, notification.key)
    transaction.add_upkeep("SADD", keys.outboxes, str(notification.to))


def add_case_message(transaction: Transaction, keys: Keys, case: str, place: MessageRef) -> None:
    """Remember a message with words of this case, to delete it if the post must be forgotten."""
    key = keys.case_messages_key(case)
    transaction.write("RPUSH", key, f"{place.channel} {place.ts}")
    transaction.write("LTRIM", key, -MESSAGES_MOST, -1)
    transaction.write("EXPIRE", key, int(CASE_KEPT.total_seconds()))


def add_audit_event(transaction: Transaction, keys: Keys, event: AuditEvent, *about: str) -> None:
    """Append to the audit log. `about` says what the event is about: a kind, a name, a kind, a name, …"""
    fields = (*about, "at", event.at.isoformat(), "by", event.by, "what", event.what, "detail", event.detail)
    transaction.write("XADD", keys.audit, "*", *fields)
    transaction.add_upkeep("XTRIM", keys.audit, "MAXLEN", "~", AUDIT_MOST)


def add_page(transaction: Transaction, keys: Keys, page: Page) -> None:
    """Open a page within the commit of its cause; a page that exists already is left as it is."""
    key = keys.page_key(page.id)
    assert page.due is not None
    transaction.write("HSETNX", key, "body", page.model_dump_json(exclude_defaults=True))
    transaction.write("HSETNX", key, "v", page.version)
    transaction.write("EXPIRE", key, int(PAGE_KEPT.total_seconds()))
    transaction.write("ZADD", keys.pages, "NX", page.due.timestamp(), page.id)
