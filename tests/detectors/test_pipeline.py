"""The pipeline has every detector; assessments keep the order of mentions, and free their memory."""

import gc
import re
import weakref
from pathlib import Path

import bot.detectors
from tests.detectors.vocabulary import assess, assessor, mention

DETECTOR = re.compile(r"^class \w+Detector:$", re.MULTILINE)


def test_the_pipeline_has_every_detector_of_the_folder() -> None:
    folder = Path(bot.detectors.__file__).parent
    written = {file.stem for file in folder.glob("*.py") if DETECTOR.search(file.read_text("utf-8"))}
    assert {type(detector).__module__.rpartition(".")[2] for detector in assessor().detectors} == written


def test_urgency_runs_last_because_it_reads_the_others() -> None:
    assert assessor().detectors[-1].name == "urgency"


def test_assessments_come_in_the_order_of_the_mentions() -> None:
    texts = ["@northwindair lost my bag, worst ever", "@northwindair thank you so much, lovely!"]
    found = assessor().assess([mention(text, number) for number, text in enumerate(texts)])
    assert [one.sentiment.value for one in found] == ["negative", "positive"]


def test_a_batch_gives_the_same_as_single_mentions() -> None:
    texts = ["", "thanks @northwindair", "smoke in the cabin!", "https://a.example", "Mein Koffer ist nicht da"]
    together = assessor().assess([mention(text) for text in texts])
    assert together == [assess(text) for text in texts]


def test_an_empty_batch_gives_nothing() -> None:
    assert assessor().assess([]) == []


def test_a_batch_is_freed_without_garbage_collection() -> None:
    """Its arrays are the largest objects that triage makes."""
    texts = [
        "@northwindair you lost my bag, worst airline ever",
        "why is nobody answering? oh great, thank you so much",
    ]
    gc.disable()
    try:
        results = assessor().assess_lazily([mention(text) for text in texts])
        assert all(result.explain_assessment().reasons for result in results)
        held = [weakref.ref(result.context) for result in results]
        del results
        assert [context() for context in held] == [None, None]
    finally:
        gc.enable()
