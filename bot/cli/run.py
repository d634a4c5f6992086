"""`earshot run`: connects to the workspaces of its brands and works until it is stopped."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import aiohttp
import structlog
import typer

from bot import logging_setup
from bot.app import WORKERS, tune_gc
from bot.app.brand_service import BrandService, ProcessParts
from bot.app.brand_services import BrandServices
from bot.app.loop_monitor import sample_loop_delay
from bot.app.playbook_reload import build_sources
from bot.app.process_count import ProcessPlan, plan_processes
from bot.app.slack_connection import SlackEndpoints, connect_slack
from bot.app.supervisor import ProcessSupervisor
from bot.app.telemetry import start_telemetry
from bot.app.token_check import TeamError
from bot.cli.brand_configs import require_brands
from bot.cli.exits import exit_on_error, fail_with, print_warning
from bot.cli.store_connection import build_identity, check_brand, open_brand_stores
from bot.clock import Clock, SystemClock
from bot.config.brand_settings import BrandConfig, check_for_run, format_brand_fault
from bot.config.settings import PROCESSES_MOST, Settings
from bot.detectors.model.loading import resolve_weights_path
from bot.detectors.pipeline import build_assessor
from bot.store.leases import build_process_name
from bot.web.http_server import WebServer, build_server
from bot.web.listen_sockets import ListenError, open_listen_sockets
from bot.web.process_group import MAIN
from bot.web.process_routes import ProcessDependencies
from bot.web.routes import build_process_app
from bot.workers.recovery import RecoveryError
from handlers.oauth import INSTALL_PATH

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
    playbooks: Annotated[
        Path | None, typer.Option(help="A folder with a playbook for each of several brands, in place of one playbook.")
    ] = None,
) -> None:
    """Connect to Slack and run until you stop it (Ctrl-C or SIGTERM). SIGHUP reloads the playbooks."""
    chosen, wanted = _parse_workers(workers), _parse_processes(processes)
    with exit_on_error():
        settings, brands = require_brands(playbooks)
        if faults := [*(fault for one in brands for fault in check_for_run(one)), *_check_workers(chosen, settings)]:
            raise fail_with(dict.fromkeys(map(str, faults)))
        logging_setup.configure_logging(settings.log, settings.log_format, process=MAIN)
        logging_setup.install_crash_hooks()
        plan = plan_processes(chosen, wanted if processes else settings.processes)
        if wanted and wanted > plan.total:
            print_warning("--processes: further processes are for triage, which --workers leaves out. One is started")
        _verify_brands(brands, plan.workers)
        try:
            telemetry = start_telemetry(settings)
            sockets = open_listen_sockets(settings.host, settings.port) if "http" in chosen else []
        except (ValueError, ListenError) as no:
            raise fail_with([no]) from None
        with telemetry:
            asyncio.run(_run_brands(settings, brands, plan, SystemClock(), sockets))


def _parse_workers(workers: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in workers.split(",") if name.strip())
    if unknown := [name for name in names if name not in WORKERS]:
        raise typer.BadParameter(f"there is no worker {unknown[0]!r}. Use {', '.join(WORKERS)}")
    if not names:
        raise typer.BadParameter(f"names no worker. Leave it out for all, or use {', '.join(WORKERS)}")
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


def _verify_brands(brands: Iterable[BrandConfig], chosen: Sequence[str]) -> None:
    """Build once what could fail, so that a bad model or source is a sentence now, and not an error later."""
    for config in brands:
        build_assessor(config.playbook.current, resolve_weights_path(config.settings.model, config.settings.data))
        try:
            build_sources(config.playbook.current, config.settings, SystemClock(), chosen)
        except ValueError as no:
            mine = format_brand_fault(str(no), config.playbook.current.slug)
            raise fail_with([f"{config.playbook.path}: {mine}" if config.site else no]) from None


async def _run_brands(
    settings: Settings, brands: Sequence[BrandConfig], plan: ProcessPlan, clock: Clock, sockets: list[socket.socket]
) -> None:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        link = f"{(settings.public_url or '').rstrip('/')}{INSTALL_PATH}"
        children = ProcessSupervisor(
            plan.children, clock, lambda: services.build_order(settings, plan.child_workers, link)
        )
        parts = ProcessParts(
            *(session, clock, build_process_name(), plan.workers),
            install_link=link,
            children=children if plan.children else None,
        )
        services = await _open_services(stack, settings, brands, parts)
        endpoints, stop = SlackEndpoints(), asyncio.Event()
        if "slack" in plan.workers:
            endpoints = await stack.enter_async_context(connect_slack(settings, services, session, clock))

        async def reload_rules() -> None:
            await services.reload()
            await children.send_order()

        stopping = _watch_signals(stop, reload_rules)
        process = ProcessDependencies(
            services.describe_health, clock, endpoints.gets, endpoints.events, stopping.is_set, processes=children
        )
        site = build_process_app(process, {service.path: service for service in services})
        server = build_server(site, settings.host, settings.port) if sockets else None
        await _run_until_stopped(services, server, plan, sockets, children, stop)
    log.info("stopped")


async def _open_services(
    stack: AsyncExitStack, settings: Settings, brands: Sequence[BrandConfig], parts: ProcessParts
) -> BrandServices:
    """Connect each brand to its store, and serve those that are installed. Fails with a sentence."""
    playbooks = [config.playbook.current for config in brands]
    stores = await stack.enter_async_context(open_brand_stores(settings, playbooks))
    services, refused = [], list[TeamError]()
    for config, playbook, store in zip(brands, playbooks, stores, strict=True):
        await store.verify_access()  # fails with a sentence if the store is unavailable
        await check_brand(store, playbook)
        services.append(BrandService(config, store, build_identity(playbook), parts))
        try:
            await services[-1].open()
        except RecoveryError as no:
            raise fail_with([no]) from None
        except TeamError as no:
            refused.append(no)
    if len(refused) == len(services):
        raise fail_with(refused)
    return BrandServices(services)


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
    services: BrandServices,
    server: WebServer | None,
    plan: ProcessPlan,
    sockets: list[socket.socket],
    children: ProcessSupervisor,
    stop: asyncio.Event,
) -> None:
    tune_gc()
    port = sockets[0].getsockname()[1] if sockets else None
    sources = services.list_sources()
    log.info("running", workers=list(plan.workers), sources=sources, port=port, processes=plan.total)
    async with asyncio.TaskGroup() as group:
        group.create_task(children.run(stop))
        group.create_task(services.run(stop))
        group.create_task(sample_loop_delay(stop))
        if server is not None:
            group.create_task(_serve_http(server, sockets, stop))


async def _serve_http(server: WebServer, sockets: list[socket.socket], stop: asyncio.Event) -> None:
    """Serve until the process stops; it stops if the server does."""
    serving = asyncio.create_task(server.serve(sockets))
    serving.add_done_callback(lambda _: stop.set())
    await stop.wait()
    server.should_exit = True
    await serving
