"""The composition root: builds the application from its parts, and runs its workers."""

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession
from starlette.applications import Starlette

from bot.app.use_cases import SharedParts, build_use_cases
from bot.cards.case_mention import OUTLETS
from bot.clock import Clock
from bot.config import PlaybookReloader
from bot.config.settings import Settings
from bot.detectors.model.weights import PACKAGED
from bot.domain.commits import StoreUnavailable
from bot.domain.paging.page import ContactMethod
from bot.live_rules import ReloadableRules
from bot.sinks.draft_client import DraftClient
from bot.sinks.heartbeat import HeartbeatClient
from bot.sinks.pagers.base import Pager
from bot.sinks.pagers.catalogue import build_pagers
from bot.sinks.slack import SlackSink
from bot.sinks.slack_directory import SlackDirectory
from bot.sources.base import MentionSource
from bot.sources.catalogue import LABELS
from bot.sources.webhook import WebhookSource
from bot.store.store import Store
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.staff import RoleLookup
from bot.web import RouteDependencies, build_web_app
from bot.web.ack_routes import AckRoutes
from bot.web.process_group import ONE_PROCESS, ProcessGroup
from bot.web.process_routes import Endpoint
from bot.web.twilio_gather import TwilioGather
from bot.workers.case_deadlines import DeadlineWorker
from bot.workers.case_indexes import CaseIndexWorker
from bot.workers.counter_rolling import CounterRollWorker
from bot.workers.crises import CrisisWorker
from bot.workers.deletions import DeletionWorker
from bot.workers.delivery import DeliveryWorker
from bot.workers.drills import DrillWorker
from bot.workers.escalations import EscalationWorker
from bot.workers.export_files import ExportWorker
from bot.workers.health_monitor import HealthMonitor
from bot.workers.heartbeat import HeartbeatSender, HeartbeatWorker
from bot.workers.ingest import IngestRunner
from bot.workers.ledger_news import LedgerWorker
from bot.workers.paging import PagerWorker
from bot.workers.paging.context import PageContexts, build_context_sources
from bot.workers.paging.slack_pager import SlackPager
from bot.workers.paging.targets import AckLinkBuilder, TargetResolver
from bot.workers.presence import PresenceWorker
from bot.workers.runner import Liveness, Worker, run_worker
from bot.workers.scheduled_reports import ScheduledReportWorker
from bot.workers.schedules import ScheduleWorker
from bot.workers.shard_triage import RelayWorker, ShardTriageWorker
from bot.workers.shift_summaries import ShiftSummaryWorker
from bot.workers.spikes import SpikeWorker
from bot.workers.triage import TriageWorker
from handlers import UseCases

WORKERS = ("slack", "http", "ingest", "triage", "delivery", "timers", "spikes", "schedules", "pages")
"""What `--workers` may name. Only `http` opens a port, and only `slack` connects to Slack for what people press."""


@dataclass(frozen=True, slots=True)
class ExternalServices:
    """Pagers other than Slack, the public URL of our site, contacts from the environment, and the heartbeat."""

    pagers: Sequence[Pager] = ()
    public_url: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    heartbeat: HeartbeatSender | None = None
    drafts: DraftClient | None = None


def build_external_services(settings: Settings, session: ClientSession, clock: Clock) -> ExternalServices:
    contacts = {name: value.get_secret_value() for name, value in settings.contacts.items()}
    url = settings.heartbeat_url
    beat = HeartbeatClient(url.get_secret_value(), session) if url else None
    drafts = DraftClient(session, settings.drafts_key)
    return ExternalServices(build_pagers(settings, session, clock), settings.public_url or "", contacts, beat, drafts)


@dataclass(frozen=True, slots=True)
class EarshotApp:
    """The parts of one process, all on one store."""

    store: Store
    rules: ReloadableRules
    on_call_lookup: StoredOnCallLookup
    clock: Clock
    usecases: UseCases
    ingest: IngestRunner
    triage: TriageWorker
    shard_workers: tuple[Worker, ...]
    """Triage and relay of each shard; they run with `triage`."""
    timers: DeadlineWorker
    upkeep: tuple[CaseIndexWorker, CounterRollWorker]
    deletions: DeletionWorker
    ledger: LedgerWorker
    spikes: SpikeWorker
    schedules: ScheduleWorker
    delivery: DeliveryWorker
    exports: ExportWorker
    drills: DrillWorker
    shift_summaries: ShiftSummaryWorker
    scheduled_reports: ScheduledReportWorker
    crises: CrisisWorker
    health_monitor: HealthMonitor
    heartbeat: HeartbeatWorker
    liveness: Liveness
    pages: EscalationWorker
    pagers: tuple[PagerWorker, ...]
    """One worker for each pager; they run with `pages`."""
    links: AckLinkBuilder
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hooks: dict[str, WebhookSource] = field(default_factory=dict)

    def set_sources(self, sources: Sequence[MentionSource]) -> None:
        """Replace the sources."""
        self.ingest.set_sources(sources)
        self.hooks.clear()
        self.hooks.update({source.name: source for source in sources if isinstance(source, WebhookSource)})

    async def run_workers(self, chosen: Sequence[str] = WORKERS) -> None:
        """Run until `stop` is set; work in progress is finished."""
        with suppress(StoreUnavailable):  # triage creates it once the store is back
            await self.store.intake.create_group()
        if "slack" in chosen or "http" in chosen:
            self.triage.limit_parts()
        self.rules.get_assessor()  # built now, so that the first mention does not wait for it
        monitors, by_clock = (self.health_monitor, self.heartbeat), (self.shift_summaries, self.scheduled_reports)
        workers: dict[str, tuple[Worker, ...]] = {
            "triage": (self.triage, *self.shard_workers),
            "delivery": (self.delivery, self.exports),
            "timers": (self.timers, *self.upkeep, self.deletions, self.ledger),
            "spikes": (self.spikes,),
            "schedules": (self.schedules,),
            "pages": (self.pages, self.drills, self.crises, *by_clock, *monitors, *self.pagers),
        }
        running = [worker for name, some in workers.items() if name in chosen for worker in some]
        async with asyncio.TaskGroup() as group:
            if "ingest" in chosen or "http" in chosen:  # hooks are sources that http serves
                group.create_task(self.ingest.run(self.stop))
            for worker in (PresenceWorker(self.store.presence), *running):
                group.create_task(run_worker(worker, self.clock, self.stop, self.liveness), name=worker.name)
        with suppress(StoreUnavailable):  # then it ends by itself
            await self.store.presence.clear()


def tune_gc() -> None:
    """Exclude what is loaded from garbage collection, and collect less often. Call it before the work begins.

    A batch allocates some 20,000 short-lived objects; Python's default of a collection every 700 took a tenth of the
    time of triage (2026-11-22).
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
    """`worker` is the consumer name of this process; with `wait`, triage blocks on the inbox, in real time."""
    rules, liveness = ReloadableRules(playbook, external.contacts, weights), Liveness()
    parts = _build_shared_parts(store, rules, sink, clock)
    on_call, url = parts.on_call, external.public_url
    links, usecases = AckLinkBuilder(store.signing_secrets, clock, url), build_use_cases(parts, url, external.drafts)
    delivery = DeliveryWorker(store, sink, rules, on_call, clock, points=parts.roles, reports=usecases.report_schedules)
    return EarshotApp(
        store=store,
        rules=rules,
        on_call_lookup=on_call,
        clock=clock,
        usecases=usecases,
        ingest=IngestRunner(store, clock, liveness),
        triage=TriageWorker(store, rules, clock, worker, wait=wait),
        shard_workers=_build_shard_workers(store, rules, clock, worker, wait=wait),
        timers=DeadlineWorker(store, rules, on_call, parts.staff, clock),
        upkeep=(CaseIndexWorker(store, rules, clock), CounterRollWorker(store, rules, clock)),
        deletions=DeletionWorker(store, clock),
        ledger=LedgerWorker(store, rules, clock),
        spikes=SpikeWorker(store, rules, clock),
        schedules=ScheduleWorker(store, sink, parts.directory, rules, on_call, clock),
        drills=DrillWorker(store, rules, clock),
        shift_summaries=ShiftSummaryWorker(store, rules, on_call, clock),
        scheduled_reports=ScheduledReportWorker(store, rules, parts.staff, clock),
        crises=CrisisWorker(store, sink, clock),
        health_monitor=HealthMonitor(store, rules, clock),
        heartbeat=HeartbeatWorker(store, external.heartbeat, liveness, clock),
        liveness=liveness,
        delivery=delivery,
        exports=ExportWorker(store, sink, rules, clock),
        pages=_build_escalation_worker(parts, external.pagers),
        pagers=_build_pager_workers(parts, sink, external.pagers, links),
        links=links,
    )


def _build_shard_workers(
    store: Store, rules: ReloadableRules, clock: Clock, worker: str, *, wait: bool
) -> tuple[Worker, ...]:
    triage = [ShardTriageWorker(store, shard, rules, clock, worker, wait=wait) for shard in store.shards]
    return (*triage, *map(RelayWorker, store.shards))


def _build_shared_parts(store: Store, rules: ReloadableRules, sink: SlackSink, clock: Clock) -> SharedParts:
    OUTLETS.update(LABELS)
    directory = SlackDirectory(sink, clock)
    on_call = StoredOnCallLookup(store, rules, lambda: rules.playbook.schedules, directory)
    roles = RoleLookup(store.roles, directory, rules.get_contact, clock)
    contexts = PageContexts(build_context_sources(store), lambda: rules.time_zone, rules.get_escalation_policy)
    return SharedParts(store, rules, clock, directory, on_call, roles, contexts)


def _build_escalation_worker(parts: SharedParts, others: Sequence[Pager]) -> EscalationWorker:
    targets = TargetResolver(parts.rules, parts.on_call, _list_contact_methods(others))
    return EscalationWorker(parts.store, parts.rules, targets, parts.contexts, parts.clock)


def _list_contact_methods(others: Sequence[Pager]) -> set[ContactMethod]:
    pagers = {SlackPager.name, *(pager.name for pager in others)}
    return {way for way in ContactMethod if way.pager in pagers}


def _build_pager_workers(
    parts: SharedParts, sink: SlackSink, others: Sequence[Pager], links: AckLinkBuilder
) -> tuple[PagerWorker, ...]:
    store, rules, contexts, clock = parts.store, parts.rules, parts.contexts, parts.clock
    slack = SlackPager(sink, store.pages, store.rate_limits, clock)
    return (
        PagerWorker(slack, store, rules, contexts, links, clock, slack.acquire_slot),
        *(PagerWorker(pager, store, rules, contexts, links, clock) for pager in others),
    )


def build_site(
    app: EarshotApp,
    settings: Settings | None,
    slack: Endpoint | None,
    stopping: Callable[[], bool] = lambda: False,
    processes: ProcessGroup = ONE_PROCESS,
) -> Starlette:
    """Build the site with its web hooks; `slack` handles Slack's requests, None with Socket Mode."""
    return build_web_app(build_route_dependencies(app, settings, slack, stopping, processes))


def build_route_dependencies(
    app: EarshotApp,
    settings: Settings | None,
    slack: Endpoint | None = None,
    stopping: Callable[[], bool] = lambda: False,
    processes: ProcessGroup = ONE_PROCESS,
) -> RouteDependencies:
    return RouteDependencies(
        app.store,
        app.clock,
        hooks=lambda: app.hooks,
        list_source_issues=app.ingest.list_source_issues,
        departments=lambda: tuple(app.rules.playbook.departments),
        slack=slack,
        ack_routes=_build_ack_routes(app, settings),
        calendar_links=app.usecases.feeds,
        stopping=stopping,
        processes=processes,
    )


def _build_ack_routes(app: EarshotApp, settings: Settings | None) -> AckRoutes:
    """Build the routes that acknowledge pages from outside of Slack; requests are verified with our secrets."""
    secret, token = (settings.pagerduty_webhook_secret, settings.twilio_auth_token) if settings else (None, None)
    gather = TwilioGather(app.usecases.pages, app.links, token.get_secret_value()) if token else None
    return AckRoutes(app.usecases.pages, app.clock, secret.get_secret_value() if secret else "", gather)
