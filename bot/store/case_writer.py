"""Turn a decision on a case into one transaction: guards, the record, its indexes, counters, outbox and audit log."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.case import Case, CaseStatus, JoinReason
from bot.domain.cases.intake import CONVERSATION_WINDOW, COPY_WINDOW, build_conversation_key, build_copy_key
from bot.domain.cases.queues import list_author_terms
from bot.domain.cases.roll_ups import RollUp, list_roll_ups, refresh_roll_up
from bot.domain.commits import CaseDecision, MentionOutcome, ProcessedMention
from bot.domain.mention import Mention
from bot.domain.paging.case_page import list_pages_to_recheck
from bot.store.corrections import add_correction, update_precision
from bot.store.decision_writer import add_notification, to_ms, write_effects
from bot.store.keys import (
    ASIDE_MOST,
    AUTHORS_KEPT,
    CASE_KEPT,
    EDITED_WITHIN,
    JOINED_MOST,
    SPAM_KEPT,
    SPAM_MOST,
    TALLIES_KEPT,
    TELLING_KEPT,
    TELLING_MOST,
    TOOK_MOST,
    Keys,
    format_day,
    format_month,
    join_field,
)
from bot.store.spike_stream import append_observation
from bot.store.transaction import Transaction

STATUS_FIELD = "s"
"""Beside the body of a case, so that thousands can be counted without parsing them."""
QUARTER = 15
"""Minutes: counters are kept for each quarter of an hour."""
_TALLIES_SECONDS = int(TALLIES_KEPT.total_seconds())
_AUTHORS_SECONDS = int(AUTHORS_KEPT.total_seconds())
_TELLING_SECONDS = int(TELLING_KEPT.total_seconds())
_CONVERSATION_SECONDS = int(CONVERSATION_WINDOW.total_seconds())
_EDITED_SECONDS = int(EDITED_WITHIN.total_seconds())
_COPY_SECONDS = int(COPY_WINDOW.total_seconds())


def compute_quarter(at: datetime) -> int:
    """Return the quarter of an hour of the UTC day, 0 to 95."""
    return (at.hour * 60 + at.minute) // QUARTER


def write_decision(transaction: Transaction, keys: Keys, decision: CaseDecision, at: datetime) -> None:
    """Add everything that a decision writes, guarded by the version of the case that it was made on."""
    if decision.after is not None:
        _write_case(transaction, keys, decision, decision.after)
        _update_roll_ups(transaction, keys, decision.before, decision.after, at)
    if decision.processed is not None:
        _write_processed(transaction, keys, decision.processed, decision.after)
    if decision.is_edit:
        transaction.write("HINCRBY", keys.mention_counters, "editing", -1)
    write_effects(transaction, keys, decision, at, "case", decision.after.id if decision.after else "")
    for correction in decision.corrections:
        add_correction(transaction, keys, decision.case, correction)
    if decision.before is not None and decision.after is not None:
        for page_id in list_pages_to_recheck(decision.before, decision.after):
            transaction.write("ZADD", keys.pages, at.timestamp(), page_id)
    if decision.opened_decision is not None:
        write_decision(transaction, keys, decision.opened_decision, at)


def _write_case(transaction: Transaction, keys: Keys, decision: CaseDecision, case: Case) -> None:
    key = keys.case_key(case.id)
    before = decision.before
    transaction.guard(key, before.version if before else "", "v")
    body = case.model_dump_json(exclude_defaults=True)
    transaction.write("HSET", key, "v", case.version, "body", body, STATUS_FIELD, case.status.value)
    if decision.deadline is not None:
        transaction.write("ZADD", keys.deadlines, decision.deadline.timestamp(), case.id)
    elif before is not None:
        transaction.write("ZREM", keys.deadlines, case.id)
    _update_indexes(transaction, keys, before, case)
    if before is None:
        _write_lookup_keys(transaction, keys, case)
    if decision.joined_mention is not None:
        joined = keys.joined_mentions_key(case.id)
        if case.joined_count <= JOINED_MOST:
            transaction.write("HSET", joined, decision.joined_mention.id, decision.joined_mention.model_dump_json())
        transaction.write("SET", keys.joined_case_key(decision.joined_mention.id), case.id, "EX", _EDITED_SECONDS)
    if decision.separated_mention:
        transaction.write("HDEL", keys.joined_mentions_key(case.id), decision.separated_mention)
    if case.is_closed != (before.is_closed if before else False):
        _set_retention(transaction, keys, case)
    if case.is_closed or (before and before.is_closed):
        update_precision(transaction, keys, before, case)
    for measure, seconds in decision.durations:
        then = case.resolved_at or case.claimed_at or case.opened_at
        took = keys.durations_key(format_day(then), case.department, measure)
        transaction.write("RPUSH", took, join_field(compute_quarter(then), f"{seconds:.1f}"))
        transaction.add_upkeep("LTRIM", took, -TOOK_MOST, -1)
        transaction.add_upkeep("EXPIRE", took, _TALLIES_SECONDS)


def _update_indexes(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    """Update the open cases of departments, the cases of owners and authors, and the counters of resolutions."""
    if before is not None and (before.department != case.department or case.is_closed):
        transaction.write("ZREM", keys.open_cases_key(before.department), case.id)
    if not case.is_closed:
        due = case.snooze.until if case.snooze and case.is_snoozed else case.due
        score = due.timestamp() if due else "+inf"
        transaction.write("ZADD", keys.open_cases_key(case.department), score, case.id)
    had = before.owner if before and before.status is CaseStatus.CLAIMED else ""
    has = case.owner if case.status is CaseStatus.CLAIMED else ""
    if had != has:
        if had:
            transaction.write("SREM", keys.owned_cases_key(had), case.id)
        if has:
            transaction.write("SADD", keys.owned_cases_key(has), case.id)
    update_claimed_cases(transaction, keys, before, case)
    known, named = (list_author_terms(one.mention) if one else frozenset[str]() for one in (before, case))
    if known - named:
        transaction.write("ZREM", keys.authors_key(get_case_month(case)), *_list_author_entries(case, known - named))
    if named - known:
        add_author(transaction, keys, case)
    if case.is_closed and case.resolution and case.resolved_at and not (before and before.is_closed):
        ended = keys.resolutions_key(format_day(case.resolved_at))
        how = join_field(compute_quarter(case.resolved_at), case.department, case.resolution)
        transaction.write("HINCRBY", ended, how, 1)
        transaction.add_upkeep("EXPIRE", ended, _TALLIES_SECONDS)


def _update_roll_ups(transaction: Transaction, keys: Keys, before: Case | None, case: Case, at: datetime) -> None:
    """Note who was called for the case, and refresh the messages that it leaves."""
    stood, stands = list_roll_ups(before), list_roll_ups(case)
    for roll_up in sorted(stood - stands, key=str):
        transaction.write("ZREM", keys.called_cases_key(*roll_up), case.id)
        add_notification(transaction, keys, refresh_roll_up(roll_up), at)
    for roll_up in sorted(stands, key=str):
        add_roll_up_case(transaction, keys, roll_up, case)
    for roll_up in sorted(stood ^ stands, key=str):
        transaction.write("HINCRBY", keys.roll_up_key(*roll_up), "v", 1)


def add_roll_up_case(transaction: Transaction, keys: Keys, roll_up: RollUp, case: Case) -> None:
    transaction.write("ZADD", keys.called_cases_key(*roll_up), case.opened_at.timestamp(), case.id)


def update_claimed_cases(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    """Update which cases of a department somebody has claimed; idempotent, since older releases do not."""
    if before is not None and before.department != case.department:
        transaction.write("SREM", keys.claimed_cases_key(before.department), case.id)
    if case.status is CaseStatus.CLAIMED:
        transaction.write("SADD", keys.claimed_cases_key(case.department), case.id)
    elif before is not None:
        transaction.write("SREM", keys.claimed_cases_key(case.department), case.id)


def get_case_month(case: Case) -> str:
    """Return the month in which the case was first opened, which a hand-over does not change."""
    return format_month(case.history[0].at if case.history else case.opened_at)


def _list_author_entries(case: Case, terms: Iterable[str]) -> list[str]:
    return [f"{term}\n{case.id}" for term in sorted(terms)]


def add_author(transaction: Transaction, keys: Keys, case: Case) -> None:
    """List the case under the names of its author. Idempotent."""
    key = keys.authors_key(get_case_month(case))
    for entry in _list_author_entries(case, list_author_terms(case.mention)):
        transaction.write("ZADD", key, 0, entry)
    transaction.add_upkeep("EXPIRE", key, _AUTHORS_SECONDS)


def _set_retention(transaction: Transaction, keys: Keys, case: Case) -> None:
    seconds = int(CASE_KEPT.total_seconds())
    for key in (keys.case_key(case.id), keys.joined_mentions_key(case.id), keys.card_key(case.id)):
        if case.is_closed:
            transaction.write("EXPIRE", key, seconds)
        else:
            transaction.write("PERSIST", key)


def _write_lookup_keys(transaction: Transaction, keys: Keys, case: Case) -> None:
    """Write the keys by which later mentions find this case. Triage guards them with what it read there."""
    for lookup in build_lookup_keys(keys, case.mention, case.assessment.subject):
        transaction.write("SET", lookup.key, case.id, "EX", lookup.seconds)


class LookupKey(NamedTuple):
    """A key that leads from a mention to an earlier case, its TTL in seconds, and why the mention would join."""

    key: str
    seconds: int
    joining: JoinReason


def build_lookup_keys(keys: Keys, mention: Mention, subject: str) -> tuple[LookupKey, ...]:
    """Return the lookup keys of a mention: same author in the same conversation first, then the same words."""
    found = []
    if conversation := build_conversation_key(mention):
        found.append(LookupKey(keys.conversation_case_key(conversation), _CONVERSATION_SECONDS, JoinReason.SAME_PERSON))
    if copy := build_copy_key(mention, subject):
        found.append(LookupKey(keys.copy_case_key(copy), _COPY_SECONDS, JoinReason.COPY))
    return tuple(found)


def _write_processed(transaction: Transaction, keys: Keys, processed: ProcessedMention, case: Case | None) -> None:
    created_at = min(processed.mention.created_at, processed.at)
    tally = keys.tally_key(created_at)
    transaction.write("HINCRBY", keys.mention_counters, processed.outcome.value, 1)
    transaction.write("HINCRBY", tally, build_tally_field(processed, created_at), 1)
    transaction.add_upkeep("EXPIRE", tally, _TALLIES_SECONDS)
    if processed.muted_by:
        transaction.write("HINCRBY", keys.mute_counts, processed.muted_by, 1)
    append_observation(transaction, keys, processed, get_counted_subject(processed.assessment))
    if processed.outcome is MentionOutcome.SPAM:
        _write_spam(transaction, keys, processed)
    elif case is None and processed.outcome is MentionOutcome.TALLIED:
        body = processed.mention.model_dump_json(exclude_defaults=True)
        labels = ",".join(sorted(processed.assessment.labels))
        fields = ("why", processed.outcome.value, "m", body, "labels", labels)
        transaction.write("XADD", keys.unrouted, "*", *fields)
        transaction.add_upkeep("XTRIM", keys.unrouted, "MAXLEN", "~", ASIDE_MOST)
    if processed.outcome is MentionOutcome.OPENED:
        assert case is not None
        rank_top_post(transaction, keys, processed, case)


def rank_top_post(transaction: Transaction, keys: Keys, processed: ProcessedMention, case: Case) -> None:
    """Add a case to the top posts of its hour."""
    created_at = min(processed.mention.created_at, processed.at)
    top_posts = keys.top_posts_key(created_at, get_counted_subject(processed.assessment))
    transaction.write("ZADD", top_posts, score_top_post(processed), case.id)
    transaction.add_upkeep("ZREMRANGEBYRANK", top_posts, 0, -TELLING_MOST - 1)
    transaction.add_upkeep("EXPIRE", top_posts, _TELLING_SECONDS)


def _write_spam(transaction: Transaction, keys: Keys, processed: ProcessedMention) -> None:
    """Keep the mention with its assessment, so that a person can restore it."""
    mention = processed.mention.model_dump_json(exclude_defaults=True)
    assessment = processed.assessment.model_dump_json(exclude_defaults=True)
    fields = ("m", mention, "a", assessment, "at", processed.at.isoformat())
    transaction.write("XADD", keys.spam, "MAXLEN", "~", SPAM_MOST, "*", *fields)
    transaction.write("XTRIM", keys.spam, "MINID", to_ms(processed.at - SPAM_KEPT))


def build_tally_field(processed: ProcessedMention, created_at: datetime) -> str:
    """Return the counter of a mention in the hash of its hour: quarter, subject, department, sentiment, intent."""
    a = processed.assessment
    sentiment = "unsure" if a.is_unsure else a.sentiment.value
    subject = get_counted_subject(a)
    return join_field(created_at.minute // QUARTER, subject, processed.department, sentiment, a.intent.value)


def get_counted_subject(assessment: Assessment) -> str:
    """Return the subject if it is the playbook's (those have a kind): senders may name any number of others."""
    return assessment.subject if assessment.kind else ""


def score_top_post(processed: ProcessedMention) -> float:
    """Rank a post for the top posts of reports: crises first, then by urgency, then by strength of sentiment.

    The sentiment of a crisis is often unsure; without its bonus a lost bag would rank above smoke in the cabin.
    """
    a = processed.assessment
    if a.intent is Intent.CRISIS:
        return a.urgency + 40
    strength = 0.0 if a.sentiment is Sentiment.NEUTRAL or a.is_unsure else a.probabilities[a.sentiment]
    return a.urgency + 20 * strength
