"""The alert rules ask for metrics that there are, and Prometheus takes them."""

import asyncio
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.store import Store
from bot.web.health_endpoints import BrandHealth
from bot.web.metrics_endpoint import render_metrics

RULES = Path(__file__).parents[2] / "docs" / "alerts.yaml"


async def test_every_rule_asks_for_a_metric_that_there_is(store: Store) -> None:
    text, _ = await render_metrics({"": BrandHealth(store, departments=("care",))}, datetime.now(UTC))
    families = dict(re.findall(r"^# TYPE (earshot_\w+) (\w+)$", text.decode(), re.MULTILINE))
    there = {f"{name}_bucket" if kind == "histogram" else name for name, kind in families.items()}
    expressions = " ".join(re.findall(r"expr: (.*)", RULES.read_text("utf-8")))

    asked = set(re.findall(r"earshot_\w+", expressions))

    assert len(asked) > 8
    assert asked <= there


def test_prometheus_takes_the_rules() -> None:
    if not (promtool := shutil.which("promtool")):
        pytest.skip("promtool is not installed here, so nobody tries the alert rules.")

    done = subprocess.run([promtool, "check", "rules", RULES], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


async def test_prometheus_takes_the_metrics_without_a_complaint(store: Store) -> None:
    if not (promtool := shutil.which("promtool")):
        pytest.skip("promtool is not installed here, so nobody lints the metrics.")
    text, _ = await render_metrics({"": BrandHealth(store, departments=("care",))}, datetime.now(UTC))

    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(promtool, "check", "metrics", stdin=pipe, stdout=pipe, stderr=pipe)

    assert await process.communicate(text) == (b"", b"")
    assert process.returncode == 0
