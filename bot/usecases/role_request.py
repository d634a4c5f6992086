"""What is typed after `/earshot deputize`, `dismiss` and `point`: a person, a department, an end."""

import difflib
import html
import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from bot.cards.sanitize import escape
from bot.domain.errors import NotAllowed
from bot.domain.oncall.time_parser import parse_end, parse_shift_request

DEPUTIZE_EXAMPLE = "`/earshot deputize @ana care until Friday`"
_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^")


class DepartmentNames(NamedTuple):
    """The departments of the playbook, and those for which somebody has a role."""

    current: tuple[str, ...]
    registered: tuple[str, ...]


class RoleRequest(NamedTuple):
    """The parsed words: `person` is empty if nobody is named, `rest` is what is neither a name nor a time."""

    department: str
    person: str
    until: datetime | None
    zone: str
    rest: str


def parse_role_request(words: str, names: DepartmentNames, at: datetime, zone: str, known: str = "") -> RoleRequest:
    """Parse `@person department until …`, in any order. `known` is a word that is allowed, too. Raises `NotAllowed`."""
    if _GROUP.search(words):
        raise NotAllowed("That is a user group. Name it in the playbook as a deputy, or name one person here.")
    people = tuple(dict.fromkeys(_PERSON.findall(words)))
    if len(people) > 1:
        raise NotAllowed("One person at a time, please.")
    plain = _PERSON.sub(" ", html.unescape(words))
    if not people and (unknown := re.search(r"(?<!\S)@\S+", plain)):
        raise NotAllowed(ask_for_person(unknown[0], DEPUTIZE_EXAMPLE))
    name, others = _match_department(plain, [*names.current, *names.registered])
    parsed = parse_shift_request(others)
    rest = parsed.rest.casefold()
    if not name:
        name = names.current[0] if not rest and len(names.current) == 1 else require_name(rest, names.current)
    if parsed.start:
        raise NotAllowed("It begins at once, so leave out “from …”.")
    asked = parsed.until or parsed.lasting or (parsed.rest if people and rest != known else "")
    return RoleRequest(name, "".join(people), parse_end(asked, at, zone) if asked else None, zone, rest)


def _match_department(words: str, names: Iterable[str]) -> tuple[str, str]:
    """Return the longest name that stands in the words, and the words without it; ('', words) if none does."""
    for name in sorted(dict.fromkeys(names), key=len, reverse=True):
        found = re.search(rf"(?<!\S){re.escape(name)}(?!\S)", words, re.IGNORECASE)
        if found:
            return name, f"{words[: found.start()]} {words[found.end() :]}"
    return "", words


def require_name(words: str, names: Iterable[str]) -> str:
    """Return the department of exactly this name. Raises `NotAllowed` with a similar name."""
    wanted = " ".join(html.unescape(words).casefold().split())
    folded = {name.casefold(): name for name in names}
    if wanted in folded:
        return folded[wanted]
    listed = escape(", ".join(dict.fromkeys(folded.values())))
    if not wanted:
        raise NotAllowed(f"For which department? Choose from: {listed}.")
    near = [one for word in (wanted, *wanted.split()) for one in difflib.get_close_matches(word, folded, n=1)]
    meant = f"Did you mean `{escape(folded[near[0]])}`?" if near else f"Choose from: {listed}."
    raise NotAllowed(f"There is no department “{escape(wanted[:40])}”. {meant}")


def explain_deputize(names: Iterable[str]) -> str:
    """Return the usage, for somebody who typed the command alone."""
    listed = escape(", ".join(names))
    return (
        f"Say who, for which department and until when: {DEPUTIZE_EXAMPLE}. "
        f"Without an end, it lasts until somebody ends it. Departments: {listed}."
    )


def ask_for_person(rest: str, example: str) -> str:
    if rest.startswith("@"):
        return f"Earshot doesn't know {escape(rest[:40])}. Choose the person from the list that Slack shows after @."
    return f"Name a person, like {example}."
