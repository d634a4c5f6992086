"""Time of the detectors for hostile texts."""

from bot.benchmarks.fixtures import BenchmarkContext, load_rules
from bot.benchmarks.hostile_texts import HOSTILE
from bot.benchmarks.measurement import MS, Measurement
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.domain.mention import Mention


async def measure_hostile_texts(bench: BenchmarkContext) -> list[Measurement]:
    """Take the best of some rounds for each text, which is its own cost and not that of other processes."""
    assessor = load_rules().get_assessor()
    rounds, at = bench.pick_count(5, 1), SystemClock().now()
    times: dict[str, float] = {}
    for number, (name, text) in enumerate(HOSTILE.items()):
        bench.report(f"{number + 1} of {len(HOSTILE)}: {name}")
        mention = Mention(id=f"hostile:{number}", source="hostile", text=text, created_at=at)
        for _ in range(rounds):
            began = read_monotonic()
            assessor.assess([mention])
            times[name] = min(times.get(name, 1e9), read_monotonic() - began)
    slowest = max(times, key=lambda name: times[name])
    return [
        Measurement("hostile texts, one, on average", 1000 * sum(times.values()) / len(times), MS),
        Measurement(f"hostile texts, the slowest: {slowest}", 1000 * times[slowest], MS),
    ]
