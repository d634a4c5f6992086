"""Puts the parts together: the only place that knows them all."""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession

from bot.cards.case_mention import OUTLETS
from bot.clock import Clock
from bot.config import PlaybookReloader
from bot.config.settings import Settings
from bot.detectors.model.weights import PACKAGED
from bot.domain.commits import StoreUnavailable
from bot.domain.paging.page import ContactMethod
from bot.live_rules import ReloadableRules
from bot.sinks.heartbeat import HeartbeatClient
from bot.sinks.pagers.base import Pager
from bot.sinks.pagers.catalogue import build_pagers
from bot.sinks.slack import SlackSink
from bot.sinks.slack_directory import SlackDirectory
from bot.sources.base import MentionSource
from bot.sources.catalogue import LABELS
from bot.sources.webhook import WebhookSource
from bot.store.flagged_mentions import FlagStore
from bot.store.store import Store
from bot.usecases.calendar_links import CalendarLinks
from bot.usecases.cases import CaseUseCases
from bot.usecases.corrections import CorrectionUseCases, recompute_urgency
from bot.usecases.crises import CrisisUseCases
from bot.usecases.digests import DigestUseCases
from bot.usecases.drills import DrillUseCases
from bot.usecases.flag_message import FlagUseCases
from bot.usecases.home import HomeTab
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.oncall import OnCallUseCases
from bot.usecases.paging import PagingUseCases as PageUseCases
from bot.usecases.reports import SentimentReports
from bot.usecases.schedule_permissions import SchedulePermissions
from bot.usecases.spam import SpamReview
from bot.usecases.staff import StaffDirectory
from bot.web.ack_routes import AckRoutes
from bot.web.twilio_gather import TwilioGather
from bot.workers.case_deadlines import DeadlineWorker
from bot.workers.crises import CrisisWorker
from bot.workers.delivery import DeliveryWorker
from bot.workers.drills import DrillWorker
from bot.workers.escalations import EscalationWorker
from bot.workers.health_monitor import HealthMonitor
from bot.workers.heartbeat import HeartbeatSender, HeartbeatWorker
from bot.workers.ingest import IngestRunner
from bot.workers.paging import PagerWorker
from bot.workers.paging.ack_links import AckLinkBuilder
from bot.workers.paging.cause_context import build_context_sources
from bot.workers.paging.context import PageContexts
from bot.workers.paging.slack_pager import SlackPager
from bot.workers.paging.targets import TargetResolver
from bot.workers.runner import Liveness, Worker, run_worker
from bot.workers.schedules import ScheduleWorker
from bot.workers.shift_summaries import ShiftSummaryWorker
from bot.workers.spikes import SpikeWorker
from bot.workers.triage import TriageWorker
from handlers import UseCases

WORKERS = ("ingest", "triage", "delivery", "timers", "spikes", "schedules", "pages")
"""What `--workers` may name; one process may run all."""


@dataclass(frozen=True, slots=True)
class ExternalServices:
    """What rings outside of Slack, how our site is reached from there, and contacts that stand in the environment."""

    pagers: Sequence[Pager] = ()
    public_url: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    heartbeat: HeartbeatSender | None = None


def build_external_services(settings: Settings, session: ClientSession, clock: Clock) -> ExternalServices:
    contacts = {name: value.get_secret_value() for name, value in settings.contacts.items()}
    url = settings.heartbeat_url
    beat = HeartbeatClient(url.get_secret_value(), session) if url else None
    return ExternalServices(build_pagers(settings, session, clock), settings.public_url or "", contacts, beat)


@dataclass(frozen=True, slots=True)
class EarshotApp:
    """Everything of one process that works on one store."""

    store: Store
    rules: ReloadableRules
    on_call_lookup: StoredOnCallLookup
    clock: Clock
    usecases: UseCases
    ingest: IngestRunner
    triage: TriageWorker
    timers: DeadlineWorker
    spikes: SpikeWorker
    schedules: ScheduleWorker
    delivery: DeliveryWorker
    drills: DrillWorker
    shift_summaries: ShiftSummaryWorker
    crises: CrisisWorker
    health_monitor: HealthMonitor
    heartbeat: HeartbeatWorker
    liveness: Liveness
    pages: EscalationWorker
    pagers: tuple[PagerWorker, ...]
    """Run with `pages`: a loop for each."""
    links: AckLinkBuilder
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hooks: dict[str, WebhookSource] = field(default_factory=dict)

    def set_sources(self, sources: Sequence[MentionSource]) -> None:
        """These, instead of what was listened to before."""
        self.ingest.set_sources(sources)
        self.hooks.clear()
        self.hooks.update({source.name: source for source in sources if isinstance(source, WebhookSource)})

    async def run_workers(self, chosen: Sequence[str] = WORKERS) -> None:
        """Run until told to stop; what is in hand is finished."""
        with suppress(StoreUnavailable):  # whoever reads the inbox prepares it as soon as the store is back
            await self.store.inbox.create_group()
        self.rules.get_assessor()  # made now, or the first mention of the day would wait for it
        workers: dict[str, tuple[Worker, ...]] = {
            "triage": (self.triage,),
            "delivery": (self.delivery,),
            "timers": (self.timers,),
            "spikes": (self.spikes,),
            "schedules": (self.schedules,),
            "pages": (
                self.pages,
                self.drills,
                self.crises,
                self.shift_summaries,
                self.health_monitor,
                self.heartbeat,
                *self.pagers,
            ),
        }
        async with asyncio.TaskGroup() as group:
            if "ingest" in chosen:
                group.create_task(self.ingest.run(self.stop))
            for worker in (worker for name, some in workers.items() if name in chosen for worker in some):
                group.create_task(run_worker(worker, self.clock, self.stop, self.liveness), name=worker.name)


def tune_gc() -> None:
    """Before the work begins: what is here now stays, so that nobody looks for garbage among it again and again.

    A batch makes some 20,000 objects that go with it. Looking for garbage after every 700, as Python does, is a tenth
    of all that triage takes (2026-11-22).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def build_app(
    store: Store,
    playbook: PlaybookReloader,
    sink: SlackSink,
    clock: Clock,
    worker: str,
    *,
    wait: bool = True,
    external: ExternalServices = ExternalServices(),
    weights: Path = PACKAGED,
) -> EarshotApp:
    """`worker` names this process among those that share the inbox; `wait`: triage waits for mentions, in real time."""
    OUTLETS.update(LABELS)
    rules = ReloadableRules(playbook, external.contacts, weights)
    directory = SlackDirectory(sink, clock)
    rota = StoredOnCallLookup(store, rules, lambda: rules.playbook.schedules, directory)
    team = StaffDirectory(directory, rota)
    reports = SentimentReports(
        store.report_counters, store.corrections, store.cases, rules, lambda: rules.playbook.subjects, clock
    )
    cases = CaseUseCases(store.cases, store.outbox, store.pages, rules, team, recompute_urgency, clock)
    matters = PageContexts(build_context_sources(store), lambda: rules.time_zone)
    whose = SchedulePermissions(rota, rules, team)
    usecases = UseCases(
        cases=cases,
        digests=DigestUseCases(store.digests, store.cases, rules, clock),
        flags=FlagUseCases(FlagStore(store.client, store.keys), rules, clock, rules.assess, team, rota),
        reports=reports,
        corrections=CorrectionUseCases(store.cases, rules, team, lambda: rules.playbook.subjects, clock),
        spam=SpamReview(store.spam, store.cases, rules, recompute_urgency, clock),
        oncall=OnCallUseCases(store.overrides, store.drills, rota, rules, whose, directory, clock),
        crises=CrisisUseCases(store, rules, team, clock),
        drills=DrillUseCases(store.drills, rules, team, clock),
        feeds=CalendarLinks(
            store.calendar_links, store.signing_secrets, rota, whose, directory, clock, external.public_url
        ),
        home=HomeTab(store.cases, store.inbox, store.health_issues, store.corrections, store.reads, rules, rota, clock),
        pages=PageUseCases(store.pages, store.signing_secrets, matters, rules, team, clock),
    )
    pulse = Liveness()
    links = AckLinkBuilder(store.signing_secrets, clock, external.public_url)
    slack = SlackPager(sink, store.pages, store.rate_limits, clock)
    ringing: tuple[Pager, ...] = (slack, *external.pagers)
    available = {way for way in ContactMethod if way.pager in {pager.name for pager in ringing}}
    return EarshotApp(
        store=store,
        rules=rules,
        on_call_lookup=rota,
        clock=clock,
        usecases=usecases,
        ingest=IngestRunner(store, clock, pulse),
        triage=TriageWorker(store, rules, clock, worker, wait=wait),
        timers=DeadlineWorker(store, rules, rota, clock),
        spikes=SpikeWorker(store, rules, clock),
        schedules=ScheduleWorker(store, sink, directory, rules, rota, clock),
        drills=DrillWorker(store, rules, clock),
        shift_summaries=ShiftSummaryWorker(store, rules, rota, clock),
        crises=CrisisWorker(store, sink, clock),
        health_monitor=HealthMonitor(store, rules, clock),
        heartbeat=HeartbeatWorker(store, external.heartbeat, pulse, clock),
        liveness=pulse,
        delivery=DeliveryWorker(store, sink, rules, rota, clock),
        pages=EscalationWorker(store, rules, TargetResolver(rules, rota, available), matters, clock),
        pagers=tuple(
            PagerWorker(pager, store, rules, matters, links, clock, slack.acquire_slot if pager is slack else None)
            for pager in ringing
        ),
        links=links,
    )


def build_ack_routes(app: EarshotApp, settings: Settings | None, clock: Clock) -> AckRoutes:
    """How pages are answered from outside of Slack; only who has a secret of ours is believed."""
    secret, token = (settings.pagerduty_webhook_secret, settings.twilio_auth_token) if settings else (None, None)
    pressing = TwilioGather(app.usecases.pages, app.links, token.get_secret_value()) if token else None
    return AckRoutes(app.usecases.pages, clock, secret.get_secret_value() if secret else "", pressing)
