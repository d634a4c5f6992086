"""Who a page goes to: the people on call, then the fallback and the managers; and the link that acknowledges it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.clock import Clock
from bot.domain.business_hours import BusinessHours
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.oncall.on_call import OnCallLookup
from bot.domain.paging.ack_link import TOKEN_LIFETIME, sign_ack_token
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.page import ContactMethod, Page
from bot.domain.paging.targets import EscalationTargets
from bot.domain.rules import get_department_or_lost
from bot.store.signing_secrets import ACKNOWLEDGE, SigningSecretStore


class TargetResolver:
    """`available`: the contact methods whose pager is configured in this process."""

    def __init__(self, rules: PagingRules, on_call: OnCallLookup, available: Collection[ContactMethod]) -> None:
        self._rules = rules
        self._on_call = on_call
        self._available = frozenset(available)

    async def resolve_targets(self, department: str, at: datetime, first: str = "") -> EscalationTargets:
        """Return who to page, in order; `first` comes before those on call. Raises `StoreUnavailable`."""
        on_call, found = (
            await self._on_call.find_on_call(department, at),
            get_department_or_lost(self._rules, department),
        )
        fallback = (str(ToChannel(found.fallback)),) if found.fallback else ()
        managers = tuple(person for person in self._rules.managers if not person.startswith("S"))
        people = tuple(dict.fromkeys(one for one in (first, *on_call.people) if one))
        last = tuple(one for one in dict.fromkeys((*fallback, *managers)) if one not in people)
        methods = {person: self._list_contact_methods(person) for person in (*people, *last)}
        zones = {person: self._rules.get_contact(person).zone or on_call.zone or found.hours.zone for person in methods}
        return EscalationTargets(
            people,
            last,
            {**methods, "": frozenset(way for way in self._available - {ContactMethod.SLACK} if not way.is_personal)},
            on_call.has_gap or not people,
            found.hours,
            self._find_quiet_people(zones, at),
            zones,
        )

    def _find_quiet_people(self, zones: Mapping[str, str], at: datetime) -> dict[str, datetime]:
        """Return who has quiet hours at `at`, each with the end of them."""
        found: dict[str, datetime] = {}
        for person, zone in zones.items():
            quiet = BusinessHours(windows=self._rules.get_contact(person).quiet, zone=zone)
            if quiet.windows and quiet.is_open_at(at):
                found[person] = quiet.find_closing_time(at)
        return found

    def _list_contact_methods(self, person: str) -> frozenset[ContactMethod]:
        return self._rules.get_contact(person).methods & self._available


class AckLinkBuilder:
    """Build links that acknowledge a page. `public_url` is our address as a phone reaches it; empty: no links."""

    def __init__(self, secrets: SigningSecretStore, clock: Clock, public_url: str = "") -> None:
        self._secrets = secrets
        self._clock = clock
        self.public_url = public_url

    async def build_link(self, page: Page, person: str) -> str:
        """Return an empty string for a channel, or without a public URL."""
        if not self.public_url or isinstance(parse_callee(person), ToChannel):
            return ""
        secret, until = await self._secrets.load_secret(ACKNOWLEDGE), self._clock.now() + TOKEN_LIFETIME
        token = sign_ack_token(secret, page.id, person, until, page.round)
        return f"{self.public_url.rstrip('/')}/{ACKNOWLEDGE}/{token}"
