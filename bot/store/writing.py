"""A decision as one transaction: what it guards, and everything it writes."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.audit import AuditEvent
from bot.domain.case import Case, CaseStatus, JoinReason
from bot.domain.decision import CaseDecision, Decision, MentionOutcome, ProcessedMention
from bot.domain.intake import CONVERSATION_WINDOW, COPY_WINDOW, build_conversation_key, build_copy_key
from bot.domain.mention import Mention
from bot.domain.notification import Notification
from bot.domain.pages.cases import list_pages_to_recheck
from bot.domain.pages.page import Page
from bot.store import keys as bounds
from bot.store.corrections import judge, note
from bot.store.feed import feed
from bot.store.keys import Keys, day_of, field
from bot.store.records import Place
from bot.store.transaction import Transaction

LANE_WIDTH = 10**13
"""Lanes are apart by more than any time in ms, so that a score orders by lane and then by age."""
QUARTER = 15
"""Minutes in the finest span a tally tells apart."""
_TALLIES_SECONDS = int(bounds.TALLIES_KEPT.total_seconds())
_TELLING_SECONDS = int(bounds.TELLING_KEPT.total_seconds())
_CONVERSATION_SECONDS = int(CONVERSATION_WINDOW.total_seconds())
_EDITED_SECONDS = int(bounds.EDITED_WITHIN.total_seconds())
_COPY_SECONDS = int(COPY_WINDOW.total_seconds())


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def quarter_of_day(at: datetime) -> int:
    return (at.hour * 60 + at.minute) // QUARTER


def write(transaction: Transaction, keys: Keys, decision: CaseDecision, at: datetime) -> None:
    """Everything that this decision writes, guarded by the version that was read."""
    if decision.after is not None:
        _case(transaction, keys, decision, decision.after)
    if decision.processed is not None:
        _heard(transaction, keys, decision.processed, decision.after)
    if decision.is_edit:
        transaction.write("HINCRBY", keys.books, "editing", -1)
    write_effects(transaction, keys, decision, at, "case", decision.after.id if decision.after else "")
    for correction in decision.corrections:
        note(transaction, keys, decision.case, correction)
    if decision.before is not None and decision.after is not None:
        for page_id in list_pages_to_recheck(decision.before, decision.after):
            transaction.write("ZADD", keys.pages, at.timestamp(), page_id)
    if decision.opened_decision is not None:
        write(transaction, keys, decision.opened_decision, at)


def write_effects(transaction: Transaction, keys: Keys, decision: Decision[object], at: datetime, *about: str) -> None:
    """Write what follows from a decision beside its own record. `about`: as for `audit`."""
    for event in decision.events:
        audit(transaction, keys, event, *about)
    for notification in decision.notifications:
        owe(transaction, keys, notification, at)
    for notification in decision.done:
        transaction.write("ZREM", keys.outbox(notification.to), notification.key)
    for page in decision.pages:
        open_in(transaction, keys, page)
    for page_id in decision.woken:
        transaction.write("ZADD", keys.pages, at.timestamp(), page_id)


def owe(transaction: Transaction, keys: Keys, notification: Notification, at: datetime) -> None:
    """Put a notification in its destination's outbox; one of the same name there already is enough."""
    score = int(notification.priority) * LANE_WIDTH + ms(at)
    transaction.write("ZADD", keys.outbox(notification.to), "LT", score, notification.key)
    transaction.upkeep("SADD", keys.outboxes, str(notification.to))


def note_message(transaction: Transaction, keys: Keys, case: str, place: Place) -> None:
    """Slack shows something of this case here, which has to go should its words have to be forgotten."""
    key = keys.case_messages(case)
    transaction.write("RPUSH", key, f"{place.channel} {place.ts}")
    transaction.write("LTRIM", key, -bounds.MESSAGES_MOST, -1)
    transaction.write("EXPIRE", key, int(bounds.CASE_KEPT.total_seconds()))


def audit(transaction: Transaction, keys: Keys, event: AuditEvent, *about: str) -> None:
    """`about`: what it happened to, as pairs of a kind and a name."""
    fields = (*about, "at", event.at.isoformat(), "by", event.by, "what", event.what, "detail", event.detail)
    transaction.write("XADD", keys.audit, "*", *fields)
    transaction.upkeep("XTRIM", keys.audit, "MAXLEN", "~", bounds.AUDIT_MOST)


def open_in(transaction: Transaction, keys: Keys, page: Page) -> None:
    """Open a page within the commit of what caused it; one that is there already is left as it is."""
    key = keys.page(page.id)
    assert page.due is not None
    transaction.write("HSETNX", key, "body", page.model_dump_json(exclude_defaults=True))
    transaction.write("HSETNX", key, "v", page.version)
    transaction.write("EXPIRE", key, int(bounds.PAGE_KEPT.total_seconds()))
    transaction.write("ZADD", keys.pages, "NX", page.due.timestamp(), page.id)


def _case(transaction: Transaction, keys: Keys, decision: CaseDecision, case: Case) -> None:
    key = keys.case(case.id)
    before = decision.before
    transaction.guard(key, before.version if before else "", "v")
    transaction.write("HSET", key, "v", case.version, "body", case.model_dump_json(exclude_defaults=True))
    if decision.deadline is not None:
        transaction.write("ZADD", keys.deadlines, decision.deadline.timestamp(), case.id)
    elif before is not None:
        transaction.write("ZREM", keys.deadlines, case.id)
    _indexes(transaction, keys, before, case)
    if before is None:
        _find_again(transaction, keys, case)
    if decision.joined_mention is not None:
        joined = keys.joined(case.id)
        if case.joined_count <= bounds.JOINED_MOST:
            transaction.write("HSET", joined, decision.joined_mention.id, decision.joined_mention.model_dump_json())
        transaction.write("SET", keys.joined_to(decision.joined_mention.id), case.id, "EX", _EDITED_SECONDS)
    if decision.separated_mention:
        transaction.write("HDEL", keys.joined(case.id), decision.separated_mention)
    if case.is_closed != (before.is_closed if before else False):
        _retain(transaction, keys, case)
    if case.is_closed or (before and before.is_closed):
        judge(transaction, keys, before, case)
    for measure, seconds in decision.durations:
        then = case.resolved_at or case.claimed_at or case.opened_at
        took = keys.took(day_of(then), case.department, measure)
        transaction.write("RPUSH", took, field(quarter_of_day(then), f"{seconds:.1f}"))
        transaction.upkeep("LTRIM", took, -bounds.TOOK_MOST, -1)
        transaction.upkeep("EXPIRE", took, _TALLIES_SECONDS)


def _indexes(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    """Who has what: the department's open cases by when they are due, the owner's own, what ended how."""
    if before is not None and (before.department != case.department or case.is_closed):
        transaction.write("ZREM", keys.open(before.department), case.id)
    if not case.is_closed:
        due = case.due.timestamp() if case.due else "+inf"
        transaction.write("ZADD", keys.open(case.department), due, case.id)
    had = before.owner if before and before.status is CaseStatus.CLAIMED else ""
    has = case.owner if case.status is CaseStatus.CLAIMED else ""
    if had != has:
        if had:
            transaction.write("SREM", keys.mine(had), case.id)
        if has:
            transaction.write("SADD", keys.mine(has), case.id)
    if case.is_closed and case.resolution and case.resolved_at and not (before and before.is_closed):
        ended = keys.ended(day_of(case.resolved_at))
        how = field(quarter_of_day(case.resolved_at), case.department, case.resolution)
        transaction.write("HINCRBY", ended, how, 1)
        transaction.upkeep("EXPIRE", ended, _TALLIES_SECONDS)


def _retain(transaction: Transaction, keys: Keys, case: Case) -> None:
    seconds = int(bounds.CASE_KEPT.total_seconds())
    for key in (keys.case(case.id), keys.joined(case.id), keys.card(case.id)):
        if case.is_closed:
            transaction.write("EXPIRE", key, seconds)
        else:
            transaction.write("PERSIST", key)


def _find_again(transaction: Transaction, keys: Keys, case: Case) -> None:
    """How later mentions find this case. Guarded by triage, which knows what it found there."""
    for trace in traces(keys, case.mention, case.assessment.subject):
        transaction.write("SET", trace.key, case.id, "EX", trace.seconds)


class Trace(NamedTuple):
    """A key under which the case of a mention is found again, for how long, and what that would say of the two."""

    key: str
    seconds: int
    why: JoinReason


def traces(keys: Keys, mention: Mention, subject: str) -> tuple[Trace, ...]:
    """The same person in the same conversation comes before the same words."""
    found = []
    if conversation := build_conversation_key(mention):
        found.append(Trace(keys.conversation(conversation), _CONVERSATION_SECONDS, JoinReason.SAME_PERSON))
    if copy := build_copy_key(mention, subject):
        found.append(Trace(keys.copy(copy), _COPY_SECONDS, JoinReason.COPY))
    return tuple(found)


def _heard(transaction: Transaction, keys: Keys, heard: ProcessedMention, case: Case | None) -> None:
    said = min(heard.mention.created_at, heard.at)
    tally = keys.tally(said)
    transaction.write("HINCRBY", keys.books, heard.outcome.value, 1)
    transaction.write("HINCRBY", tally, tally_field(heard, said), 1)
    transaction.upkeep("EXPIRE", tally, _TALLIES_SECONDS)
    feed(transaction, keys, heard, counted_subject(heard.assessment))
    if heard.outcome is MentionOutcome.SPAM:
        _spam(transaction, keys, heard)
    elif case is None and heard.outcome is MentionOutcome.TALLIED:
        body = heard.mention.model_dump_json(exclude_defaults=True)
        labels = ",".join(sorted(heard.assessment.labels))
        fields = ("why", heard.outcome.value, "m", body, "labels", labels)
        transaction.write("XADD", keys.aside, "*", *fields)
        transaction.upkeep("XTRIM", keys.aside, "MAXLEN", "~", bounds.ASIDE_MOST)
    if heard.outcome is MentionOutcome.OPENED:
        assert case is not None
        telling = keys.telling(said, counted_subject(heard.assessment))
        transaction.write("ZADD", telling, telling_score(heard), case.id)
        transaction.upkeep("ZREMRANGEBYRANK", telling, 0, -bounds.TELLING_MOST - 1)
        transaction.upkeep("EXPIRE", telling, _TELLING_SECONDS)


def _spam(transaction: Transaction, keys: Keys, heard: ProcessedMention) -> None:
    """With all that is needed to bring it back."""
    mention = heard.mention.model_dump_json(exclude_defaults=True)
    assessment = heard.assessment.model_dump_json(exclude_defaults=True)
    fields = ("m", mention, "a", assessment, "at", heard.at.isoformat())
    transaction.write("XADD", keys.spam, "MAXLEN", "~", bounds.SPAM_MOST, "*", *fields)
    transaction.write("XTRIM", keys.spam, "MINID", ms(heard.at - bounds.SPAM_KEPT))


def tally_field(heard: ProcessedMention, said: datetime) -> str:
    a = heard.assessment
    sentiment = "unsure" if a.is_unsure else a.sentiment.value
    return field(said.minute // QUARTER, counted_subject(a), heard.department, sentiment, a.intent.value)


def counted_subject(assessment: Assessment) -> str:
    """Only the playbook's own subjects, which have a kind: a sender may name as many others as there are words."""
    return assessment.subject if assessment.kind else ""


def telling_score(heard: ProcessedMention) -> float:
    """What a manager would want to read first: a crisis, then urgent before strong; neutral says little.

    Of a crisis the feeling is often unsure, so that a lost bag would else stand before smoke in the cabin.
    """
    a = heard.assessment
    if a.intent is Intent.CRISIS:
        return a.urgency + 40
    strength = 0.0 if a.sentiment is Sentiment.NEUTRAL or a.is_unsure else a.probabilities[a.sentiment]
    return a.urgency + 20 * strength
