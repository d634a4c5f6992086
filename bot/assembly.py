"""Puts the parts together: the only place that knows them all."""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession

from bot.clock import Clock
from bot.detectors.model.weights import PACKAGED
from bot.domain.decision import StoreUnavailable
from bot.domain.pages.ladder import PAGER_BY_METHOD
from bot.domain.pages.page import ContactMethod
from bot.playbook import LivePlaybook
from bot.rules import LiveRules
from bot.settings import Settings
from bot.sinks.directory import SlackDirectory
from bot.sinks.heartbeat import HeartbeatUrl
from bot.sinks.pagers.base import Pager
from bot.sinks.pagers.catalogue import pagers_of
from bot.sinks.slack import SlackSink
from bot.sources.base import MentionSource
from bot.sources.webhook import WebhookSource
from bot.store.flags import FlagStore
from bot.store.opening import Store
from bot.usecases.cases import Cases
from bot.usecases.corrections import Corrections, weighed
from bot.usecases.crises import Crises as CrisisUseCases
from bot.usecases.digests import Digests
from bot.usecases.drills import Drills as DrillUseCases
from bot.usecases.feeds import Feeds
from bot.usecases.flags import Flags
from bot.usecases.home import Home
from bot.usecases.oncall import OnCall
from bot.usecases.pages import Pages as PageUseCases
from bot.usecases.reports import Reports
from bot.usecases.rota import StoredRota
from bot.usecases.spam import SpamBox
from bot.usecases.team import Team
from bot.usecases.whose import Whose
from bot.web.paging import Paging
from bot.web.pressing import Pressing
from bot.workers.crises import Crises
from bot.workers.delivery import Delivery
from bot.workers.drills import Drills
from bot.workers.heartbeat import Beat, Heartbeat
from bot.workers.ingest import Ingest
from bot.workers.loop import Pulse, Worker, run
from bot.workers.mornings import Mornings
from bot.workers.pages import Pages
from bot.workers.paging import PagerDelivery
from bot.workers.paging.causes import causes
from bot.workers.paging.lines import Lines
from bot.workers.paging.links import Links
from bot.workers.paging.matters import Matters
from bot.workers.paging.slack import SlackPager
from bot.workers.schedules import Schedules
from bot.workers.spikes import Spikes
from bot.workers.timers import Timers
from bot.workers.triage import Triage
from bot.workers.vigil import VigilWatch
from handlers import UseCases

WORKERS = ("ingest", "triage", "delivery", "timers", "spikes", "schedules", "pages")
"""What `--workers` may name; one process may run all."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What rings outside of Slack, how our site is reached from there, and contacts that stand in the environment."""

    pagers: Sequence[Pager] = ()
    public_url: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    heartbeat: Beat | None = None


def outside_of(settings: Settings, session: ClientSession, clock: Clock) -> Outside:
    contacts = {name: value.get_secret_value() for name, value in settings.contacts.items()}
    url = settings.heartbeat_url
    beat = HeartbeatUrl(url.get_secret_value(), session) if url else None
    return Outside(pagers_of(settings, session, clock), settings.public_url or "", contacts, beat)


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
    drills: Drills
    mornings: Mornings
    crises: Crises
    vigil: VigilWatch
    heartbeat: Heartbeat
    pulse: Pulse
    pages: Pages
    pagers: tuple[PagerDelivery, ...]
    """Run with `pages`: a loop for each."""
    links: Links
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hooks: dict[str, WebhookSource] = field(default_factory=dict)

    def listen_to(self, sources: Sequence[MentionSource]) -> None:
        """These, instead of what was listened to before."""
        self.ingest.listen_to(sources)
        self.hooks.clear()
        self.hooks.update({source.name: source for source in sources if isinstance(source, WebhookSource)})

    async def work(self, chosen: Sequence[str] = WORKERS) -> None:
        """Run until told to stop; what is in hand is finished."""
        with suppress(StoreUnavailable):  # whoever reads the inbox prepares it as soon as the store is back
            await self.store.inbox.create_group()
        self.rules.assessor()  # made now, or the first mention of the day would wait for it
        workers: dict[str, tuple[Worker, ...]] = {
            "triage": (self.triage,),
            "delivery": (self.delivery,),
            "timers": (self.timers,),
            "spikes": (self.spikes,),
            "schedules": (self.schedules,),
            "pages": (self.pages, self.drills, self.crises, self.mornings, self.vigil, self.heartbeat, *self.pagers),
        }
        async with asyncio.TaskGroup() as group:
            if "ingest" in chosen:
                group.create_task(self.ingest.run(self.stop))
            for worker in (worker for name, some in workers.items() if name in chosen for worker in some):
                group.create_task(run(worker, self.clock, self.stop, self.pulse), name=worker.name)


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
    weights: Path = PACKAGED,
) -> House:
    """`worker` names this process among those that share the inbox; `wait`: triage waits for mentions, in real time."""
    rules = LiveRules(playbook, outside.contacts, weights)
    directory = SlackDirectory(sink, clock)
    rota = StoredRota(store, rules, lambda: rules.playbook.schedules, directory)
    team = Team(directory, rota)
    reports = Reports(
        store.report_counters, store.corrections, store.cases, rules, lambda: rules.playbook.subjects, clock
    )
    cases = Cases(store.cases, store.outbox, store.pages, rules, team, weighed, clock)
    matters = Matters(causes(store), lambda: rules.time_zone)
    whose = Whose(rota, rules, team)
    usecases = UseCases(
        cases=cases,
        digests=Digests(store.outbox, store.cases, rules, clock),
        flags=Flags(FlagStore(store.client, store.keys), rules, clock, rules.assess, team, rota),
        reports=reports,
        corrections=Corrections(store.cases, rules, team, lambda: rules.playbook.subjects, clock),
        spam=SpamBox(store.spam, store.cases, rules, weighed, clock),
        oncall=OnCall(store.overrides, store.drills, rota, rules, whose, directory, clock),
        crises=CrisisUseCases(store, rules, team, clock),
        drills=DrillUseCases(store.drills, rules, team, clock),
        feeds=Feeds(store.calendar_links, store.signing_secrets, rota, whose, directory, clock, outside.public_url),
        home=Home(store.cases, store.inbox, store.health_issues, store.corrections, store.reads, rules, rota, clock),
        pages=PageUseCases(store.pages, store.signing_secrets, matters, rules, team, clock),
    )
    pulse = Pulse()
    links = Links(store.signing_secrets, clock, outside.public_url)
    slack = SlackPager(sink, store.pages, store.rate_limits, clock)
    ringing: tuple[Pager, ...] = (slack, *outside.pagers)
    available = {way for way in ContactMethod if PAGER_BY_METHOD[way] in {pager.name for pager in ringing}}
    return House(
        store=store,
        rules=rules,
        rota=rota,
        clock=clock,
        usecases=usecases,
        ingest=Ingest(store, clock, pulse),
        triage=Triage(store, rules, clock, worker, wait=wait),
        timers=Timers(store, rules, rota, clock),
        spikes=Spikes(store, rules, clock),
        schedules=Schedules(store, sink, directory, rules, rota, clock),
        drills=Drills(store, rules, clock),
        mornings=Mornings(store, rules, rota, clock),
        crises=Crises(store, sink, clock),
        vigil=VigilWatch(store, rules, clock),
        heartbeat=Heartbeat(store, outside.heartbeat, pulse, clock),
        pulse=pulse,
        delivery=Delivery(store, sink, rules, rota, clock),
        pages=Pages(store, rules, Lines(rules, rota, available), matters, clock),
        pagers=tuple(
            PagerDelivery(pager, store, rules, matters, links, clock, slack.room if pager is slack else None)
            for pager in ringing
        ),
        links=links,
    )


def paging_of(house: House, settings: Settings | None, clock: Clock) -> Paging:
    """How pages are answered from outside of Slack; only who has a secret of ours is believed."""
    secret, token = (settings.pagerduty_webhook_secret, settings.twilio_auth_token) if settings else (None, None)
    pressing = Pressing(house.usecases.pages, house.links, token.get_secret_value()) if token else None
    return Paging(house.usecases.pages, clock, secret.get_secret_value() if secret else "", pressing)
