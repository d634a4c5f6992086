"""A process that triages and looks for spikes, as the child of one that runs everything else."""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, suppress
from typing import IO

import aiohttp
import structlog

from bot import logging_setup, metrics
from bot.app import tune_gc
from bot.app.brand_service import BrandService, ProcessParts
from bot.app.brand_services import BrandServices
from bot.app.child_messages import LINE_MOST, BrandOrder, TriageOrder, TriageReport
from bot.app.loop_monitor import sample_loop_delay
from bot.app.telemetry import start_telemetry
from bot.clock import SystemClock
from bot.config import PlaybookError, PlaybookReloader
from bot.config.brand_settings import BrandConfig
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.model.loading import resolve_weights_path
from bot.detectors.model.weights import WeightsError
from bot.detectors.pipeline import build_assessor
from bot.sources.catalogue import MODELS
from bot.store.embedded_server import EmbeddedServerError
from bot.store.leases import build_process_name
from bot.store.store import connect_stores
from bot.workers.runner import sleep_or_stop

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
    logging_setup.configure_logging(first.settings.log, first.settings.log_format, process=name)
    logging_setup.install_crash_hooks()
    try:
        with start_telemetry(first.settings):
            await _triage(first, reader, reports)
    except (EmbeddedServerError, PlaybookError, WeightsError) as no:
        why = str(no)
    else:
        log.info("stopped")
        return
    log.error("triage cannot start", why=why)
    _write_line(reports, TriageReport([], failure=why).encode())
    sys.exit(1)


async def _triage(first: TriageOrder, orders: asyncio.StreamReader, reports: IO[bytes]) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as stack:
        services = await _connect_services(stack, first)
        tune_gc()
        log.info("running", workers=list(first.workers), parent=os.getppid())
        async with asyncio.TaskGroup() as group:
            following = group.create_task(_apply_orders(services, orders, stop))
            group.create_task(_send_reports(services, reports, stop))
            group.create_task(sample_loop_delay(stop))
            await services.run(stop)
            following.cancel()


async def _connect_services(stack: AsyncExitStack, order: TriageOrder) -> BrandServices:
    """Each looks by itself at whether its brand is installed, as in the parent. They share one model."""
    settings, clock, name = order.settings, SystemClock(), build_process_name()
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    configs = [_build_config(brand) for brand in order.brands]
    opened = connect_stores(
        url, settings.data, [brand.identity.id for brand in order.brands], name, settings.copies, settings.shards
    )
    stores = await stack.enter_async_context(opened)
    session = await stack.enter_async_context(aiohttp.ClientSession())
    parts = ProcessParts(session, clock, name, order.workers, order.install_link)
    return BrandServices(
        [
            BrandService(config, store, brand.identity, parts)
            for config, store, brand in zip(configs, stores, order.brands, strict=True)
        ]
    )


def _build_config(brand: BrandOrder) -> BrandConfig:
    playbook = PlaybookReloader(brand.path, sources=MODELS, dimensions=DIMENSIONS, text=brand.playbook)
    settings = brand.settings
    build_assessor(playbook.current, resolve_weights_path(settings.model, settings.data))  # a bad model ends us here
    return BrandConfig(settings, playbook, brand.site)


async def _apply_orders(services: BrandServices, orders: asyncio.StreamReader, stop: asyncio.Event) -> None:
    """Take over each playbook that the parent has read; stop when the pipe closes."""
    while (line := await orders.readline()).endswith(b"\n"):
        await services.apply_order(TriageOrder.decode(line))
    stop.set()


async def _send_reports(services: BrandServices, reports: IO[bytes], stop: asyncio.Event) -> None:
    """Report every second, and once more when the work is done."""
    clock, is_last = SystemClock(), False
    while not is_last:
        is_last = stop.is_set()
        report = TriageReport(metrics.export_metrics(), services.is_any_stalled(clock.now()), services.list_refusals())
        await asyncio.to_thread(_write_line, reports, report.encode())  # blocks while the parent does not read
        await sleep_or_stop(REPORT_EVERY, clock, stop)


def _write_line(reports: IO[bytes], line: bytes) -> None:
    with suppress(OSError):  # the parent has died, and the pipe from it says so
        reports.write(line)
        reports.flush()
