"""What Prometheus learns of a day: how long Earshot took, how long people took, who was called, what was limited."""

from bot import metrics
from bot.slack_sandbox import FaultKind, InjectedFault
from tests.scenarios.sample_posts import CRISIS, LOST
from tests.scenarios.world import World


class MetricDeltas:
    """How much each sample has grown since: the counters are the process's, and so those of other stories too."""

    def __init__(self) -> None:
        self._before = self._samples()

    def grown(self, name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return self._samples().get(key, 0.0) - self._before.get(key, 0.0)

    @staticmethod
    def _samples() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        found = (sample for family in metrics.REGISTRY.collect() for sample in family.samples)
        return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in found}


async def test_how_long_triage_delivery_claim_and_resolution_take_is_told(world: World) -> None:
    counting = MetricDeltas()
    await world.receive(LOST)
    await world.advance(minutes=2)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana")
    assert counting.grown("earshot_triage_seconds_count") == 1
    assert counting.grown("earshot_delivery_seconds_count", lane="new") == 1
    assert counting.grown("earshot_claim_seconds_count") == 1
    assert 120 <= counting.grown("earshot_claim_seconds_sum") < 130
    assert counting.grown("earshot_resolve_seconds_count") == 1


async def test_when_somebody_is_called_and_answers_is_told(world: World) -> None:
    counting = MetricDeltas()
    await world.receive(CRISIS)
    await world.advance(minutes=5.1)
    await world.person("mia").dm.click("Acknowledge", by="mia")
    assert counting.grown("earshot_page_seconds_count") == 1
    assert counting.grown("earshot_calls_total", pager="slack", result="delivered") == 2
    assert counting.grown("earshot_acknowledge_seconds_count") == 1
    assert 300 <= counting.grown("earshot_acknowledge_seconds_sum") < 310


async def test_that_slack_limits_us_is_counted_by_method(world: World) -> None:
    counting = MetricDeltas()
    world.sandbox.faults.add(InjectedFault(FaultKind.RATELIMITED, methods=["chat.postMessage"], seconds=5, times=1))
    await world.receive(LOST)
    await world.advance(minutes=2)
    assert counting.grown("earshot_rate_limits_total", service="slack", method="chat.postMessage") == 1
