"""Metrics for Prometheus. Counts and ages are read from the store at each scrape, so they cannot drift."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest

from bot import metrics
from bot.domain.commits import StoreUnavailable
from bot.domain.health.source_health import compute_delay, get_backlog
from bot.domain.read_budget import ReadCounts
from bot.store.store import Store
from bot.web.health_endpoints import BrandHealth
from bot.web.process_group import MAIN

NONE: Mapping[str, metrics.MetricRows] = MappingProxyType({})


async def render_metrics(
    brands: Mapping[str, BrandHealth], at: datetime, children: Mapping[str, metrics.MetricRows] = NONE
) -> tuple[bytes, str]:
    """Return the text and its content type. With the store away, `earshot_store_up` is 0 and its metrics are absent.

    `brands` are by id, which becomes the label `brand`; that of the only one is empty, and there is no label.
    `children`: the metrics of other processes by their names.
    """
    found = {name: await _read_store(brand.store, brand.departments, at) for name, brand in brands.items()}
    registries = (
        *_add_brand_label({name: registries[0] for name, registries in found.items()}),
        *_add_brand_label({name: registries[1] for name, registries in found.items()}),
        _register(metrics.LabelledMetrics("process", {MAIN: metrics.export_metrics(), **children})),
    )
    return b"".join(map(generate_latest, registries)), CONTENT_TYPE_LATEST


def _add_brand_label(registries: Mapping[str, CollectorRegistry]) -> Iterable[CollectorRegistry]:
    if "" in registries:
        return registries.values()
    rows = {name: metrics.export_metrics(registry) for name, registry in registries.items()}
    return [_register(metrics.LabelledMetrics("brand", rows))]


def _register(collector: metrics.LabelledMetrics) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry


async def _read_store(
    store: Store, departments: tuple[str, ...], at: datetime
) -> tuple[CollectorRegistry, CollectorRegistry]:
    registry, totals = CollectorRegistry(), CollectorRegistry()
    up = Gauge("earshot_store_up", "Whether Redis answers and accepts writes", registry=registry)
    try:
        await _fill_registry(registry, totals, store, departments, at)
        await store.check_writable()
    except StoreUnavailable:
        up.set(0)
    else:
        up.set(1)
    return registry, totals


async def _fill_registry(
    registry: CollectorRegistry, totals: CollectorRegistry, store: Store, departments: tuple[str, ...], at: datetime
) -> None:
    """Fill both registries. `totals` is separate, because a gauge and a counter of one name clash in one registry."""
    account = await store.mention_counters.read()
    mentions = Gauge("earshot_mentions", "Removed in 0.3: use earshot_mentions_total", ["outcome"], registry=registry)
    counted = Counter("earshot_mentions", "Mentions by result", ["outcome"], registry=totals)
    for outcome in ("seen", "opened", "joined", "tallied", "spam"):
        mentions.labels(outcome).set(getattr(account, outcome))
        counted.labels(outcome).inc(getattr(account, outcome))
    Gauge("earshot_unaccounted", "Mentions that are not accounted for", registry=registry).set(account.unaccounted)
    Gauge("earshot_dead_letters", "Mentions that failed repeatedly", registry=registry).set(account.dead)
    unreadable = Gauge("earshot_records_unreadable", "Records that this release cannot read", registry=registry)
    unreadable.set(await store.quarantine.count())

    waiting, oldest = await store.intake.measure_backlog()
    Gauge("earshot_inbox_length", "Mentions that wait for triage", registry=registry).set(waiting)
    age = at.timestamp() - oldest / 1000 if oldest else 0
    Gauge("earshot_inbox_age_seconds", "Age of the oldest mention that waits for triage", registry=registry).set(
        max(0.0, age)
    )

    length = Gauge("earshot_outbox_length", "Notifications that wait, by destination", ["to"], registry=registry)
    age_of = Gauge("earshot_outbox_age_seconds", "Age of what comes first, by destination", ["to"], registry=registry)
    for queue in await store.outbox.list_queues(1):
        length.labels(str(queue.destination)).set(queue.length)
        age_of.labels(str(queue.destination)).set(max(0.0, (at - queue.head[0].since).total_seconds()))

    open_cases = Gauge("earshot_cases_open", "Open cases, by department", ["department"], registry=registry)
    overdue = Gauge("earshot_cases_overdue", "Overdue open cases", ["department"], registry=registry)
    for department, (waiting_cases, late) in (await store.report_counters.count_open(departments, at)).items():
        open_cases.labels(department).set(waiting_cases)
        overdue.labels(department).set(late)
    running = Gauge("earshot_episodes_open", "Episodes that are not over", registry=registry)
    running.set(len(await store.episodes.load_running()))
    fed = Gauge("earshot_feed_length", "Mentions that spike detection may still need", registry=registry)
    fed.set(await store.spike_stream.count())
    troubles = Gauge("earshot_trouble", "1 for each part that has a problem", ["part"], registry=registry)
    for part in await store.health_issues.load_issues():
        troubles.labels(part).set(1)
    await _fill_sources(registry, store, at)
    for source, reads in ({"x": ReadCounts()} | await store.reads.load_totals()).items():
        for what, number in reads._asdict().items():
            text = f"What was read from {source} and is billed: {what}"
            Counter(f"earshot_{source}_{what}_read", text, registry=registry).inc(number)


async def _fill_sources(registry: CollectorRegistry, store: Store, at: datetime) -> None:
    text = "Median delay of a source's posts of the last hour"
    delays = Gauge("earshot_source_delay_seconds", text, ["source"], registry=registry)
    left = Gauge("earshot_source_quota_left", "What a source still allows", ["source", "unit"], registry=registry)
    waiting = Gauge("earshot_source_waiting", "Posts that wait at a source", ["source"], registry=registry)
    for source, health in (await store.source_health.load_all()).items():
        if (delay := compute_delay(health, at)) is not None:
            delays.labels(source).set(delay.total_seconds())
        if (backlog := get_backlog(health, at)) is not None:
            waiting.labels(source).set(backlog)
        if health.quota:
            left.labels(source, health.quota.unit).set(health.quota.left)
