"""The catalogue and the folder agree, and an assessor keeps its promises."""

import gc
import weakref
from pathlib import Path

import bot.detectors
from tests.detectors.vocabulary import assessor, heard, mention

BESIDE = {"__init__", "base", "catalogue", "dimensions"}


def test_the_catalogue_names_every_file_of_the_folder() -> None:
    folder = Path(bot.detectors.__file__).parent
    written = {file.stem for file in folder.glob("*.py")} - BESIDE
    assert {detector.name for detector in assessor().detectors} == written


def test_urgency_runs_last_because_it_reads_the_others() -> None:
    assert assessor().detectors[-1].name == "urgency"


def test_assessments_come_in_the_order_of_the_mentions() -> None:
    texts = ["@northwindair lost my bag, worst ever", "@northwindair thank you so much, lovely!"]
    found = assessor().assess([mention(text, number) for number, text in enumerate(texts)])
    assert [one.sentiment.value for one in found] == ["negative", "positive"]


def test_a_batch_says_what_single_mentions_say() -> None:
    texts = ["", "thanks @northwindair", "smoke in the cabin!", "https://a.example", "Mein Koffer ist nicht da"]
    together = assessor().assess([mention(text) for text in texts])
    assert together == [heard(text) for text in texts]


def test_an_empty_batch_is_no_work() -> None:
    assert assessor().assess([]) == []


def test_a_batch_that_is_done_with_goes_without_a_look_for_garbage() -> None:
    """Its tables are the largest things that triage makes."""
    texts = [
        "@northwindair you lost my bag, worst airline ever",
        "why is nobody answering? oh great, thank you so much",
    ]
    gc.disable()
    try:
        listened = assessor().assess_lazily([mention(text) for text in texts])
        assert all(one.explain_assessment().reasons for one in listened)
        held = [weakref.ref(one.context) for one in listened]
        del listened
        assert [hearing() for hearing in held] == [None, None]
    finally:
        gc.enable()
