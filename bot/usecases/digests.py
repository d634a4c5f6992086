"""Digests: load one with its cases, to render it again after somebody claimed a case on it."""

from datetime import datetime
from typing import NamedTuple

from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.commits import NotAllowed
from bot.domain.department import Department
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.cases import CaseStore
from bot.store.digests import WINDOW_SIZE, DigestStore, is_waiting, sort_by_urgency

LIST_GONE = "This list is no longer kept. Its open cases are on the Home tab of Earshot."


class DigestView(NamedTuple):
    id: str
    department: Department
    cases: tuple[Case, ...]
    at: datetime
    total: int = 0
    unclaimed: int = 0
    """How many wait, where it stands for more than these cases."""


class DigestUseCases:
    def __init__(self, digests: DigestStore, cases: CaseStore, rules: PlaybookRules, clock: Clock) -> None:
        self._digests = digests
        self._cases = cases
        self._rules = rules
        self._clock = clock

    async def get(self, digest_id: str) -> DigestView:
        """Raises `NotAllowed` if it is no longer kept."""
        record = await self._digests.load(digest_id)
        if record is None:
            raise NotAllowed(LIST_GONE)
        hidden = await self._digests.list_hidden(record, WINDOW_SIZE) if record.total else []
        found = await self._cases.find([*record.cases, *hidden])
        cases = tuple(found[case] for case in record.cases if case in found)
        unclaimed = 0
        if record.total:
            cases = tuple(sort_by_urgency([case for case in found.values() if is_waiting(case, record.department)]))
            unclaimed = await self._digests.count(record) - len(found) + len(cases)
        department = get_department_or_lost(self._rules, record.department)
        return DigestView(record.id, department, cases, self._clock.now(), record.total, unclaimed)
