"""A process that only triages, as the child of one that runs everything else."""

import asyncio
import os
import signal
import sys
from typing import IO

import aiohttp
import structlog

from bot import logging_setup, metrics
from bot.app import EarshotApp, build_app, tune_gc
from bot.app.child_messages import LINE_MOST, TriageOrder, TriageReport
from bot.app.loop_monitor import sample_loop_delay
from bot.app.playbook_reload import reload_playbook
from bot.app.telemetry import start_telemetry
from bot.clock import Clock, SystemClock
from bot.config import PlaybookError, PlaybookReloader
from bot.config.settings import Settings
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.model.loading import resolve_weights_path
from bot.detectors.model.weights import WeightsError
from bot.sinks.slack import SlackSink, build_web_client
from bot.sources.catalogue import MODELS
from bot.store.embedded_server import EmbeddedServerError
from bot.store.leases import build_process_name
from bot.store.store import connect_store
from bot.workers.runner import sleep_or_stop

WORKERS = ("triage",)
REPORT_EVERY = 1.0
"""Seconds between two reports."""

log = structlog.get_logger("earshot")


def main(name: str) -> None:
    """Triage until the pipe from the parent closes: it tells us to end, or it has died itself."""
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal sends them to us, too, but they are for the parent
        signal.signal(number, signal.SIG_IGN)
    orders, reports = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not end up between the reports
    asyncio.run(_run_process(name, orders, reports))


async def _run_process(name: str, orders: IO[bytes], reports: IO[bytes]) -> None:
    reader = asyncio.StreamReader(limit=LINE_MOST)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), orders)
    line = await reader.readline()
    if not line.endswith(b"\n"):
        return  # the parent died before it had said what to do
    first = TriageOrder.decode(line)
    assert first.settings is not None
    logging_setup.configure_logging(first.settings.log, first.settings.log_format, process=name)
    logging_setup.install_crash_hooks()
    try:
        with start_telemetry(first.settings):
            await _triage(first, first.settings, reader, reports)
    except (EmbeddedServerError, PlaybookError, WeightsError) as no:
        why = str(no)
    else:
        log.info("stopped")
        return
    log.error("triage cannot start", why=why)
    sys.exit(1)


async def _triage(first: TriageOrder, settings: Settings, orders: asyncio.StreamReader, reports: IO[bytes]) -> None:
    clock, name = SystemClock(), build_process_name()
    playbook = PlaybookReloader(settings.playbook, sources=MODELS, dimensions=DIMENSIONS, text=first.playbook)
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    weights = resolve_weights_path(settings.model, settings.data)
    async with (
        connect_store(url, settings.data, first.brand, name, settings.copies, settings.shards) as store,
        aiohttp.ClientSession() as session,
    ):
        sink = SlackSink(build_web_client("", settings.slack_api_url, session))  # triage does not call Slack
        app = build_app(store, playbook, sink, clock, name, weights=weights)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.stop.set)
        app.rules.get_assessor()
        tune_gc()
        log.info("running", workers=list(WORKERS), parent=os.getppid())
        async with asyncio.TaskGroup() as group:
            following = group.create_task(_apply_orders(app, playbook, settings, orders))
            group.create_task(_send_reports(app, clock, reports))
            group.create_task(sample_loop_delay(app.stop))
            await app.run_workers(WORKERS)
            following.cancel()


async def _apply_orders(
    app: EarshotApp, playbook: PlaybookReloader, settings: Settings, orders: asyncio.StreamReader
) -> None:
    """Take over each playbook that the parent has read; stop when the pipe closes."""
    while (line := await orders.readline()).endswith(b"\n"):
        await reload_playbook(app, playbook, settings, WORKERS, TriageOrder.decode(line).playbook)
    app.stop.set()


async def _send_reports(app: EarshotApp, clock: Clock, reports: IO[bytes]) -> None:
    """Report every second, and once more when the work is done."""
    is_last = False
    while not is_last:
        is_last = app.stop.is_set()
        stalled = bool(app.liveness.list_stalled(clock.now()))
        line = TriageReport(metrics.export_metrics(), stalled).encode()
        try:
            await asyncio.to_thread(_write_line, reports, line)  # blocks while the parent does not read
        except OSError:  # the parent has died, and the pipe from it says so
            return
        await sleep_or_stop(REPORT_EVERY, clock, app.stop)


def _write_line(reports: IO[bytes], line: bytes) -> None:
    reports.write(line)
    reports.flush()
