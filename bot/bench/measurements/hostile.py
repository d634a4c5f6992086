"""What the detectors take for texts that were made to make them slow."""

from bot.bench.figure import MS, Figure
from bot.bench.ground import Bench, day_playbook, read
from bot.bench.hostile import HOSTILE
from bot.bench.stopwatch import instant
from bot.clock import SystemClock
from bot.domain.mention import Mention
from bot.rules import LiveRules


async def measure(bench: Bench) -> list[Figure]:
    """The best of some rounds for each text, as what is asked is the text's price and not the machine's other work."""
    assessor = LiveRules(read(day_playbook())).get_assessor()
    rounds, at = bench.of(5, 1), SystemClock().now()
    taken: dict[str, float] = {}
    for number, (odd, text) in enumerate(HOSTILE.items()):
        bench.tell(f"{number + 1} of {len(HOSTILE)}: {odd}")
        mention = Mention(id=f"hostile:{number}", source="hostile", text=text, created_at=at)
        for _ in range(rounds):
            began = instant()
            assessor.assess([mention])
            taken[odd] = min(taken.get(odd, 1e9), instant() - began)
    slowest = max(taken, key=lambda odd: taken[odd])
    return [
        Figure("hostile texts, one, on average", 1000 * sum(taken.values()) / len(taken), MS),
        Figure(f"hostile texts, the slowest: {slowest}", 1000 * taken[slowest], MS),
    ]
