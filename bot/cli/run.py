"""`earshot run`: connects to a workspace and works until it is stopped."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Annotated

import aiohttp
import structlog
import typer

from bot import logging_setup
from bot.app import WORKERS, EarshotApp, build_app, build_external_services, build_site, tune_gc
from bot.app.child_messages import TriageOrder
from bot.app.loop_monitor import sample_loop_delay
from bot.app.playbook_reload import build_sources, reload_playbook
from bot.app.process_count import ProcessPlan, plan_processes
from bot.app.slack_connection import connect_slack
from bot.app.supervisor import ProcessSupervisor
from bot.app.telemetry import start_telemetry
from bot.cli.exits import exit_on_error, fail_with, require_config
from bot.cli.store_connection import claim_brand, open_brand_store
from bot.clock import Clock, SystemClock
from bot.config import PlaybookReloader
from bot.config.settings import PROCESSES_MOST, Settings
from bot.detectors.model.loading import resolve_weights_path
from bot.detectors.pipeline import build_assessor
from bot.domain.commits import StoreUnavailable
from bot.sinks.slack import SlackSink, build_web_client
from bot.sources.base import MentionSource
from bot.store.leases import build_process_name
from bot.store.migrations import run_migrations
from bot.web.http_server import WebServer, build_server
from bot.web.listen_sockets import ListenError, open_listen_sockets
from bot.web.process_group import MAIN
from bot.workers.process_monitor import ProcessMonitor
from bot.workers.recovery import RecoveryError, RestoreRecovery
from bot.workers.runner import run_worker

DRAIN = 2.0
"""Seconds between SIGTERM and the stop, in which /readyz fails and a load balancer moves on."""

log = structlog.get_logger("earshot")


def run(
    workers: Annotated[
        str, typer.Option(help=f"Which workers this process runs, of: {', '.join(WORKERS)}. All by default.")
    ] = ",".join(WORKERS),
    processes: Annotated[
        str, typer.Option(help="How many processes to start, all but one for triage, or auto: one for each core.")
    ] = "",
) -> None:
    """Connect to Slack and run until you stop it (Ctrl-C or SIGTERM). SIGHUP reloads the playbook."""
    chosen, wanted = _parse_workers(workers), _parse_processes(processes)
    with exit_on_error():
        settings, playbook = require_config()
        if faults := [*settings.check_for_run(), *_check_workers(chosen, settings)]:
            raise fail_with(faults)
        logging_setup.configure_logging(settings.log, settings.log_format, process=MAIN)
        logging_setup.install_crash_hooks()
        weights = resolve_weights_path(settings.model, settings.data)
        build_assessor(playbook.current, weights)  # fail early if the model is broken
        clock = SystemClock()
        plan = plan_processes(chosen, wanted if processes else settings.processes)
        try:
            telemetry = start_telemetry(settings)
            sources = build_sources(playbook.current, settings, clock, plan.workers)
            sockets = open_listen_sockets(settings.host, settings.port) if "http" in chosen else []
        except (ValueError, ListenError) as no:
            raise fail_with([no]) from None
        with telemetry:
            asyncio.run(_run_app(settings, playbook, weights, plan, sources, clock, sockets))


def _parse_workers(workers: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in workers.split(",") if name.strip())
    if unknown := [name for name in names if name not in WORKERS]:
        raise typer.BadParameter(f"there is no worker {unknown[0]!r}. Use {', '.join(WORKERS)}")
    return names


def _parse_processes(given: str) -> int | None:
    if given in {"", "auto"}:
        return None
    if not given.isdecimal() or not 1 <= int(given) <= PROCESSES_MOST:
        raise typer.BadParameter(f"use auto or a number from 1 to {PROCESSES_MOST}")
    return int(given)


def _check_workers(chosen: Sequence[str], settings: Settings) -> list[str]:
    if "slack" in chosen and "http" not in chosen and not settings.slack_app_token:
        return ["--workers: slack needs http where SLACK_APP_TOKEN is not set, because Slack calls Earshot. Add http"]
    return []


async def _run_app(
    settings: Settings,
    playbook: PlaybookReloader,
    weights: Path,
    plan: ProcessPlan,
    sources: Sequence[MentionSource],
    clock: Clock,
    sockets: list[socket.socket],
) -> None:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_brand_store(settings, playbook.current))
        await store.verify_access()  # fails with a sentence if the store is unavailable
        await claim_brand(store, playbook.current)
        await run_migrations(store.client, store.keys, store.leases)
        await store.inbox.create_group()
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = build_web_client(token, settings.slack_api_url, session)
        external, name = build_external_services(settings, session, clock), build_process_name()
        earshot = build_app(store, playbook, SlackSink(client), clock, name, external=external, weights=weights)
        try:
            await RestoreRecovery(store, SlackSink(client), earshot.rules, clock).run()
        except RecoveryError as no:
            raise fail_with([no]) from None
        earshot.set_sources(sources)
        endpoint = None
        if "slack" in plan.workers:
            endpoint = await stack.enter_async_context(connect_slack(client, settings, earshot.usecases))
        children = ProcessSupervisor(
            plan.children, clock, lambda: TriageOrder(playbook.current.text, store.brand, settings)
        )

        async def reload_rules() -> None:
            if await reload_playbook(earshot, playbook, settings, plan.workers):
                await children.send_playbook(playbook.current.text)

        stopping = _watch_signals(earshot.stop, reload_rules)
        site = build_site(earshot, settings, endpoint, stopping.is_set, children)
        server = build_server(site, settings.host, settings.port) if sockets else None
        await _run_until_stopped(earshot, server, plan, sockets, children)
    log.info("stopped")


def _watch_signals(stop: asyncio.Event, reload_rules: Callable[[], Awaitable[None]]) -> asyncio.Event:
    """Install signal handlers. Return an event that a stop signal sets; `stop` is set once we have drained."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def begin_drain(drain: float) -> None:
        loop.call_later(0 if stopping.is_set() else drain, stop.set)
        stopping.set()

    loop.add_signal_handler(signal.SIGTERM, begin_drain, DRAIN)
    loop.add_signal_handler(signal.SIGINT, begin_drain, 0)
    one_at_a_time = asyncio.Lock()
    reading: set[asyncio.Task[None]] = set()

    async def reload_once() -> None:
        async with one_at_a_time:
            await reload_rules()

    def start_reload() -> None:
        task = loop.create_task(reload_once())
        reading.add(task)
        task.add_done_callback(reading.discard)

    loop.add_signal_handler(signal.SIGHUP, start_reload)
    return stopping


async def _run_until_stopped(
    app: EarshotApp,
    server: WebServer | None,
    plan: ProcessPlan,
    sockets: list[socket.socket],
    children: ProcessSupervisor,
) -> None:
    tune_gc()
    port = sockets[0].getsockname()[1] if sockets else None
    sources = sorted(app.ingest.list_source_issues())
    log.info("running", workers=list(plan.workers), sources=sources, port=port, processes=plan.total)
    async with asyncio.TaskGroup() as group:
        if plan.children:
            group.create_task(_run_children(app, children))
        group.create_task(app.run_workers(plan.workers))
        group.create_task(sample_loop_delay(app.stop))
        if server is not None:
            group.create_task(_serve_http(app, server, sockets))
    with suppress(StoreUnavailable):  # then the leases expire
        await app.delivery.release_lease()
        await app.spikes.release_lease()


async def _run_children(app: EarshotApp, children: ProcessSupervisor) -> None:
    """Run triage in its own processes, and tell whoever watches this one when none of them works."""
    monitor = ProcessMonitor(app.store, children, socket.gethostname(), app.clock)
    app.liveness.register_probe("triage", children.is_any_working, app.clock.now())
    async with asyncio.TaskGroup() as group:
        group.create_task(children.run(app.stop))
        group.create_task(run_worker(monitor, app.clock, app.stop, app.liveness))
    with suppress(StoreUnavailable):  # then the issue expires
        await monitor.clear_issue()


async def _serve_http(app: EarshotApp, server: WebServer, sockets: list[socket.socket]) -> None:
    """Serve until the app stops; the app stops if the server does."""
    serving = asyncio.create_task(server.serve(sockets))
    serving.add_done_callback(lambda _: app.stop.set())
    await app.stop.wait()
    server.should_exit = True
    await serving
