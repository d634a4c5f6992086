"""Turn a decision on a case into one transaction: guards, the record, its indexes, counters, outbox and audit log."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, partial
from operator import attrgetter, methodcaller
from typing import NamedTuple

from bot.domain.audit import AuditEvent
from bot.domain.campaigns.case_outcome import count_case, format_episode_case
from bot.domain.case import Case, CaseStatus, JoinReason
from bot.domain.cases.caution_transitions import list_caution_counts
from bot.domain.cases.coverage import list_coverage_counts
from bot.domain.cases.flag_transitions import list_flag_counts
from bot.domain.cases.follow_up_transitions import list_follow_up_counts, list_later_post_counts
from bot.domain.cases.intake import CONVERSATION_WINDOW, COPY_WINDOW, build_conversation_key, hash_copy_text
from bot.domain.cases.praise import is_shareworthy, needs_thanks
from bot.domain.cases.queues import list_author_terms
from bot.domain.cases.reply_openings import list_reply_words
from bot.domain.cases.requests import list_request_updates
from bot.domain.cases.roll_ups import RollUp, list_roll_ups, refresh_roll_up
from bot.domain.cases.similarity import build_similarity_keys
from bot.domain.commits import CaseDecision, DurationKind
from bot.domain.ledger.entry import EntryKind, has_intent
from bot.domain.links import derive_link_id, name_flagged_post
from bot.domain.mention import Mention
from bot.domain.paging.case_page import list_pages_to_recheck
from bot.domain.persons.person import derive_person_id
from bot.domain.reports.export_rows import get_post_time
from bot.domain.reports.recognition import SPOTTED, SPOTTED_FOUND
from bot.domain.themes import MAX_THEMES, list_counted_themes
from bot.store.corrections import add_correction, update_precision
from bot.store.decision_writer import add_notification, write_effects
from bot.store.deletions import add_deletion
from bot.store.early_replies import write_public_reply
from bot.store.given_offers import add_offer_count
from bot.store.keys import (
    AUTHORS_KEPT,
    CASE_KEPT,
    EDITED_WITHIN,
    FLAGGED_MOST,
    JOINED_MOST,
    PRAISE_MOST,
    TALLIES_KEPT,
    TOOK_MOST,
    UNLISTED_MOST,
    Keys,
    format_day,
    format_month,
    join_field,
)
from bot.store.mention_writer import QUARTERS_AN_HOUR, compute_quarter, write_processed_mention
from bot.store.person_writer import write_person_changes
from bot.store.transaction import Transaction

STATUS_FIELD = "s"
"""Beside the body of a case, so that thousands can be counted without parsing them."""
EPISODE_FIELD = "e"
"""The same for the pages of episodes: `EpisodeCase`. If it says something else one day, it needs another name."""
_TIMED_FIELD = "timed"
"""Of a card: its wait is counted."""
_TALLIES_SECONDS = int(TALLIES_KEPT.total_seconds())
_AUTHORS_SECONDS = int(AUTHORS_KEPT.total_seconds())
_CONVERSATION_SECONDS = int(CONVERSATION_WINDOW.total_seconds())
_EDITED_SECONDS = int(EDITED_WITHIN.total_seconds())
_COPY_SECONDS = int(COPY_WINDOW.total_seconds())


_LISTS: tuple[tuple[Callable[[Keys], str], Callable[[Case], bool], int], ...] = (
    (attrgetter("unthanked"), needs_thanks, PRAISE_MOST),
    (attrgetter("shareworthy"), is_shareworthy, PRAISE_MOST),
    *((methodcaller("unlisted_key", kind), partial(has_intent, kind), UNLISTED_MOST) for kind in EntryKind),
)
"""Keys of lists, what belongs to each, and how many at most."""


def write_decision(transaction: Transaction, keys: Keys, decision: CaseDecision, at: datetime) -> None:
    """Add everything that a decision writes, guarded by the version of the case that it was made on."""
    write_cases(transaction, keys, decision, at)
    write_person_changes(transaction, keys, decision, at)


def write_cases(transaction: Transaction, keys: Keys, decision: CaseDecision, at: datetime) -> None:
    """Add what a decision writes, without what it means for the author."""
    for one in (decision, decision.opened_decision, decision.target_decision):
        if one is not None:
            _write_case_decision(transaction, keys, one, at)


def _write_case_decision(transaction: Transaction, keys: Keys, decision: CaseDecision, at: datetime) -> None:
    if decision.after is not None:
        _write_case(transaction, keys, decision, decision.after)
        _update_roll_ups(transaction, keys, decision.before, decision.after, at)
        _count_changes(transaction, keys, decision.before, decision.after, at)
        _count_reply_openings(transaction, keys, decision.after, decision.events)
        _redraw_requests(transaction, keys, decision.before, decision.after, at)
        _index_links(transaction, keys, decision, decision.after, at)
    if decision.processed is not None:
        write_processed_mention(transaction, keys, decision.processed, decision.after)
    if decision.is_edit:
        transaction.write("HINCRBY", keys.mention_counters, "editing", -1)
    if decision.deletion is not None:
        add_deletion(transaction, keys, decision.deletion)
    for count in decision.offer_counts:
        add_offer_count(transaction, keys, count)
    write_public_reply(transaction, keys, decision)
    write_effects(transaction, keys, decision, at, "case", decision.after.id if decision.after else "")
    for correction in decision.corrections:
        add_correction(transaction, keys, decision.case, correction)
    if decision.before is not None and decision.after is not None:
        for page_id in list_pages_to_recheck(decision.before, decision.after):
            transaction.write("ZADD", keys.pages, at.timestamp(), page_id)


def _write_case(transaction: Transaction, keys: Keys, decision: CaseDecision, case: Case) -> None:
    key = keys.case_key(case.id)
    before = decision.before
    transaction.guard(key, before.version if before else "", "v")
    body = case.model_dump_json(exclude_defaults=True)
    beside = (STATUS_FIELD, case.status.value, EPISODE_FIELD, format_episode_case(count_case(case), case.version))
    transaction.write("HSET", key, "v", case.version, "body", body, *beside)
    if decision.deadline is not None:
        transaction.write("ZADD", keys.deadlines, decision.deadline.timestamp(), case.id)
    elif before is not None:
        transaction.write("ZREM", keys.deadlines, case.id)
    _update_indexes(transaction, keys, before, case)
    _write_lookup_keys(transaction, keys, before, case)
    _write_joined_mentions(transaction, keys, decision, case)
    if case.is_closed != (before.is_closed if before else False):
        _set_retention(transaction, keys, case)
    if case.is_closed or (before and before.is_closed):
        update_precision(transaction, keys, before, case)
    for measure, seconds in decision.durations:
        then = case.resolved_at or case.claimed_at or case.opened_at
        if measure in {DurationKind.REPLY, DurationKind.FOLLOW_UP}:  # at any time
            then = case.history[-1].at
        by = case.owner if measure in {DurationKind.CLAIM, DurationKind.RESOLVE} else ""
        _add_duration(transaction, keys, case, measure, seconds, then, by)


def _add_duration(
    transaction: Transaction, keys: Keys, case: Case, kind: DurationKind, seconds: float, ended_at: datetime, by: str
) -> None:
    took = keys.durations_key(format_day(ended_at), case.department, kind)
    parts = [str(compute_quarter(ended_at)), f"{seconds:.1f}", case.mention.source, by]
    if kind is DurationKind.REPLY:  # the one that reports split by theme; all entries of a list have as many parts
        themes = list_counted_themes(case.original_assessment)
        parts += [*themes, *[""] * (MAX_THEMES - len(themes))]
    transaction.write("RPUSH", took, join_field(*parts))
    transaction.add_upkeep("LTRIM", took, -TOOK_MOST, -1)
    transaction.add_upkeep("EXPIRE", took, _TALLIES_SECONDS)


def build_card_timing(keys: Keys, case: Case, at: datetime) -> Transaction:
    """Time how long the case waited for its first card. Twice is harmless: only the first is written."""
    transaction = Transaction(keys.inbox)
    transaction.guard(keys.card_key(case.id), "", _TIMED_FIELD)
    transaction.write("HSET", keys.card_key(case.id), _TIMED_FIELD, 1)
    waited = max(0.0, (at - case.opened_at).total_seconds())
    _add_duration(transaction, keys, case, DurationKind.CARD, waited, at, "")
    return transaction


def _write_joined_mentions(transaction: Transaction, keys: Keys, decision: CaseDecision, case: Case) -> None:
    joined = keys.joined_mentions_key(case.id)
    if decision.joined_mention is not None:
        if case.joined_count <= JOINED_MOST:
            body = decision.joined_mention.model_dump_json(exclude_defaults=True)
            transaction.write("HSET", joined, decision.joined_mention.id, body)
        transaction.write("SET", keys.joined_case_key(decision.joined_mention.id), case.id, "EX", _EDITED_SECONDS)
    for mention in decision.moved_mentions:
        if case.joined_count <= JOINED_MOST and mention.id != case.mention.id:
            transaction.write("HSET", joined, mention.id, mention.model_dump_json(exclude_defaults=True))
        transaction.write("SET", keys.joined_case_key(mention.id), case.id, "EX", _EDITED_SECONDS)
        for lookup in build_lookup_keys(keys, mention, case.assessment.subject, with_similar=False):
            if lookup.joining is JoinReason.SAME_PERSON:  # what they write next joins this case
                transaction.write("SET", lookup.key, case.id, "EX", lookup.seconds)
    if decision.removed_mentions:
        transaction.write("HDEL", joined, *decision.removed_mentions)


def _update_indexes(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    """Update the open cases of departments, the cases of owners and authors, and the counters of resolutions."""
    if before is not None and (before.department != case.department or case.is_closed):
        transaction.write("ZREM", keys.open_cases_key(before.department), case.id)
    if not case.is_closed:
        transaction.write("ZADD", keys.open_cases_key(case.department), _get_due_score(case), case.id)
    if before and before.status is CaseStatus.CLAIMED and (before.owner, before.status) != (case.owner, case.status):
        add_writing_end(transaction, keys, case.id)
    update_claimed_cases(transaction, keys, before, case)
    _update_lists(transaction, keys, before, case)
    known, named = (_list_author_terms(one) if one else frozenset[str]() for one in (before, case))
    if known - named:
        transaction.write("ZREM", keys.authors_key(get_case_month(case)), *_list_author_entries(case, known - named))
    if named - known:
        _add_author_terms(transaction, keys, case, named)
    if case.is_closed and case.resolution and case.resolved_at and not (before and before.is_closed):
        count_ending(transaction, keys, case, case.resolution, case.resolved_at)


def _redraw_requests(transaction: Transaction, keys: Keys, before: Case | None, case: Case, at: datetime) -> None:
    for told in list_request_updates(before, case):
        add_notification(transaction, keys, told, at)


def add_writing_end(transaction: Transaction, keys: Keys, case_id: str) -> None:
    """Forget who is writing a reply."""
    transaction.write("DEL", keys.writing_key(case_id))
    transaction.write("ZREM", keys.writing_ends, case_id)


def _count_changes(transaction: Transaction, keys: Keys, before: Case | None, case: Case, at: datetime) -> None:
    for word in (*list_follow_up_counts(before, case), *list_later_post_counts(before, case)):
        count_ending(transaction, keys, case, word, at)
    for word, count in list_caution_counts(before, case):  # counted when it was asked
        count_ending(transaction, keys, case, word, case.caution.at if case.caution else at, count)
    for word in list_flag_counts(before, case):  # counted on the day of the flag
        count_ending(transaction, keys, case, word, case.history[0].at)
    counted, counts = _list_coverage_fields(before), _list_coverage_fields(case)
    for change, by in ((counted - counts, -1), (counts - counted, 1)):
        for department, word, themes in sorted(change):  # at the time of the post, which a hand-over does not change
            _count_word(transaction, keys, department, themes, word, get_post_time(case), by)


def _count_reply_openings(transaction: Transaction, keys: Keys, case: Case, events: Iterable[AuditEvent]) -> None:
    for event in events:
        for word in list_reply_words(event):
            count_ending(transaction, keys, case, word, event.at)


def _list_coverage_fields(case: Case | None) -> frozenset[tuple[str, str, tuple[str, ...]]]:
    """Return department, word and themes of what a case counts as now."""
    themes = list_counted_themes(case.original_assessment) if case else ()
    return frozenset((department, word, themes) for department, word in list_coverage_counts(case))


def _index_links(transaction: Transaction, keys: Keys, decision: CaseDecision, case: Case, at: datetime) -> None:
    """Remember the address of a post that opens or joins a case, under which somebody may flag it.

    Not of reviews: all of a shop have one address.
    """
    mention = decision.joined_mention or (case.mention if decision.before is None else None)
    link = derive_link_id(mention.url) if mention and mention.url and not mention.rating else ""
    if not link:
        return
    transaction.write("HSET", keys.links_key(format_day(at)), link, case.id)
    transaction.add_upkeep("EXPIRE", keys.links_key(format_day(at)), _EDITED_SECONDS)
    if decision.before is None and case.flagged_by:
        transaction.write("SET", keys.joined_case_key(name_flagged_post(link)), case.id, "EX", _EDITED_SECONDS)
        transaction.write("ZADD", keys.flagged, at.timestamp(), f"{link} {case.id}")
        transaction.write("ZREMRANGEBYRANK", keys.flagged, 0, -FLAGGED_MOST - 1)
        transaction.write("EXPIRE", keys.flagged, _EDITED_SECONDS)


def count_ending(transaction: Transaction, keys: Keys, case: Case, how: str, at: datetime, count: int = 1) -> None:
    """Count a resolution, or another word that a report counts by department and by theme."""
    themes = list_counted_themes(case.original_assessment)
    _count_word(transaction, keys, case.department, themes, how, at, count)


def _count_word(
    transaction: Transaction,
    keys: Keys,
    department: str,
    themes: Iterable[str],
    word: str,
    at: datetime,
    count: int,
) -> None:
    ended, by_theme = keys.resolutions_key(format_day(at)), keys.theme_words_key(at)
    transaction.write("HINCRBY", ended, join_field(compute_quarter(at), department, word), count)
    transaction.add_upkeep("EXPIRE", ended, _TALLIES_SECONDS)
    for theme in () if word.startswith((SPOTTED, SPOTTED_FOUND)) else themes:  # people are not counted by theme
        field = join_field(compute_quarter(at) % QUARTERS_AN_HOUR, theme, department, word)
        transaction.write("HINCRBY", by_theme, field, count)
        transaction.add_upkeep("EXPIRE", by_theme, _TALLIES_SECONDS)


def _update_lists(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    for get_key, belongs, most in _LISTS:
        did, does = before is not None and belongs(before), belongs(case)
        if does and not did:
            transaction.write("ZADD", get_key(keys), case.mention.created_at.timestamp(), case.id)
            transaction.add_upkeep("ZREMRANGEBYRANK", get_key(keys), 0, -most - 1)
        elif did and not does:
            transaction.write("ZREM", get_key(keys), case.id)


def _update_roll_ups(transaction: Transaction, keys: Keys, before: Case | None, case: Case, at: datetime) -> None:
    """Note who was called for the case, or follows up on it; refresh what it leaves, or where it has other words."""
    stood, stands = list_roll_ups(before), list_roll_ups(case)
    for roll_up in sorted(stood - stands, key=str):
        transaction.write("ZREM", keys.called_cases_key(*roll_up), case.id)
        add_notification(transaction, keys, refresh_roll_up(roll_up), at)
    for roll_up in sorted(stands, key=str):
        add_roll_up_case(transaction, keys, roll_up, case)
    is_reworded = before and (before.mention != case.mention or before.follow_up != case.follow_up)
    reworded = stood & stands if is_reworded else frozenset[RollUp]()
    for roll_up in sorted(reworded, key=str):
        add_notification(transaction, keys, refresh_roll_up(roll_up), at)
    for roll_up in sorted((stood ^ stands) | reworded, key=str):
        transaction.write("HINCRBY", keys.roll_up_key(*roll_up), "v", 1)


def add_roll_up_case(transaction: Transaction, keys: Keys, roll_up: RollUp, case: Case) -> None:
    since = case.follow_up.due if case.follow_up else case.opened_at
    transaction.write("ZADD", keys.called_cases_key(*roll_up), since.timestamp(), case.id)


def update_claimed_cases(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    """Update the claimed cases of the owner and of the department. Idempotent."""
    had, has = _list_claimed_keys(keys, before), _list_claimed_keys(keys, case)
    for key in had:
        if key not in has:
            transaction.write("ZREM", key, case.id)
    for key in has:
        transaction.write("ZADD", key, _get_due_score(case), case.id)


def _list_claimed_keys(keys: Keys, case: Case | None) -> tuple[str, ...]:
    if case is None or case.status is not CaseStatus.CLAIMED:
        return ()
    return keys.owned_cases_key(case.owner), keys.claimed_cases_key(case.department)


def _get_due_score(case: Case) -> float | str:
    due = case.snooze.until if case.snooze and case.is_snoozed else case.due
    return due.timestamp() if due else "+inf"


def get_case_month(case: Case) -> str:
    """Return the month in which the case was first opened, which a hand-over does not change."""
    return format_month(case.history[0].at if case.history else case.opened_at)


def build_person_term(author_key: str) -> str:
    """Return what the entries of a person begin with; no name begins with a tab."""
    return f"\t{derive_person_id(author_key)}"


def _list_author_terms(case: Case) -> frozenset[str]:
    """Return the names of the author, and the account with the time, so that its newest cases are the last of it."""
    names, author = list_author_terms(case.mention), case.mention.author_key
    at = case.history[0].at if case.history else case.opened_at
    return names | {f"{build_person_term(author)}{int(at.timestamp()):08x}"} if author else names


def _list_author_entries(case: Case, terms: Iterable[str]) -> list[str]:
    return [f"{term}\n{case.id}" for term in sorted(terms)]


def add_author(transaction: Transaction, keys: Keys, case: Case) -> None:
    """List the case under the names and the account of its author. Idempotent."""
    _add_author_terms(transaction, keys, case, _list_author_terms(case))


def _add_author_terms(transaction: Transaction, keys: Keys, case: Case, terms: Iterable[str]) -> None:
    key = keys.authors_key(get_case_month(case))
    entries = [word for entry in _list_author_entries(case, terms) for word in (0, entry)]
    if entries:
        transaction.write("ZADD", key, *entries)
    transaction.add_upkeep("EXPIRE", key, _AUTHORS_SECONDS)


def _set_retention(transaction: Transaction, keys: Keys, case: Case) -> None:
    seconds = int(CASE_KEPT.total_seconds())
    for key in (keys.case_key(case.id), keys.joined_mentions_key(case.id), keys.card_key(case.id)):
        if case.is_closed:
            transaction.write("EXPIRE", key, seconds)
        else:
            transaction.write("PERSIST", key)


def _write_lookup_keys(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    """Write the keys by which later mentions find this case, which triage guards with what it read there.

    Delete them once the words are struck out.
    """
    if before is not None:
        if case.mention.is_forgotten and not before.mention.is_forgotten:
            for lookup in build_lookup_keys(keys, before.mention, before.assessment.subject):
                transaction.write("DEL", lookup.key)
        return
    conversation = case.mention.conversation_id
    if conversation not in {"", case.mention.id}:  # that of the post which began it leads to the id of the case
        transaction.write("SET", keys.thread_case_key(conversation), case.id, "EX", _CONVERSATION_SECONDS)
    for lookup in build_lookup_keys(keys, case.mention, case.assessment.subject):
        transaction.write("SET", lookup.key, case.id, "EX", lookup.seconds)


class LookupKey(NamedTuple):
    """A key that leads from a mention to an earlier case, its TTL in seconds, and why the mention would join."""

    key: str
    seconds: int
    joining: JoinReason


def build_lookup_keys(
    keys: Keys, mention: Mention, subject: str, *, with_similar: bool = True
) -> tuple[LookupKey, ...]:
    """Return the lookup keys of a mention: same author and conversation, then the same words, then similar ones.

    Those of similar words lead to candidates only, whose words have to be compared.
    """
    reviewed = f"{subject}|{mention.place}" if mention.rating and mention.place else subject
    return _derive_lookup_keys(keys, build_conversation_key(mention), mention.text, reviewed, with_similar)


@lru_cache(maxsize=1_000)
def _derive_lookup_keys(
    keys: Keys,
    conversation: str,
    text: str,
    subject: str,
    with_similar: bool,  # noqa: FBT001  # the cache takes keywords for other arguments
) -> tuple[LookupKey, ...]:
    """Cached, since a batch asks twice: to look a case up, and to index a new one."""
    found = []
    if conversation:
        found.append(LookupKey(keys.conversation_case_key(conversation), _CONVERSATION_SECONDS, JoinReason.SAME_PERSON))
    if copy := hash_copy_text(text, subject):  # the same words about two shops are no copies
        found.append(LookupKey(keys.copy_case_key(copy), _COPY_SECONDS, JoinReason.COPY))
        similar = build_similarity_keys(text, subject) if with_similar else ()
        found += [LookupKey(keys.similar_case_key(key), _COPY_SECONDS, JoinReason.SIMILAR) for key in similar]
    return tuple(found)
