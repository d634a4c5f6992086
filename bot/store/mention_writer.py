"""Write what a processed mention adds beside its case: counters, tallies, the top posts, spam, what no route took."""

from datetime import datetime

from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.case import Case
from bot.domain.commits import MentionOutcome, ProcessedMention
from bot.domain.themes import list_counted_themes
from bot.store.decision_writer import to_ms
from bot.store.keys import (
    ASIDE_MOST,
    SPAM_KEPT,
    SPAM_MOST,
    STAFF_KEPT,
    STAFF_MOST,
    TALLIES_KEPT,
    TELLING_KEPT,
    TELLING_MOST,
    Keys,
    format_day,
    join_field,
)
from bot.store.spike_stream import append_observation
from bot.store.transaction import Transaction

QUARTER = 15
"""Minutes: counters are kept for each quarter of an hour."""
QUARTERS_AN_HOUR = 60 // QUARTER
_TALLIES_SECONDS = int(TALLIES_KEPT.total_seconds())
_TELLING_SECONDS = int(TELLING_KEPT.total_seconds())


def compute_quarter(at: datetime) -> int:
    """Return the quarter of an hour of the UTC day, 0 to 95."""
    return (at.hour * 60 + at.minute) // QUARTER


def write_processed_mention(
    transaction: Transaction, keys: Keys, processed: ProcessedMention, case: Case | None
) -> None:
    created_at = min(processed.mention.created_at, processed.at)
    transaction.write("HINCRBY", keys.mention_counters, processed.outcome.value, 1)
    if processed.is_own or processed.staff_sign:
        _write_staff_post(transaction, keys, processed)
        return
    add_to_tally(transaction, keys, created_at, build_tally_field(processed, created_at), 1)
    for field in list_theme_fields(processed, created_at):
        transaction.write("HINCRBY", keys.themes_key(created_at), field, 1)
        transaction.add_upkeep("EXPIRE", keys.themes_key(created_at), _TALLIES_SECONDS)
    if processed.muted_by:
        transaction.write("HINCRBY", keys.mute_counts, processed.muted_by, 1)
    append_observation(transaction, keys, processed, _get_counted_subject(processed.assessment))
    if processed.outcome is MentionOutcome.SPAM:
        _write_spam(transaction, keys, processed)
    elif case is None and processed.outcome is MentionOutcome.TALLIED and not processed.mention.is_forgotten:
        body = processed.mention.model_dump_json(exclude_defaults=True)
        labels = ",".join(sorted(processed.assessment.labels))
        fields = ("why", processed.outcome.value, "m", body, "labels", labels)
        transaction.write("XADD", keys.unrouted, "*", *fields)
        transaction.add_upkeep("XTRIM", keys.unrouted, "MAXLEN", "~", ASIDE_MOST)
    if processed.outcome is MentionOutcome.OPENED:
        assert case is not None
        rank_top_post(transaction, keys, processed, case)


def add_to_tally(transaction: Transaction, keys: Keys, created_at: datetime, field: str, count: int) -> None:
    """Count in the hour of this time, and remove the sums of that hour, so that they are never out of date."""
    transaction.write("HINCRBY", keys.tally_key(created_at), field, count)
    transaction.add_upkeep("DEL", keys.hour_sums_key(created_at))
    transaction.add_upkeep("EXPIRE", keys.tally_key(created_at), _TALLIES_SECONDS)


def rank_top_post(transaction: Transaction, keys: Keys, processed: ProcessedMention, case: Case) -> None:
    """Add a case to the top posts of its hour, and to those of the day with its themes."""
    a, created_at = processed.assessment, min(processed.mention.created_at, processed.at)
    about = [keys.theme_posts_key(format_day(created_at), theme) for theme in list_counted_themes(a)]
    for top_posts in (keys.top_posts_key(created_at, _get_counted_subject(a)), *about):
        transaction.write("ZADD", top_posts, _score_top_post(processed), case.id)
        transaction.add_upkeep("ZREMRANGEBYRANK", top_posts, 0, -TELLING_MOST - 1)
        transaction.add_upkeep("EXPIRE", top_posts, _TELLING_SECONDS)


def _write_staff_post(transaction: Transaction, keys: Keys, processed: ProcessedMention) -> None:
    """Keep who wrote it where, without the words: managers look at the post itself."""
    if processed.staff_sign:
        post = processed.mention.copy_with(text="", quoted="", parent=None, media=(), engagement=None)
        fields = ("m", post.model_dump_json(exclude_defaults=True), "why", processed.staff_sign)
        transaction.write("XADD", keys.staff_posts, "MAXLEN", "~", STAFF_MOST, "*", *fields)
        transaction.add_upkeep("XTRIM", keys.staff_posts, "MINID", to_ms(processed.at - STAFF_KEPT))


def _write_spam(transaction: Transaction, keys: Keys, processed: ProcessedMention) -> None:
    """Keep the mention with its assessment, so that a person can restore it."""
    mention = processed.mention.model_dump_json(exclude_defaults=True)
    assessment = processed.assessment.shorten_signals().model_dump_json(exclude_defaults=True)
    fields = ("m", mention, "a", assessment, "at", processed.at.isoformat())
    transaction.write("XADD", keys.spam, "MAXLEN", "~", SPAM_MOST, "*", *fields)
    transaction.write("XTRIM", keys.spam, "MINID", to_ms(processed.at - SPAM_KEPT))


def build_tally_field(processed: ProcessedMention, created_at: datetime) -> str:
    """Return the counter of a mention in the hash of its hour: quarter, subject, department, sentiment, intent."""
    a = processed.assessment
    sentiment = "unsure" if a.is_unsure else a.sentiment.value
    subject = _get_counted_subject(a)
    return join_field(created_at.minute // QUARTER, subject, processed.department, sentiment, a.intent.value)


def list_theme_fields(processed: ProcessedMention, created_at: datetime) -> list[str]:
    """Return the counters of its themes: quarter, theme, subject, department, sentiment, intent. None for spam."""
    a = processed.assessment
    themes = list_counted_themes(a)
    if not themes or a.intent is Intent.SPAM:
        return []
    quarter, sentiment = created_at.minute // QUARTER, "unsure" if a.is_unsure else a.sentiment.value
    where = (_get_counted_subject(a), processed.department, sentiment, a.intent.value)
    return [join_field(quarter, theme, *where) for theme in themes]


def _get_counted_subject(assessment: Assessment) -> str:
    """Return the subject if it is the playbook's (those have a kind): senders may name any number of others."""
    return assessment.subject if assessment.kind else ""


def _score_top_post(processed: ProcessedMention) -> float:
    """Rank a post for the top posts of reports: crises first, then by urgency, then by strength of sentiment.

    The sentiment of a crisis is often unsure; without its bonus a lost bag would rank above smoke in the cabin.
    """
    a = processed.assessment
    if a.intent is Intent.CRISIS:
        return a.urgency + 40
    strength = 0.0 if a.sentiment is Sentiment.NEUTRAL or a.is_unsure else a.probabilities[a.sentiment]
    return a.urgency + 20 * strength
