"""What the detectors take for texts that were made to make them slow."""

from bot.benchmarks.fixtures import BenchmarkContext, find_day_playbook, open_playbook
from bot.benchmarks.hostile_texts import HOSTILE
from bot.benchmarks.measurement import MS, Measurement
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.domain.mention import Mention
from bot.live_rules import ReloadableRules


async def measure_hostile_texts(bench: BenchmarkContext) -> list[Measurement]:
    """The best of some rounds for each text, as what is asked is the text's price and not the machine's other work."""
    assessor = ReloadableRules(open_playbook(find_day_playbook())).get_assessor()
    rounds, at = bench.pick_count(5, 1), SystemClock().now()
    taken: dict[str, float] = {}
    for number, (odd, text) in enumerate(HOSTILE.items()):
        bench.report(f"{number + 1} of {len(HOSTILE)}: {odd}")
        mention = Mention(id=f"hostile:{number}", source="hostile", text=text, created_at=at)
        for _ in range(rounds):
            began = read_monotonic()
            assessor.assess([mention])
            taken[odd] = min(taken.get(odd, 1e9), read_monotonic() - began)
    slowest = max(taken, key=lambda odd: taken[odd])
    return [
        Measurement("hostile texts, one, on average", 1000 * sum(taken.values()) / len(taken), MS),
        Measurement(f"hostile texts, the slowest: {slowest}", 1000 * taken[slowest], MS),
    ]
