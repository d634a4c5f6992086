"""Puts the parts together: the only place that knows them all."""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientSession

from bot.clock import Clock
from bot.detectors.catalogue import Assessor
from bot.domain.department import Department
from bot.domain.pages.contact import Contact
from bot.domain.pages.ladder import PAGERS
from bot.domain.pages.page import CauseKind, Severity, Way
from bot.domain.pages.policy import EscalationPolicy, policy_for
from bot.domain.routing import Route
from bot.domain.spikes.tuning import Tuning
from bot.domain.subject import Subject
from bot.playbook import LivePlaybook, Playbook
from bot.settings import Settings
from bot.sinks.directory import SlackDirectory
from bot.sinks.pagers.base import Pager
from bot.sinks.pagers.catalogue import pagers_of
from bot.sinks.slack import SlackSink
from bot.sources.base import Source
from bot.sources.webhook import Webhook
from bot.store.flags import FlagStore
from bot.store.opening import Store
from bot.usecases.cases import Cases
from bot.usecases.corrections import Corrections, weighed
from bot.usecases.digests import Digests
from bot.usecases.flags import Flags
from bot.usecases.home import Home
from bot.usecases.oncall import OnCall
from bot.usecases.pages import Pages as PageUseCases
from bot.usecases.reports import Reports
from bot.usecases.rota import StoredRota
from bot.usecases.spam import SpamBox
from bot.usecases.team import Team
from bot.usecases.whose import Whose
from bot.workers.delivery import Delivery
from bot.workers.ingest import Ingest
from bot.workers.loop import Worker, run
from bot.workers.pages import Pages
from bot.workers.paging import PagerDelivery
from bot.workers.paging.lines import Lines
from bot.workers.paging.links import Links
from bot.workers.paging.matters import Matters, OfCases, OfEpisodes
from bot.workers.paging.slack import SlackPager
from bot.workers.schedules import Schedules
from bot.workers.spikes import Spikes
from bot.workers.timers import Timers
from bot.workers.triage import Triage
from handlers import UseCases

WORKERS = ("ingest", "triage", "delivery", "timers", "spikes", "schedules", "pages")
"""What `--workers` may name; one process may run all."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What rings outside of Slack, how our site is reached from there, and contacts that stand in the environment."""

    pagers: Sequence[Pager] = ()
    public_url: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)


def outside_of(settings: Settings, session: ClientSession, clock: Clock) -> Outside:
    contacts = {name: value.get_secret_value() for name, value in settings.contacts.items()}
    return Outside(pagers_of(settings, session, clock), settings.public_url or "", contacts)


class LiveRules:
    """The playbook in force, as the house asks for it."""

    def __init__(self, playbook: LivePlaybook, contacts: Mapping[str, str] | None = None) -> None:
        self._live = playbook
        self._contacts = contacts or {}
        self._heard_by: tuple[Playbook, Assessor] | None = None

    @property
    def playbook(self) -> Playbook:
        return self._live.now

    @property
    def managers(self) -> tuple[str, ...]:
        return self.playbook.brand.managers

    @property
    def time_zone(self) -> str:
        return self.playbook.brand.time_zone

    def departments(self) -> tuple[Department, ...]:
        return tuple(self.playbook.departments.values())

    def department(self, name: str) -> Department | None:
        return self.playbook.departments.get(name)

    def routes(self) -> Sequence[Route]:
        return self.playbook.routes

    def spikes(self) -> Tuning:
        return self.playbook.spikes

    def subjects(self) -> Sequence[Subject]:
        return self.playbook.subjects

    def policy(self, severity: Severity, department: str) -> EscalationPolicy:
        return policy_for(self.playbook.escalations, severity, department)

    def contact(self, person: str) -> Contact:
        return self.playbook.people.get(person, Contact()).resolved(self._contacts)

    def person_at_pagerduty(self, user: str) -> str:
        people = self.playbook.people.items()
        return next((person for person, contact in people if user and contact.pagerduty == user), "")

    def assessor(self) -> Assessor:
        """Made once for each reading of the playbook: its terms are compiled."""
        playbook = self.playbook
        if self._heard_by is None or self._heard_by[0] is not playbook:
            made = Assessor(
                playbook.subjects,
                engine=playbook.detectors.engine,
                unsure_below=playbook.detectors.unsure_below,
                language=playbook.brand.language,
            )
            self._heard_by = (playbook, made)
        return self._heard_by[1]


@dataclass(frozen=True, slots=True)
class House:
    """Everything of one process that works on one store."""

    store: Store
    rules: LiveRules
    rota: StoredRota
    clock: Clock
    usecases: UseCases
    ingest: Ingest
    triage: Triage
    timers: Timers
    spikes: Spikes
    schedules: Schedules
    delivery: Delivery
    pages: Pages
    pagers: tuple[PagerDelivery, ...]
    """Run with `pages`: a loop for each."""
    links: Links
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hooks: dict[str, Webhook] = field(default_factory=dict)

    def listen_to(self, sources: Sequence[Source]) -> None:
        """These, instead of what was listened to before."""
        self.ingest.listen_to(sources)
        self.hooks.clear()
        self.hooks.update({source.name: source for source in sources if isinstance(source, Webhook)})

    async def work(self, chosen: Sequence[str] = WORKERS) -> None:
        """Run until told to stop; what is in hand is finished."""
        await self.store.inbox.prepare()
        self.rules.assessor()  # made now, or the first mention of the day would wait for it
        workers: dict[str, tuple[Worker, ...]] = {
            "triage": (self.triage,),
            "delivery": (self.delivery,),
            "timers": (self.timers,),
            "spikes": (self.spikes,),
            "schedules": (self.schedules,),
            "pages": (self.pages, *self.pagers),
        }
        async with asyncio.TaskGroup() as group:
            if "ingest" in chosen:
                group.create_task(self.ingest.run(self.stop))
            for worker in (worker for name, some in workers.items() if name in chosen for worker in some):
                group.create_task(run(worker, self.clock, self.stop), name=worker.name)


def settle() -> None:
    """Before the work begins: what is here now stays, so that nobody looks for garbage among it again and again.

    A batch makes some 20,000 objects that go with it. Looking for garbage after every 700, as Python does, is a tenth
    of all that triage takes (2026-11-22).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def assemble(
    store: Store,
    playbook: LivePlaybook,
    sink: SlackSink,
    clock: Clock,
    worker: str,
    *,
    wait: bool = True,
    outside: Outside = Outside(),
) -> House:
    """`worker` names this process among those that share the inbox; `wait`: triage waits for mentions, in real time."""
    rules = LiveRules(playbook, outside.contacts)
    directory = SlackDirectory(sink, clock)
    rota = StoredRota(store, rules, lambda: rules.playbook.schedules, directory)
    team = Team(directory, rota)
    reports = Reports(store.tallies, store.corrections, store.cases, rules, lambda: rules.playbook.subjects, clock)
    cases = Cases(store.cases, store.outbox, store.pages, rules, team, weighed, clock)
    matters = Matters({CauseKind.CASE: OfCases(store), CauseKind.EPISODE: OfEpisodes(store)}, lambda: rules.time_zone)
    usecases = UseCases(
        cases=cases,
        digests=Digests(store.outbox, store.cases, rules, clock),
        flags=Flags(
            FlagStore(store.client, store.keys), rules, clock, lambda mention: rules.assessor().assess([mention])[0]
        ),
        reports=reports,
        corrections=Corrections(store.cases, rules, team, lambda: rules.playbook.subjects, clock),
        spam=SpamBox(store.spam, store.cases, rules, weighed, clock),
        oncall=OnCall(store.overrides, rota, rules, Whose(rota, rules, team), directory, clock),
        home=Home(store.cases, store.inbox, store.troubles, store.corrections, rules, clock),
        pages=PageUseCases(store.pages, store.signing, matters, rules, team, clock),
    )
    links = Links(store.signing, clock, outside.public_url)
    slack = SlackPager(sink, store.limits, clock)
    ringing: tuple[Pager, ...] = (slack, *outside.pagers)
    available = {way for way in Way if PAGERS[way] in {pager.name for pager in ringing}}
    return House(
        store=store,
        rules=rules,
        rota=rota,
        clock=clock,
        usecases=usecases,
        ingest=Ingest(store, clock),
        triage=Triage(store, rules, clock, worker, wait=wait),
        timers=Timers(store, rules, rota, clock),
        spikes=Spikes(store, rules, clock),
        schedules=Schedules(store, sink, directory, rules, rota, clock),
        delivery=Delivery(store, sink, rules, rota, clock),
        pages=Pages(store, rules, Lines(rules, rota, available), matters, clock),
        pagers=tuple(
            PagerDelivery(pager, store, rules, matters, links, clock, slack.room if pager is slack else None)
            for pager in ringing
        ),
        links=links,
    )
