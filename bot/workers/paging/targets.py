"""Who stands in line for a page: who is on call now, then the fallback and the managers, each with her ways."""

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.domain.business_hours import BusinessHours
from bot.domain.destination import ToChannel
from bot.domain.oncall.on_call import OnCallLookup
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.page import ContactMethod
from bot.domain.paging.targets import EscalationTargets
from bot.domain.rules import get_department_or_lost


class TargetResolver:
    """`available` are the ways of which the pager is set up in this process."""

    def __init__(self, rules: PagingRules, rota: OnCallLookup, available: Collection[ContactMethod]) -> None:
        self._rules = rules
        self._on_call = rota
        self._available = frozenset(available)

    async def resolve_targets(self, department: str, at: datetime, first: str = "") -> EscalationTargets:
        """`first` is called before those on call. Raises `StoreUnavailable`."""
        duty, there = await self._on_call.find_on_call(department, at), get_department_or_lost(self._rules, department)
        fallback = (str(ToChannel(there.fallback)),) if there.fallback else ()
        managers = tuple(person for person in self._rules.managers if not person.startswith("S"))
        people = tuple(dict.fromkeys(one for one in (first, *duty.people) if one))
        last = tuple(one for one in dict.fromkeys((*fallback, *managers)) if one not in people)
        ways = {person: self._list_contact_methods(person) for person in (*people, *last)}
        zones = {person: self._rules.get_contact(person).zone or duty.zone or there.hours.zone for person in ways}
        return EscalationTargets(
            people,
            last,
            {**ways, "": frozenset(way for way in self._available - {ContactMethod.SLACK} if not way.is_personal)},
            duty.has_gap or not people,
            there.hours,
            self._find_quiet_people(zones, at),
            zones,
        )

    def _find_quiet_people(self, zones: Mapping[str, str], at: datetime) -> dict[str, datetime]:
        quiet = {
            person: BusinessHours(windows=self._rules.get_contact(person).quiet, zone=zone)
            for person, zone in zones.items()
        }
        return {
            person: hours.find_closing_time(at)
            for person, hours in quiet.items()
            if hours.windows and hours.is_open_at(at)
        }

    def _list_contact_methods(self, person: str) -> frozenset[ContactMethod]:
        return self._rules.get_contact(person).methods & self._available
