"""`/earshot say`: a message of the day for the owners of a department's cases."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.cards import owner_brief as cards
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.day_message import LONGEST, MAX_WORDS, DayMessage
from bot.domain.errors import NotAllowed
from bot.domain.oncall.local_time import resolve_local_time
from bot.domain.rules import PlaybookRules, require_department
from bot.domain.text import format_people, join_words
from bot.store.day_messages import DayMessageStore
from bot.usecases.role_request import DepartmentNames, parse_role_request
from bot.usecases.staff import StaffDirectory

EXAMPLE = '`/earshot say "Refunds open at noon" for care until 18:00`'
_SEPARATORS = re.compile(r"[,;&+/]")
_OFF = re.compile(r"off\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«](?P<text>.*)[\"“”»](?P<rest>[^\"“”„«»]*)", re.DOTALL)
"""From the first quotation mark to the last: a message may quote a word itself."""
CHANGED = "Somebody has changed this message since, so it stays as it is."


class ZoneDirectory(Protocol):
    async def find_time_zone(self, person: str) -> str: ...


@dataclass(frozen=True, slots=True)
class DayMessageUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: DayMessageStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _people: ZoneDirectory
    _clock: Clock

    async def set_message(self, by: str, words: str) -> RenderedMessage:
        """Set the message of a department until a time (without one: until midnight), or end it with `off`.

        `words` are plain text, without Slack's markup.
        """
        words, at = words.strip(), self._clock.now()
        zone = await self._people.find_time_zone(by) or self._rules.time_zone
        if _OFF.match(words):
            department = self._parse_department(_OFF.sub("", words, count=1), at, zone)[0]
            return await self._end(department, by, at)
        quoted = _QUOTED.fullmatch(words)
        text = " ".join(quoted["text"].split()) if quoted else ""
        if quoted is None or not text:
            raise NotAllowed(f"Put your message in quotes: {EXAMPLE}. `/earshot say off for care` ends it.")
        if len(text) > MAX_WORDS:
            raise NotAllowed(f"That has {len(text)} characters, and {MAX_WORDS} is the most. Shorten it.")
        department, until = self._parse_department(quoted["rest"], at, zone)
        await self._check_permission(department, by)
        until = until or _find_midnight(at, zone)
        if until > at + LONGEST:
            raise NotAllowed(f"A message can stay {LONGEST.days} days at most. For longer, write it into the playbook.")
        before = await self._store.load(department)
        replaced = before.copy_with(replaced=None) if before and before.is_running(at) else None
        message = DayMessage(department=department, text=text, by=by, since=at, until=until, replaced=replaced)
        if not await self._store.change(department, before, message, by, at):
            raise NotAllowed("Somebody else has just changed it. Try again.")
        return cards.render_day_message_receipt(message, zone, at)

    async def undo(self, by: str, ref: str) -> RenderedMessage:
        """Take back what `set_message` did, by the button of its receipt; return what replaces the receipt."""
        department, at = ref.rpartition("/")[0], self._clock.now()
        await self._check_permission(department, by)
        message = await self._store.load(department)
        if message is None or message.ref != ref:
            raise NotAllowed(CHANGED)
        after = message.replaced if message.replaced and message.replaced.is_running(at) else None
        if not await self._store.change(department, message, after, by, at):
            raise NotAllowed(CHANGED)
        return cards.render_day_message_undone(department, after)

    async def _end(self, department: str, by: str, at: datetime) -> RenderedMessage:
        await self._check_permission(department, by)
        message = await self._store.load(department)
        if message is None or not message.is_running(at):
            raise NotAllowed(f"{department} has no message of the day.")
        if not await self._store.change(department, message, None, by, at):
            raise NotAllowed(CHANGED)
        return cards.render_day_message_undone(department)

    def _parse_department(self, words: str, at: datetime, zone: str) -> tuple[str, datetime | None]:
        names = tuple(one.name for one in self._rules.list_departments())
        _check_one_department(words, names)
        request = parse_role_request(words, DepartmentNames(names, ()), at, zone)
        require_department(self._rules, request.department)
        return request.department, request.until

    async def _check_permission(self, name: str, by: str) -> None:
        department = await self._staff.resolve_point(require_department(self._rules, name))
        staff = await self._staff.load_staff(department, self._rules.managers)
        if not (staff.is_manager(by) or department.point == by):
            who = format_people([*staff.managers, *filter(None, [department.point])])
            raise NotAllowed(f"Only managers and the point person of {name} do that. Ask {who or 'one of them'}.")


def _check_one_department(words: str, names: Sequence[str]) -> None:
    """Raise `NotAllowed` where several departments are named, as in `for care, pr`: a message is for one."""
    rest, named = _SEPARATORS.sub(" ", words), list[str]()
    for name in sorted(names, key=len, reverse=True):
        form = re.escape(_SEPARATORS.sub(" ", name))
        if re.search(rf"(?<!\S){form}(?!\S)", rest, re.IGNORECASE):
            named.append(name)
            rest = re.sub(rf"(?<!\S){form}(?!\S)", " ", rest, flags=re.IGNORECASE)
    if len(named) > 1:
        raise NotAllowed(f"A message is for one department. Say it once for each: {join_words(sorted(named))}.")


def _find_midnight(at: datetime, zone: str) -> datetime:
    return resolve_local_time(at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1), time(), zone)
