"""A customer's ONNX model is used for sentiment, or refused with the reason; nothing replaces it."""

import asyncio
import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto

from bot.config import OnnxOptions
from bot.detectors.engines.onnx import load_onnx_model
from bot.detectors.model.weights import WeightsError
from bot.detectors.pipeline import MentionAssessor
from bot.domain.assessment import Assessment
from tests.detectors.small_onnx import write_model
from tests.detectors.vocabulary import mention


def assess_with_onnx(told: OnnxOptions, *texts: str, language: str = "en") -> list[Assessment]:
    return MentionAssessor((), engine="onnx", onnx=told, language=language).assess([mention(text) for text in texts])


def test_its_sentiment_is_used_and_the_card_names_the_model(tmp_path: Path) -> None:
    [worst, table, love] = assess_with_onnx(write_model(tmp_path), "the worst of all", "on the table", "I love it")

    assert [worst.sentiment.value, table.sentiment.value, love.sentiment.value] == ["negative", "neutral", "positive"]
    assert any(re.fullmatch(r"negative 0\.\d\d by own.onnx", because) for because in worst.reasons)


@pytest.mark.parametrize("order", [("positive", "negative", "neutral"), ("neutral", "positive", "negative")])
def test_its_classes_may_have_any_declared_order(tmp_path: Path, order: tuple[str, ...]) -> None:
    [worst, love] = assess_with_onnx(
        write_model(tmp_path, classes=order, declared=order), "the worst of all", "I love it"
    )

    assert (worst.sentiment.value, love.sentiment.value) == ("negative", "positive")


def test_a_post_gives_the_same_alone_and_in_a_batch(tmp_path: Path) -> None:
    told = write_model(tmp_path)
    together = assess_with_onnx(told, "love", *["hate " * 200] * 20, "love")

    assert together[0].probabilities == together[-1].probabilities == assess_with_onnx(told, "love")[0].probabilities


def test_probabilities_are_kept_and_logits_are_converted(tmp_path: Path) -> None:
    raw = assess_with_onnx(write_model(tmp_path), "love")[0].probabilities
    made = assess_with_onnx(write_model(tmp_path, softmax=True), "love")[0].probabilities

    assert raw == pytest.approx(made)
    assert sum(raw.values()) == pytest.approx(1)


def test_an_unlikely_sentiment_is_unsure_as_with_any_engine(tmp_path: Path) -> None:
    assert assess_with_onnx(write_model(tmp_path), "love and hate")[0].is_unsure


@pytest.mark.parametrize("text", ["", "\ud800 lone", "a" * 1_000_000, "\u200b", "😡", "love " * 20_000])
def test_it_accepts_any_text(tmp_path: Path, text: str) -> None:
    assert sum(assess_with_onnx(write_model(tmp_path), text)[0].probabilities.values()) == pytest.approx(1)


def test_it_is_used_for_its_languages_only(tmp_path: Path) -> None:
    post = "es horrible y mi maleta está perdida, no love"
    [unread] = assess_with_onnx(write_model(tmp_path), post, language="es")
    [read] = assess_with_onnx(write_model(tmp_path, languages=("en", "es")), post, language="es")

    assert unread.sentiment.value == "negative"
    assert read.sentiment.value == "positive"


class Counting(ThreadPoolExecutor):
    asked = 0

    def submit(self, *args: Any, **more: Any) -> Future[Any]:
        self.asked += 1
        return super().submit(*args, **more)


async def test_it_runs_in_a_thread_with_the_same_result(tmp_path: Path) -> None:
    threads = Counting(1)
    asyncio.get_running_loop().set_default_executor(threads)
    assessor = MentionAssessor((), engine="onnx", onnx=write_model(tmp_path))
    some = [mention("I love it"), mention("the worst")]

    beside = await assessor.assess_in_thread(some)
    assert [listened.explain_assessment() for listened in beside] == assessor.assess(some)
    assert threads.asked == 1


async def test_our_own_model_needs_no_thread() -> None:
    threads = Counting(1)
    asyncio.get_running_loop().set_default_executor(threads)
    await MentionAssessor(()).assess_in_thread([mention("I love it")])

    assert threads.asked == 0


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"classes": ("positive", "neutral", "negative")}, "Correct the order of the classes"),
        ({"labels": {"0": "POS", "1": "NEU", "2": "NEG"}}, 'classes are ["positive", "neutral", "negative"]'),
        ({"labels": {"0": "1 star", "1": "2 stars"}}, 'classes are ["1 star", "2 stars"]'),
        (
            {"classes": ("negative", "positive")},
            "for each post it gives 2, and not one finite number for each of the 3",
        ),
        ({"ids": TensorProto.INT16}, "its input 'input_ids' is tensor(int16), and must be tensor(int64)"),
        ({"floats": TensorProto.INT32}, "its output 'logits' is tensor(int32), and must be numbers with a fraction"),
        ({"names": ("input_ids", "pixels")}, "it has no input 'attention_mask'"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_with_the_reason(tmp_path: Path, how: dict[str, Any], said: str) -> None:
    with pytest.raises(WeightsError, match=re.escape(said)) as refused:
        load_onnx_model(write_model(tmp_path, **how))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "labels", [None, {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}, {"0": "neg", "1": "neu", "2": "Pos"}]
)
def test_a_model_without_or_with_equal_labels_is_accepted(tmp_path: Path, labels: dict[str, str] | None) -> None:
    assert load_onnx_model(write_model(tmp_path, labels=labels)).name == "own.onnx"


def test_a_model_of_another_language_is_not_checked_in_english(tmp_path: Path) -> None:
    told = write_model(tmp_path, classes=("positive", "neutral", "negative"), languages=("pt",))
    assert load_onnx_model(told).languages == {"pt"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("own.onnx", None, "own.onnx: cannot be read (No such file or directory)"),
        (
            "own.onnx",
            b"\x08\x08cut",
            "own.onnx: this is not a complete ONNX model that the runtime can load",
        ),
        ("own.onnx", b"", "own.onnx: this is not a complete ONNX model that the runtime can load"),
        ("tokenizer.json", None, "tokenizer.json: cannot be read (No such file or directory)"),
        ("tokenizer.json", b"{}", "tokenizer.json: this is not a tokenizer.json"),
        ("config.json", b"{", "config.json: cannot be read as JSON"),
    ],
)
def test_a_file_that_is_missing_or_broken_is_named(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    told = write_model(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=re.escape(said)):
        load_onnx_model(told)


def test_a_file_that_is_replaced_is_loaded_again(tmp_path: Path) -> None:
    first = load_onnx_model(write_model(tmp_path))
    assert load_onnx_model(write_model(tmp_path, softmax=True)) is not first
