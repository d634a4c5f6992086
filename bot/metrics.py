"""Counters and histograms of this process; Prometheus scrapes each process and adds them up.

Totals, ages and queues are read from the store at each scrape, in `bot/web/metrics_endpoint.py`.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would add a second series for each

REGISTRY = CollectorRegistry()
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
MINUTES = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)

TRIAGE_SECONDS = Histogram(
    "earshot_triage_seconds", "From arrival in the inbox to the commit", buckets=SECONDS, registry=REGISTRY
)
DELIVERY_SECONDS = Histogram(
    "earshot_delivery_seconds", "From the commit to Slack's answer", ["lane"], buckets=SECONDS, registry=REGISTRY
)
CLAIM_SECONDS = Histogram(
    "earshot_claim_seconds", "From a case's opening to its claim", buckets=MINUTES, registry=REGISTRY
)
RESOLVE_SECONDS = Histogram(
    "earshot_resolve_seconds", "From a case's opening to its resolution", buckets=MINUTES, registry=REGISTRY
)
PAGE_SECONDS = Histogram(
    "earshot_page_seconds", "From a page's cause to the first call that arrived", buckets=SECONDS, registry=REGISTRY
)
ACKNOWLEDGE_SECONDS = Histogram(
    "earshot_acknowledge_seconds", "From a page's cause to its acknowledgement", buckets=MINUTES, registry=REGISTRY
)
CALLS = Counter("earshot_calls", "Calls to people on call, by way and result", ["pager", "result"], registry=REGISTRY)
RATE_LIMITS = Counter(
    "earshot_rate_limits", "Answers 429, by service and method", ["service", "method"], registry=REGISTRY
)
