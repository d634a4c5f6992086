"""Counters and histograms of this process, and how the metrics of several processes become one answer.

Totals, ages and queues are read from the store at each scrape, in `bot/web/metrics_endpoint.py`.
"""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.registry import Collector

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would add a second series for each

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
DELAYS = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1)
MINUTES = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)


def _build_histogram(name: str, text: str, buckets: Sequence[float], labels: Sequence[str] = ()) -> Histogram:
    return Histogram(f"earshot_{name}_seconds", text, labels, buckets=buckets, registry=REGISTRY)


TRIAGE_SECONDS = _build_histogram("triage", "From arrival in the inbox to the commit", SECONDS)
SENTIMENT_PREDICTIONS = Counter(
    "earshot_sentiment_predictions",
    "Posts by the model that read their sentiment, where the engine is keen",
    ["model"],
    registry=REGISTRY,
)
DELIVERY_SECONDS = _build_histogram("delivery", "From the commit to Slack's answer", SECONDS, ["lane"])
CLAIM_SECONDS = _build_histogram("claim", "From a case's opening to its claim", MINUTES)
RESOLVE_SECONDS = _build_histogram("resolve", "From a case's opening to its resolution", MINUTES)
PAGE_SECONDS = _build_histogram("page", "From a page's cause to the first call that arrived", SECONDS)
ACKNOWLEDGE_SECONDS = _build_histogram("acknowledge", "From a page's cause to its acknowledgement", MINUTES)
REPLIES = Counter("earshot_replies", "Replies opened at their outlets", registry=REGISTRY)
DRAFTS = Counter("earshot_drafts", "Drafts of replies, by what became of them", ["outcome"], registry=REGISTRY)
REPLY_WARNINGS = Counter("earshot_reply_warnings", "Replies opened in spite of a check", ["check"], registry=REGISTRY)
BACKFIRES = Counter("earshot_backfires", "Warnings of a backfire, and mutes of them", ["outcome"], registry=REGISTRY)
CALLS = Counter("earshot_calls", "Calls to people on call, by way and result", ["pager", "result"], registry=REGISTRY)
RATE_LIMITS = Counter(
    "earshot_rate_limits", "Answers 429, by service and method", ["service", "method"], registry=REGISTRY
)
LOOP_DELAY_SECONDS = _build_histogram("loop_delay", "How long what is ready waits for the event loop", DELAYS)
PROCESS_UP = Gauge("earshot_process_up", "1 for each process that works", ["process"], registry=REGISTRY)
PROCESS_RESTARTS = Counter(
    "earshot_process_restarts", "Processes that ended and were started again", ["process"], registry=REGISTRY
)

MetricRows = Sequence[tuple[str, str, str, Sequence[tuple[str, Mapping[str, str], float]]]]
"""Metrics as JSON takes them: name, text, type, and the samples, each with its own name, labels and value."""


def export_metrics(registry: CollectorRegistry = REGISTRY) -> MetricRows:
    """Return the metrics of a registry, by default those of this process."""
    return [
        (one.name, one.documentation, one.type, [(each.name, each.labels, each.value) for each in one.samples])
        for one in registry.collect()
    ]


class LabelledMetrics(Collector):
    """Metrics of several processes or brands by their names, which become a label where a sample has none."""

    def __init__(self, label: str, by_name: Mapping[str, MetricRows]) -> None:
        self._label, self._by_name = label, by_name

    def collect(self) -> Iterable[Metric]:
        found: dict[str, Metric] = {}
        for labelled, rows in self._by_name.items():
            for name, text, kind, samples in rows:
                metric = found.setdefault(name, Metric(name, text, kind))
                for sample, labels, value in samples:
                    metric.add_sample(sample, {self._label: labelled, **labels}, value)
        return found.values()
