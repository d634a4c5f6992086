"""`earshot run`: connects to a workspace and works until it is stopped."""

import asyncio
import random
import signal
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Annotated

import aiohttp
import structlog
import typer

from bot import logging_setup
from bot.app import WORKERS, EarshotApp, build_app, build_external_services, build_site, tune_gc
from bot.cli.exits import exit_on_error, fail_with, require_config
from bot.cli.store_connection import claim_brand, open_brand_store
from bot.clock import Clock, SystemClock
from bot.config import Playbook, PlaybookError, PlaybookReloader
from bot.config.settings import Settings
from bot.detectors.model.loading import resolve_weights_path
from bot.detectors.model.weights import WeightsError
from bot.detectors.pipeline import build_assessor
from bot.domain.commits import StoreUnavailable
from bot.sinks.slack import SlackSink, build_web_client
from bot.sources.base import MentionSource
from bot.sources.catalogue import CATALOGUE, build_context
from bot.store.leases import build_process_name
from bot.web.http_server import WebServer, build_server
from bot.web.listen_sockets import ListenError, open_listen_sockets
from handlers import register
from handlers.bolt_app import SocketModeConnection, build_bolt_app, build_http_endpoint

DRAIN = 2.0
"""Seconds between SIGTERM and the stop, in which /readyz fails and a load balancer moves on."""

log = structlog.get_logger("earshot")


def run(
    workers: Annotated[
        str, typer.Option(help=f"Which workers this process runs, of: {', '.join(WORKERS)}. All by default.")
    ] = ",".join(WORKERS),
) -> None:
    """Connect to Slack and run until you stop it (Ctrl-C or SIGTERM). SIGHUP reloads the playbook."""
    chosen = _parse_workers(workers)
    with exit_on_error():
        settings, playbook = require_config()
        if faults := settings.check_for_run():
            raise fail_with(faults)
        logging_setup.configure_logging(settings.log, settings.log_format)
        logging_setup.install_crash_hooks()
        weights = resolve_weights_path(settings.model, settings.data)
        build_assessor(playbook.current, weights)  # fail early if the model is broken
        clock = SystemClock()
        try:
            sources = build_sources(playbook.current, settings, clock)
            sockets = open_listen_sockets(settings.host, settings.port)
        except (ValueError, ListenError) as no:
            raise fail_with([no]) from None
        asyncio.run(_run_app(settings, playbook, weights, chosen, sources, clock, sockets))


def _parse_workers(workers: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in workers.split(",") if name.strip())
    if unknown := [name for name in names if name not in WORKERS]:
        raise typer.BadParameter(f"there is no worker {unknown[0]!r}. Use {', '.join(WORKERS)}")
    return names


async def _run_app(
    settings: Settings,
    playbook: PlaybookReloader,
    weights: Path,
    chosen: Sequence[str],
    sources: Sequence[MentionSource],
    clock: Clock,
    sockets: list[socket.socket],
) -> None:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_brand_store(settings, playbook.current))
        await store.verify_access()  # fails with a sentence if the store is unavailable
        await claim_brand(store, playbook.current)
        await store.inbox.create_group()
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = build_web_client(token, settings.slack_api_url, session)
        external, name = build_external_services(settings, session, clock), build_process_name()
        earshot = build_app(store, playbook, SlackSink(client), clock, name, external=external, weights=weights)
        earshot.set_sources(sources)
        signing = None if settings.slack_app_token else settings.slack_signing_secret
        secret = signing.get_secret_value() if signing else ""
        bolt = build_bolt_app(client, secret)
        register(bolt, earshot.usecases)
        stopping = _watch_signals(earshot, playbook, settings)
        endpoint = build_http_endpoint(bolt, secret) if secret else None
        site = build_site(earshot, settings, endpoint, stopping.is_set)
        server = build_server(site, settings.host, settings.port)
        if settings.slack_app_token:
            slack = SocketModeConnection(bolt, settings.slack_app_token.get_secret_value())
            await slack.open()
            stack.push_async_callback(slack.close)
        await _run_until_stopped(earshot, server, chosen, sockets)
    log.info("stopped")


def build_sources(playbook: Playbook, settings: Settings, clock: Clock) -> list[MentionSource]:
    """Build the sources of the playbook, with their secrets from the environment."""
    accounts = playbook.own_accounts
    entries = (
        (one, build_context(one, settings, clock, playbook.subjects, random.random, accounts))
        for one in playbook.sources
    )
    return [CATALOGUE[entry.source].build(entry.options, context) for entry, context in entries]


def _watch_signals(app: EarshotApp, playbook: PlaybookReloader, settings: Settings) -> asyncio.Event:
    """Install signal handlers. Return an event that a stop signal sets; the app stops once it has drained."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def begin_drain(drain: float) -> None:
        loop.call_later(0 if stopping.is_set() else drain, app.stop.set)
        stopping.set()

    loop.add_signal_handler(signal.SIGTERM, begin_drain, DRAIN)
    loop.add_signal_handler(signal.SIGINT, begin_drain, 0)
    one_at_a_time = asyncio.Lock()
    reading: set[asyncio.Task[None]] = set()

    async def reload_once() -> None:
        async with one_at_a_time:
            await reload_playbook(app, playbook, settings)

    def start_reload() -> None:
        task = loop.create_task(reload_once())
        reading.add(task)
        task.add_done_callback(reading.discard)

    loop.add_signal_handler(signal.SIGHUP, start_reload)
    return stopping


async def reload_playbook(app: EarshotApp, playbook: PlaybookReloader, settings: Settings) -> None:
    """Reload rules and sources; if any is invalid, log its faults and keep the old ones."""
    faults: Sequence[object] = ()
    try:
        fresh = playbook.load_candidate()
        sources = build_sources(fresh, settings, app.clock)
        await app.rules.apply_playbook(fresh)
        app.set_sources(sources)
    except PlaybookError as wrong:
        faults = wrong.faults
    except (ValueError, WeightsError) as no:
        faults = [no]
    if faults:
        log.error("playbook rejected, the old one stays", faults=[str(fault) for fault in faults])
    else:
        rules = playbook.current
        log.info("playbook reloaded", departments=len(rules.departments), routes=len(rules.routes))


async def _run_until_stopped(
    app: EarshotApp, server: WebServer, chosen: Sequence[str], sockets: list[socket.socket]
) -> None:
    async def serve_http() -> None:
        await server.serve(sockets)
        app.stop.set()

    async def shut_down() -> None:
        await app.stop.wait()
        server.should_exit = True

    tune_gc()
    port = sockets[0].getsockname()[1]
    log.info("running", workers=list(chosen), sources=sorted(app.ingest.list_source_issues()), port=port)
    async with asyncio.TaskGroup() as group:
        group.create_task(app.run_workers(chosen))
        group.create_task(serve_http())
        group.create_task(shut_down())
    with suppress(StoreUnavailable):  # then the leases expire
        await app.delivery.release_lease()
        await app.spikes.release_lease()
