"""The engine `keen`: two models are mixed, it leaves posts to the light one under load, or is refused with the reason."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto

from bot.detectors.engines.keen import PATIENCE, SLOWEST, ReadingPace, load_keen_model
from bot.detectors.model.weights import WeightsError
from bot.detectors.pipeline import AssessmentResult, MentionAssessor
from bot.domain.assessment import Assessment
from tests.detectors.small_keen import write_keen
from tests.detectors.test_onnx import Counting
from tests.detectors.vocabulary import mention

TEXTS = ("the worst of all", "on the table", "I love it")
LIGHT = MentionAssessor(())


def build_assessor(folder: Path, **how: Any) -> MentionAssessor:
    return MentionAssessor((), engine="keen", keen_folder=write_keen(folder, **how))


def assess_with_keen(folder: Path, *texts: str, **how: Any) -> list[Assessment]:
    return build_assessor(folder, **how).assess([mention(text) for text in texts])


async def assess_while_waiting(assessor: MentionAssessor, waiting: int, *texts: str) -> list[AssessmentResult]:
    async def count() -> int:
        return waiting

    return await assessor.assess_in_thread([mention(text) for text in texts], (), count)


def reason(found: Assessment) -> str:
    [because] = [one.because for one in found.signals if one.holds and one.dimension == "sentiment"]
    return because


def test_its_sentiment_is_used_and_the_card_says_so(tmp_path: Path) -> None:
    worst, table, love = assess_with_keen(tmp_path, *TEXTS)

    assert [worst.sentiment.value, table.sentiment.value, love.sentiment.value] == ["negative", "neutral", "positive"]
    assert re.fullmatch(r"negative 0\.\d\d: 'worst', by the keen model", reason(worst))


def test_no_words_are_quoted_where_the_light_model_found_something_else(tmp_path: Path) -> None:
    [found] = assess_with_keen(tmp_path, "the table is a terrible mess of a table")

    assert LIGHT.assess([mention("the table is a terrible mess of a table")])[0].sentiment.value == "negative"
    assert re.fullmatch(r"neutral 0\.\d\d: by the keen model", reason(found))


def test_with_no_share_of_its_own_it_is_the_light_model(tmp_path: Path) -> None:
    found = assess_with_keen(tmp_path, *TEXTS, manifest={"keen_share": 0.0, "light_share": 1.0})

    for one, light in zip(found, LIGHT.assess([mention(text) for text in TEXTS]), strict=True):
        assert one.probabilities == pytest.approx(light.probabilities)


def test_both_models_count_by_their_shares(tmp_path: Path) -> None:
    [alone] = assess_with_keen(tmp_path / "alone", TEXTS[0])
    [light] = LIGHT.assess([mention(TEXTS[0])])
    [mixed] = assess_with_keen(tmp_path / "mixed", TEXTS[0], manifest={"keen_share": 0.5, "light_share": 0.5})

    products = {word: (alone.probabilities[word] * light.probabilities[word]) ** 0.5 for word in light.probabilities}
    total = sum(products.values())
    assert mixed.probabilities == pytest.approx({word: value / total for word, value in products.items()})


def test_a_post_gives_the_same_alone_and_beside_others(tmp_path: Path) -> None:
    together = assess_with_keen(tmp_path, "love", *["hate " * 200] * 20, "love")

    assert (
        together[0].probabilities == together[-1].probabilities == assess_with_keen(tmp_path, "love")[0].probabilities
    )


@pytest.mark.parametrize("text", ["", "\ud800 lone", "a" * 1_000_000, "\u200b", "😡", "love " * 20_000, "@a " * 500])
def test_it_accepts_any_text(tmp_path: Path, text: str) -> None:
    assert sum(assess_with_keen(tmp_path, text)[0].probabilities.values()) == pytest.approx(1)


async def test_while_more_waits_than_it_reads_in_time_the_light_model_reads_and_the_card_says_so(
    tmp_path: Path,
) -> None:
    assessor = build_assessor(tmp_path)
    [light] = await assess_while_waiting(assessor, int(PATIENCE / 0.01) + 1, TEXTS[0])
    [keen] = await assess_while_waiting(assessor, int(PATIENCE / 0.01), TEXTS[0])

    assert light.assessment.probabilities == LIGHT.assess([mention(TEXTS[0])])[0].probabilities
    assert reason(light.explain_assessment()).endswith(", by the light model, because many posts were waiting")
    assert reason(keen.explain_assessment()).endswith(", by the keen model")


async def test_it_runs_in_a_thread_and_only_if_it_reads(tmp_path: Path) -> None:
    threads = Counting(1)
    asyncio.get_running_loop().set_default_executor(threads)
    assessor = build_assessor(tmp_path)

    await assess_while_waiting(assessor, 1_000_000, *TEXTS)
    assert threads.asked == 0
    beside = await assess_while_waiting(assessor, 3, *TEXTS)
    assert threads.asked == 1
    assert [one.explain_assessment() for one in beside] == assessor.assess([mention(text) for text in TEXTS])


class Timer:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def read(pace: ReadingPace, timer: Timer, posts: int, seconds: float) -> None:
    with pace.measure(posts):
        timer.now += seconds


def test_its_pace_is_what_the_last_runs_took() -> None:
    timer = Timer()
    pace = ReadingPace(0.01, timer)
    assert (pace.can_read(500), pace.can_read(501)) == (True, False)

    for _ in range(50):
        read(pace, timer, 32, 32 * 0.05)
    assert (pace.can_read(99), pace.can_read(101)) == (True, False)


def test_a_machine_that_slept_does_not_stop_it_for_good() -> None:
    timer = Timer()
    pace = ReadingPace(0.01, timer)
    for _ in range(50):
        read(pace, timer, 1, 3_600.0)

    assert pace.can_read(int(PATIENCE / SLOWEST))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"classes": ("positive", "neutral", "negative")}, "more negative than positive"),
        (
            {"classes": ("negative", "positive")},
            "for each post it gives 2, and not one finite number for each of the 3",
        ),
        ({"ids": TensorProto.INT16}, "its input 'input_ids' is tensor(int16)"),
        ({"names": ("input_ids", "pixels")}, "it has no input 'attention_mask'"),
        ({"manifest": {"sha256": {}}}, "model.onnx: this is not the file that keen.json describes"),
        ({"manifest": {"keen_share": -1}}, "keen.json: keen_share: Input should be greater than or equal to 0"),
        ({"manifest": {"seconds_per_post": 0}}, "keen.json: seconds_per_post: Input should be greater than 0"),
    ],
)
def test_a_package_that_does_not_fit_is_refused_with_the_reason(tmp_path: Path, how: dict[str, Any], said: str) -> None:
    with pytest.raises(WeightsError, match=re.escape(said)) as refused:
        load_keen_model(write_keen(tmp_path, **how))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "keen.json"])
def test_a_file_that_is_gone_or_was_changed_is_named(tmp_path: Path, name: str) -> None:
    path = write_keen(tmp_path) / name
    path.write_bytes(b"{}" + path.read_bytes())
    with pytest.raises(WeightsError, match=re.escape(f"{name}: ")):
        load_keen_model(tmp_path)
    path.unlink()
    with pytest.raises(WeightsError, match=re.escape(f"{name}: cannot be read (No such file or directory)")):
        load_keen_model(tmp_path)


def test_a_package_that_is_replaced_is_loaded_again(tmp_path: Path) -> None:
    first = load_keen_model(write_keen(tmp_path))
    assert load_keen_model(tmp_path) is first
    (tmp_path / "keen.json").write_text(json.dumps(first.manifest.model_dump() | {"version": "another"}))
    assert load_keen_model(tmp_path).manifest.version == "another"
