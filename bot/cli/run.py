"""`earshot run`: connect to a workspace and work until told to stop."""

import asyncio
import random
import signal
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import Annotated

import aiohttp
import structlog
import typer

from bot import logging_setup
from bot.app import WORKERS, EarshotApp, build_ack_routes, build_app, build_external_services, tune_gc
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
from bot.web import RouteDependencies, build_web_app
from bot.web.http_server import WebServer
from bot.web.http_server import build_server as serving_on
from bot.web.listen_sockets import ListenError, open_listen_sockets
from handlers import register
from handlers.bolt_app import SocketModeConnection, build_bolt_app, build_http_endpoint

DRAIN = 2.0
"""Seconds for which a process that was told to end goes on while it says so, and others are asked instead of it."""

log = structlog.get_logger("earshot")


def run(
    workers: Annotated[
        str, typer.Option(help=f"Which workers this process runs, of: {', '.join(WORKERS)}. All by default.")
    ] = ",".join(WORKERS),
) -> None:
    """Connect to Slack and work until told to stop (Ctrl-C or SIGTERM). SIGHUP reads the playbook again."""
    chosen = _parse_workers(workers)
    with exit_on_error():
        settings, playbook = require_config()
        if faults := settings.check_for_run():
            raise fail_with(faults)
        logging_setup.configure_logging(settings.log, settings.log_format)
        logging_setup.install_crash_hooks()
        build_assessor(
            playbook.current, resolve_weights_path(settings.model, settings.data)
        )  # what is broken is said before anything begins
        clock = SystemClock()
        try:
            sources = build_sources(playbook.current, settings, clock)
            sockets = open_listen_sockets(settings.host, settings.port)
        except (ValueError, ListenError) as no:
            raise fail_with([no]) from None
        asyncio.run(_run_app(settings, playbook, chosen, sources, clock, sockets))


def _parse_workers(workers: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in workers.split(",") if name.strip())
    if unknown := [name for name in names if name not in WORKERS]:
        raise typer.BadParameter(f"there is no worker {unknown[0]!r}; there are {', '.join(WORKERS)}")
    return names


async def _run_app(
    settings: Settings,
    playbook: PlaybookReloader,
    chosen: Sequence[str],
    sources: Sequence[MentionSource],
    clock: Clock,
    sockets: list[socket.socket],
) -> None:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_brand_store(settings, playbook.current))
        await store.verify_access()  # a store that is away or refuses at the start is a sentence, not a crash
        await claim_brand(store, playbook.current)
        await store.inbox.create_group()
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = build_web_client(token, settings.slack_api_url, session)
        weights, outside = (
            resolve_weights_path(settings.model, settings.data),
            build_external_services(settings, session, clock),
        )
        house = build_app(
            store, playbook, SlackSink(client), clock, build_process_name(), external=outside, weights=weights
        )
        house.set_sources(sources)
        secret = "" if settings.slack_app_token else _get_signing_secret(settings)
        app = build_bolt_app(client, secret)
        register(app, house.usecases)
        stopping = _watch_signals(house, playbook, settings)
        endpoint = build_http_endpoint(app, secret) if secret else None
        paging = build_ack_routes(house, settings, clock)
        hooks, names = (lambda: house.hooks), (lambda: _list_department_names(playbook))
        feeds = house.usecases.feeds
        parts = RouteDependencies(
            store, clock, hooks, house.ingest.list_source_issues, names, endpoint, paging, feeds, stopping.is_set
        )
        server = serving_on(build_web_app(parts), settings.host, settings.port)
        if settings.slack_app_token:
            slack = SocketModeConnection(app, settings.slack_app_token.get_secret_value())
            await slack.open()
            stack.push_async_callback(slack.close)
        await _run_until_stopped(house, server, chosen, sockets)
    log.info("stopped")


def _get_signing_secret(settings: Settings) -> str:
    return settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""


def _list_department_names(playbook: PlaybookReloader) -> tuple[str, ...]:
    return tuple(playbook.current.departments)


def build_sources(playbook: Playbook, settings: Settings, clock: Clock) -> list[MentionSource]:
    """What the playbook names, with what the environment knows of each."""
    return [
        CATALOGUE[entry.source].build(
            entry.options, build_context(entry, settings, clock, playbook.subjects, random.random)
        )
        for entry in playbook.sources
    ]


def _watch_signals(house: EarshotApp, playbook: PlaybookReloader, settings: Settings) -> asyncio.Event:
    """Gives what is set as soon as this process is told to end; the house stops when it has drained."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def begin_drain(drain: float) -> None:
        loop.call_later(0 if stopping.is_set() else drain, house.stop.set)
        stopping.set()

    loop.add_signal_handler(signal.SIGTERM, begin_drain, DRAIN)
    loop.add_signal_handler(signal.SIGINT, begin_drain, 0)
    one_at_a_time = asyncio.Lock()
    reading: set[asyncio.Task[None]] = set()

    async def reload_once() -> None:
        async with one_at_a_time:
            await reload_playbook(house, playbook, settings)

    def start_reload() -> None:
        task = loop.create_task(reload_once())
        reading.add(task)
        task.add_done_callback(reading.discard)

    loop.add_signal_handler(signal.SIGHUP, start_reload)
    return stopping


async def reload_playbook(app: EarshotApp, playbook: PlaybookReloader, settings: Settings) -> None:
    """What is refused changes nothing: the rules and the sources stay as they were."""
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
        log.error("playbook refused, the old one stays", faults=[str(fault) for fault in faults])
    else:
        log.info(
            "playbook read again", departments=len(playbook.current.departments), routes=len(playbook.current.routes)
        )


async def _run_until_stopped(
    house: EarshotApp, server: WebServer, chosen: Sequence[str], sockets: list[socket.socket]
) -> None:
    async def serve_http() -> None:
        await server.serve(sockets)
        house.stop.set()

    async def shut_down() -> None:
        await house.stop.wait()
        server.should_exit = True

    tune_gc()
    port = sockets[0].getsockname()[1]
    log.info("running", workers=list(chosen), sources=sorted(house.ingest.list_source_issues()), port=port)
    async with asyncio.TaskGroup() as group:
        group.create_task(house.run_workers(chosen))
        group.create_task(serve_http())
        group.create_task(shut_down())
    with suppress(StoreUnavailable):  # then its lease ends by itself
        await house.delivery.release_lease()
        await house.spikes.release_lease()
