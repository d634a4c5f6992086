"""Triage with the keen engine: it reads while little waits, and leaves a storm to the light model."""

from pathlib import Path

from bot.detectors.pipeline import MentionAssessor
from bot.domain.case import Case
from bot.metrics import SENTIMENT_PREDICTIONS
from bot.store.store import Store
from bot.workers.triage import PART_SIZE
from tests.clock import SteppedClock
from tests.detectors.small_keen import write_keen
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention, triage_mentions


class KeenRules(FakeRules):
    """With the engine `keen`, which reads 25 posts in the time that posts may wait."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        write_keen(folder, manifest={"seconds_per_post": 0.2})
        self._assessor = MentionAssessor((), engine="keen", keen_folder=folder)

    def get_assessor(self) -> MentionAssessor:  # type: ignore[override]
        return self._assessor


def count_read_by(cases: list[Case], model: str) -> int:
    return sum(any(f"by the {model} model" in one.because for one in case.assessment.signals) for case in cases)


def read_counter(model: str) -> float:
    return float(SENTIMENT_PREDICTIONS.labels(model)._value.get())


async def test_the_light_model_reads_a_storm_and_the_keen_one_what_comes_after(
    store: Store, clock: SteppedClock, tmp_path: Path
) -> None:
    rules, before = KeenRules(tmp_path), {model: read_counter(model) for model in ("light", "keen")}

    storm = await triage_mentions(store, rules, clock, *map(build_numbered_mention, range(PART_SIZE)))
    calm = await triage_mentions(store, rules, clock, *map(build_numbered_mention, range(100, 105)))

    assert (count_read_by(storm, "light"), count_read_by(storm, "keen")) == (PART_SIZE, 0)
    assert (count_read_by(calm, "light"), count_read_by(calm, "keen")) == (0, 5)
    assert {model: read_counter(model) - before[model] for model in before} == {"light": PART_SIZE, "keen": 5}
