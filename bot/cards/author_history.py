"""What a card says about the person who wrote, from what they wrote before."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.block_kit import build_message_link
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.case import Case
from bot.domain.department import Department
from bot.domain.persons.etiquette import Caution, find_caution
from bot.domain.persons.person import AuthorContext, OpenCase, Person, PersonLabel, has_earlier_contact
from bot.domain.text import join_words

NAME_SHOWN = 40
OPEN_CASES_SHOWN = 2
DAYS_IN_MONTH = 30
LABEL_NAMES = {
    PersonLabel.VIP: "VIP",
    PersonLabel.TROLL: "Troll",
    PersonLabel.DO_NOT_APPROACH: "Do not approach",
}


def format_author_history(author: AuthorContext, case: Case, department: Department) -> str:
    """Return `5th contact in 12 days · 4 answered, last by @ana on 19 Mar · praised once`, after the labels.

    It says nothing but the labels for a first contact.
    """
    if author.person is None or has_earlier_contact(author.person, case):
        return format_author_facts(author, department)
    return format_labels(author.person)


def format_author_facts(author: AuthorContext, department: Department) -> str:
    """Return the same for a first contact, too; empty if nothing is kept."""
    person = author.person
    if person is None:
        return ""
    often = f"{_format_ordinal(person.contacts)} contact"
    often += f" {_format_span(person)}" if person.contacts > 1 else ""
    answers = _format_answers(person, author) + _format_answer_day(person, department)
    praise = f"praised {_format_times(person.praised)}" if person.praised else ""
    return " · ".join(part for part in (format_labels(person), often, answers, praise) if part)


def format_caution(case: Case, department: Department, author: AuthorContext, at: datetime, by: str = "") -> str:
    """Return what to think of before this case is claimed or its post opened, as plain text; empty if nothing."""
    person, rules = author.person, department.etiquette
    caution = find_caution(case, person, rules, at, by)
    if person is None or caution is None:
        return ""
    if caution is Caution.DO_NOT_APPROACH:
        return "A colleague has marked this person as “Do not approach”."
    if caution in {Caution.AGAIN, Caution.TOO_OFTEN}:
        left = rules.max_approaches - person.approaches
        more = "Once more is fine, then leave it." if left == 1 else f"The limit is {rules.max_approaches}."
        return f"We have approached this person {_format_times(person.approaches)} before. {more}"
    who = sanitize_line(author.names.get(person.answered_by, ""), NAME_SHOWN)
    when = (person.answered_at or at).astimezone(ZoneInfo(department.hours.zone))
    if not person.answered_by:
        return f"We answered this person in public on {when.day} {when:%b at %H:%M}. Read that first."
    name = f"@{who}" if who else "A colleague"
    unsure = "" if by else "If that wasn't you, talk"
    return f"{name} answered this person on {when.day} {when:%b at %H:%M}. {unsure or 'Talk'} to each other first."


def format_labels(person: Person) -> str:
    return " · ".join(name for label, name in LABEL_NAMES.items() if label in person.labels)


def _format_times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _format_answers(person: Person, author: AuthorContext) -> str:
    if not person.answered:
        return ""
    name = format_colleague(author, person.answered_by)
    last = ", last" if name and person.answered > 1 else ""
    return f"{person.answered:,} answered{last}{f' by {name}' if name else ''}"


def _format_answer_day(person: Person, department: Department) -> str:
    if not person.answered or person.answered_at is None:
        return ""
    day = person.answered_at.astimezone(ZoneInfo(department.hours.zone))
    return f" on {day.day} {day:%b}"


def format_open_cases(author: AuthorContext, owner: str = "") -> str:
    """Return who has another case of this person or writes to them, with a link to its card; empty if nobody does.

    Everybody reads this card, also its `owner`.
    """
    return " · ".join(format_open_case(author, one, owner=owner) for one in author.open_cases[:OPEN_CASES_SHOWN])


def format_open_case(author: AuthorContext, one: OpenCase, *, by: str = "", owner: str = "") -> str:
    """`by` is who alone reads it, `owner` who has the case whose card says it."""
    people = one.writers or (one.owner,)
    are = "are" if len(people) > 1 else "is"
    words = f"{are} writing to this person" if one.writers else "has another case of this person"
    words = f"{_format_colleagues(author, people)} {words}"
    if one.owner == owner and not one.writers:
        words = "the same owner has another case of this person"
    if one.owner == by:
        words = "You have another case of this person"
    return f"<{build_message_link(one.channel, one.ts)}|{words}>" if one.ts else words


def format_writers(author: AuthorContext) -> str:
    """Return who is writing a reply in this very case; empty if nobody is."""
    writing = "are writing replies" if len(author.writers) > 1 else "is writing a reply"
    return f"{_format_colleagues(author, author.writers)} {writing}" if author.writers else ""


def _format_colleagues(author: AuthorContext, people: Sequence[str]) -> str:
    words = join_words([format_colleague(author, one) or "a colleague" for one in people])
    return words[0].upper() + words[1:]


def format_colleague(author: AuthorContext, who: str) -> str:
    """Return `@ana` as text, which notifies nobody; empty if the name is not known."""
    name = escape(sanitize_line(author.names.get(who, ""), NAME_SHOWN))
    return f"@{name}" if name else ""


def _format_ordinal(number: int) -> str:
    suffix = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{suffix}"


def _format_span(person: Person) -> str:
    """Return between which days all contacts were."""
    if person.first_at is None or person.last_at is None or (span := person.last_at - person.first_at).days < 1:
        return "within a day"
    if span.days >= 2 * DAYS_IN_MONTH:
        return f"in {span.days // DAYS_IN_MONTH} months"
    return "in 1 day" if span.days == 1 else f"in {span.days} days"
