"""The rules in force, read from the current playbook."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from types import MappingProxyType

from bot.config import Playbook, PlaybookReloader
from bot.detectors.model.weights import PACKAGED
from bot.detectors.pipeline import MentionAssessor, build_assessor
from bot.domain.assessment import Assessment
from bot.domain.campaigns.campaign import Campaign
from bot.domain.crisis import CrisisPlan
from bot.domain.department import Department, is_person
from bot.domain.drills import DrillSettings
from bot.domain.health.issues import OPERATORS
from bot.domain.mention import Mention
from bot.domain.own_accounts import OwnAccounts
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.page import Severity
from bot.domain.paging.policy import EscalationPolicy, choose_policy
from bot.domain.replies.drafts import DraftOptions
from bot.domain.replies.saved_replies import ReplyRules
from bot.domain.routing import RouteList
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.subject import Subject
from bot.domain.themes import Theme, ThemeRegister
from bot.sources.catalogue import CATALOGUE


class ReloadableRules:
    """Reads the current playbook on each call, since it may be reloaded while the process runs."""

    def __init__(
        self, playbook: PlaybookReloader, contacts: Mapping[str, str] = MappingProxyType({}), weights: Path = PACKAGED
    ) -> None:
        self._live, self._contacts, self._weights = playbook, contacts, weights
        self._assessor: tuple[Playbook, MentionAssessor] | None = None

    @property
    def playbook(self) -> Playbook:
        return self._live.current

    @property
    def managers(self) -> tuple[str, ...]:
        return self.playbook.brand.managers

    @property
    def time_zone(self) -> str:
        return self.playbook.brand.time_zone

    @property
    def names_colleagues(self) -> bool:
        return self.playbook.brand.recognition

    def list_departments(self) -> tuple[Department, ...]:
        return tuple(self.playbook.departments.values())

    def find_department(self, name: str) -> Department | None:
        """Find a department; `operators` is built for pages to operators if the playbook has none of this name."""
        if name != OPERATORS or name in self.playbook.departments:
            return self.playbook.departments.get(name)
        operators = self.playbook.operators
        people = operators.on_call or tuple(filter(is_person, self.managers))
        return Department(name=OPERATORS, channel=operators.channel, on_call=people)

    def list_source_names(self) -> tuple[str, ...]:
        """Return the names of the sources that do not end, as their mentions carry them."""
        return tuple(one.name or one.source for one in self.playbook.sources if CATALOGUE[one.source].endless)

    def list_routes(self) -> RouteList:
        return self.playbook.routes

    def get_reply_rules(self) -> ReplyRules:
        return self.playbook.replies

    def get_draft_options(self) -> DraftOptions:
        return self.playbook.drafts

    def get_spike_thresholds(self) -> SpikeThresholds:
        return self.playbook.spikes

    def list_campaigns(self) -> Sequence[Campaign]:
        return self.playbook.campaigns

    def get_drill_plan(self) -> DrillSettings:
        return self.playbook.drills

    def get_crisis_plan(self) -> CrisisPlan:
        return self.playbook.crisis_plan

    def get_page_limit(self) -> int | None:
        return self.playbook.pages_a_night

    def get_summary_time(self) -> time | None:
        return self.playbook.note_at

    def has_handover_summary(self) -> bool:
        return self.playbook.note_at_hand_over

    def list_themes(self) -> Sequence[Theme]:
        return self.playbook.themes

    def list_subjects(self) -> Sequence[Subject]:
        return self.playbook.subjects

    def get_escalation_policy(self, severity: Severity, department: str) -> EscalationPolicy:
        return choose_policy(self.playbook.escalations, severity, department)

    def get_contact(self, person: str) -> ContactDetails:
        return self.playbook.people.get(person, ContactDetails()).resolve_env(self._contacts)

    def find_pagerduty_person(self, user: str) -> str:
        people = self.playbook.people.items()
        return next((person for person, contact in people if user and contact.pagerduty == user), "")

    def get_own_accounts(self) -> OwnAccounts:
        return self.playbook.own_accounts

    def get_assessor(self) -> MentionAssessor:
        """Return the assessor, built once per playbook since its terms are compiled. Raise WeightsError."""
        playbook = self.playbook
        if self._assessor is None or self._assessor[0] is not playbook:
            self._assessor = (playbook, build_assessor(playbook, self._weights))
        return self._assessor[1]

    def apply_themes(self, register: ThemeRegister) -> None:
        """Find what managers added, too, from the next mention on."""
        self.get_assessor().set_themes(register.list_themes(self.playbook.themes), register.shown_as)

    async def apply_playbook(self, playbook: Playbook) -> None:
        """Build the detectors in a thread, since loading a model may take seconds; then switch. Raise WeightsError."""
        assessor = await asyncio.to_thread(build_assessor, playbook, self._weights)
        self._live.current, self._assessor = playbook, (playbook, assessor)

    async def assess(self, mention: Mention) -> Assessment:
        [found] = await self.get_assessor().assess_in_thread([mention])
        return found.explain_assessment()
