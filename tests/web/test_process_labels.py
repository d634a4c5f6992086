"""One scrape has the metrics of several processes, each under its own name."""

import json
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.store.store import Store
from bot.web.health_endpoints import BrandHealth
from bot.web.metrics_endpoint import render_metrics


async def test_each_sample_has_the_name_of_its_process_and_the_sum_is_that_of_all(store: Store) -> None:
    before = read_counts((await render_metrics({"": BrandHealth(store)}, datetime.now(UTC)))[0]).get("main", 0)
    metrics.TRIAGE_SECONDS.observe(0.2)
    one = json.loads(json.dumps(metrics.export_metrics()))
    metrics.TRIAGE_SECONDS.observe(0.2)
    two = json.loads(json.dumps(metrics.export_metrics()))

    body, _ = await render_metrics({"": BrandHealth(store)}, datetime.now(UTC), {"triage-1": one, "triage-2": two})

    assert read_counts(body) == {"main": before + 2, "triage-1": before + 1, "triage-2": before + 2}


async def test_a_metric_that_names_a_process_itself_keeps_that_name(store: Store) -> None:
    rows: metrics.MetricRows = [("earshot_test", "", "gauge", [("earshot_test", {"process": "triage-7"}, 1.0)])]

    body, _ = await render_metrics({"": BrandHealth(store)}, datetime.now(UTC), {"triage-1": rows})

    assert 'earshot_test{process="triage-7"} 1.0' in body.decode()


def read_counts(body: bytes) -> dict[str, float]:
    return {
        sample.labels["process"]: sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if sample.name == "earshot_triage_seconds_count"
    }
