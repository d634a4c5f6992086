"""What a card says about the person who wrote, from what they wrote before."""

from zoneinfo import ZoneInfo

from bot.cards.sanitize import escape, sanitize_line
from bot.domain.case import Case
from bot.domain.department import Department
from bot.domain.persons.person import AuthorContext, Person, has_earlier_contact

NAME_SHOWN = 40
DAYS_IN_MONTH = 30
_TIMES = {1: "once", 2: "twice"}


def format_author_history(author: AuthorContext, case: Case, department: Department) -> str:
    """Return `5th contact in 12 days · 4 answered, last by @ana on 19 Mar · praised once`; '' for a first contact."""
    person = author.person
    if person is None or not has_earlier_contact(person, case):
        return ""
    parts = [f"{_format_ordinal(person.contacts)} contact {_format_span(person)}"]
    if person.answered:
        parts.append(_format_answers(person, author, department))
    if person.praised:
        parts.append(f"praised {_TIMES.get(person.praised, f'{person.praised:,} times')}")
    return " · ".join(parts)


def _format_answers(person: Person, author: AuthorContext, department: Department) -> str:
    last = "" if person.answered == 1 else ", last"
    if name := format_colleague(author, person.answered_by):
        last += f" by {name}"
    if person.answered_at:
        day = person.answered_at.astimezone(ZoneInfo(department.hours.zone))
        last += f" on {day.day} {day:%b}"
    return f"{person.answered:,} answered{last}"


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
