"""What the commit of a case writes about its author: counts, and that their other cards are drawn again."""

from datetime import datetime

from bot.domain.case import Case, CaseStatus
from bot.domain.commits import CaseDecision
from bot.domain.outbox import Notification
from bot.domain.persons.contacts import count_approaches, find_answer, find_contact, find_lost_answer, is_answered
from bot.store.decision_writer import add_notification
from bot.store.keys import PERSON_KEPT, Keys
from bot.store.transaction import Transaction

CONTACTS, FIRST_AT, LAST_AT, ANSWERED, ANSWERED_BY, ANSWERED_AT, PRAISED = "n", "f", "l", "a", "b", "t", "p"
LOST_AT, APPROACHES = "u", "w"
_SECONDS = int(PERSON_KEPT.total_seconds())


def write_person_changes(transaction: Transaction, keys: Keys, decision: CaseDecision, at: datetime) -> None:
    """Write what a decision means for the author, within the commit of the case and so exactly once.

    Posts of another case that the decision also changes were contacts when they came.
    """
    count_contacts(transaction, keys, decision)
    for one in (decision, decision.opened_decision, decision.target_decision):
        if one is None or one.after is None:
            continue
        if (refresh := _find_person_refresh(one.before, one.after)) is not None:
            add_notification(transaction, keys, refresh, at)


def count_contacts(transaction: Transaction, keys: Keys, decision: CaseDecision) -> None:
    """Count the contact and its answer. The other cards of the author stay as they are."""
    if (contact := find_contact(decision)) is not None:
        key, seconds = keys.person_key(contact.author), int(contact.at.timestamp())
        transaction.write("count_event", key, CONTACTS, FIRST_AT, LAST_AT, seconds, _SECONDS)
        if contact.is_praise:
            transaction.write("HINCRBY", key, PRAISED, 1)
    if decision.after is None:
        return
    if (answer := find_answer(decision.before, decision.after)) is not None:
        key = keys.person_key(answer.author)
        transaction.write("HINCRBY", key, ANSWERED, 1)
        transaction.write("HSET", key, ANSWERED_BY, answer.by, ANSWERED_AT, int(answer.at.timestamp()))
        transaction.add_upkeep("EXPIRE", key, _SECONDS)
    if (lost := find_lost_answer(decision)) is not None:
        key = keys.person_key(lost.author)
        transaction.write("HINCRBY", key, ANSWERED, -1)
        transaction.write("HSET", key, LOST_AT, int(lost.at.timestamp()))
        transaction.add_upkeep("EXPIRE", key, _SECONDS)
    count = count_approaches(decision.before, decision.after)
    if count and (author := decision.after.mention.author_key):
        transaction.write("HINCRBY", keys.person_key(author), APPROACHES, count)


def _find_person_refresh(before: Case | None, case: Case) -> Notification | None:
    """Return what redraws the other cards of this person: this case has another owner, or is answered or no longer.

    A new case changes none of them, unless an answer of ours was there before it.
    """
    is_plain = before is None and not case.public_replies
    if is_plain or not case.mention.author_key or _get_known_facts(before) == _get_known_facts(case):
        return None
    return Notification.refresh_person(case.id, case.department)


def _get_known_facts(case: Case | None) -> tuple[str, bool, bool]:
    """Return what other cards of the person depend on."""
    if case is None:
        return "", False, False
    return case.owner if case.status is CaseStatus.CLAIMED else "", is_answered(case), case.approached
