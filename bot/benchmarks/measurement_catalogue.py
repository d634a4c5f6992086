"""The benchmarks, in the order in which they run. To add one: one file, one line here."""

from collections.abc import Awaitable, Callable, Mapping

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import Measurement
from bot.benchmarks.measurements import (
    backfires,
    campaign_page,
    clicks,
    detectors,
    home_tab,
    hooks,
    hostile,
    latency,
    memory,
    messages,
    open_cases,
    pages,
    person_costs,
    playbook_size,
    processes,
    reports,
    size,
    sources,
    spikes,
    start,
    storm,
    throughput,
)

MeasureFunction = Callable[[BenchmarkContext], Awaitable[list[Measurement]]]

CATALOGUE: Mapping[str, MeasureFunction] = {
    "throughput": throughput.measure_throughput,
    "detectors": detectors.measure_detectors,
    "playbook_size": playbook_size.measure_playbook_size,
    "sources": sources.measure_sources,
    "hostile": hostile.measure_hostile_texts,
    "hooks": hooks.measure_hooks,
    "latency": latency.measure_latency,
    "clicks": clicks.measure_clicks,
    "home_tab": home_tab.measure_home,
    "person_costs": person_costs.measure_person_costs,
    "reports": reports.measure_reports,
    "campaign_page": campaign_page.measure_campaign_page,
    "storm": storm.measure_load_spike,
    "spikes": spikes.measure_spikes,
    "backfires": backfires.measure_backfires,
    "pages": pages.measure_paging,
    "messages": messages.measure_message_counts,
    "open_cases": open_cases.measure_open_cases,
    "start": start.measure_start,
    "memory": memory.measure_memory,
    "processes": processes.measure_processes,
    "size": size.measure_install_size,
}
