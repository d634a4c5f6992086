"""One mention is one trace, from its arrival to Slack's answer, with ids alone; and nothing needs a collector."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.case import derive_case_id
from bot.telemetry.otlp import derive_trace_id
from bot.telemetry.traces import PARENTS, SpanName
from tests.run.process import EarshotProcess, run_earshot
from tests.telemetry.fake_collector import FakeCollector, read_attributes, run_collector

WORDS = "you lost my suitcase again"
ORDER = [stage.value for stage in SpanName]
NOWHERE = "http://127.0.0.1:9"


def settings(url: str) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}


async def wait_for_card(earshot: EarshotProcess) -> None:
    messages = earshot.workspace.find_channel("C0CARE").messages
    await earshot.sandbox.wait_until(lambda: messages, within=60)


async def wait_for_spans(collector: FakeCollector, count: int) -> None:
    async with asyncio.timeout(60):
        while len(collector.spans) < count:  # noqa: ASYNC110 - another process sends them
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("processes", ["1", "2"])
async def test_a_mention_is_one_trace_from_its_arrival_to_slacks_answer(tmp_path: Path, processes: str) -> None:
    async with (
        run_collector() as collector,
        run_earshot(
            tmp_path, socket_mode=False, more=settings(collector.url) | {"EARSHOT_PROCESSES": processes}
        ) as earshot,
    ):
        assert await earshot.deliver(WORDS, "1") == 202
        await wait_for_card(earshot)
        await wait_for_spans(collector, len(ORDER))
        assert await earshot.stop() == 0

    spans = sorted(collector.spans, key=lambda one: (one.start_time_unix_nano, ORDER.index(one.name)))
    case = derive_case_id("forum:1")
    assert [one.name for one in spans] == ORDER
    assert {one.trace_id for one in spans} == {derive_trace_id(case).to_bytes(16)}
    ids = {one.name: one.span_id for one in spans}
    parents = {one.name: one.parent_span_id for one in spans}
    assert parents == {stage.value: ids[PARENTS[stage]] if stage in PARENTS else b"" for stage in SpanName}
    assert all(one.start_time_unix_nano <= one.end_time_unix_nano for one in spans)
    assert collector.resources[0]["service.name"] == "earshot"
    root = read_attributes(spans[0].attributes)
    assert root == {
        "earshot.case": case,
        "earshot.source": "forum",
        "earshot.outcome": "opened",
        "earshot.department": "care",
        "earshot.card": case,
    }
    said = " ".join(str(one) for one in spans)
    assert not re.search("suitcase|marta|xoxb|whsec", said)


async def test_a_collector_that_is_away_holds_up_nothing(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False, more=settings(NOWHERE)) as earshot:
        await earshot.deliver(WORDS, "1")
        await wait_for_card(earshot)
        assert await earshot.stop() == 0
    assert not [line for line in earshot.log if '"error"' in line or "Traceback" in line]


async def test_a_sampler_keeps_or_drops_a_trace_as_a_whole(tmp_path: Path) -> None:
    async with run_collector() as collector:
        more = {**settings(collector.url), "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"}
        async with run_earshot(tmp_path, socket_mode=False, more=more) as earshot:
            for number in range(12):
                await earshot.deliver(f"{WORDS} number {number}", str(number))
            await earshot.sandbox.wait_until(
                lambda: len(earshot.workspace.find_channel("C0CARE").messages) > 3, within=60
            )
            assert await earshot.stop() == 0
    kept = {one.trace_id for one in collector.spans}
    roots = {one.trace_id for one in collector.spans if one.name == "mention"}
    assert 0 < len(roots) < 12
    assert kept == roots


@pytest.mark.parametrize("module", ["bot.cli.run", "bot.workers.triage", "bot.workers.delivery.card"])
def test_nothing_is_imported_while_telemetry_is_off(module: str) -> None:
    """Not by us: the driver of Redis imports what it finds of OpenTelemetry's API."""
    ours = ("bot.telemetry.otlp", "bot.telemetry.error_reports", "opentelemetry.exporter", "sentry_sdk")
    code = f"import sys, {module}; print([one for one in sys.modules if one.startswith({ours})])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
