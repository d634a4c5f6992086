"""`[detectors]`: which engine tells sentiment, and a model of one's own."""

import pytest

from bot.config import parse_playbook
from tests.config.sample_playbook import write_playbook
from tests.config.test_playbook_errors import faults

OWN = """
[detectors]
engine = "onnx"
[detectors.onnx]
file = "own.onnx"
tokenizer = "tokenizer.json"
classes = ["positive", "negative", "neutral"]
"""


def test_a_model_of_ones_own_is_read_with_its_classes_in_their_order() -> None:
    own = parse_playbook(write_playbook() + OWN).detectors.onnx

    assert own is not None
    assert (own.file.name, own.classes, own.languages) == ("own.onnx", ("positive", "negative", "neutral"), ("en",))


def test_it_is_left_alone_while_another_engine_is_chosen() -> None:
    assert parse_playbook(write_playbook() + OWN.replace('engine = "onnx"', "")).detectors.onnx is None


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (OWN.partition("[detectors.onnx]")[0], "detectors.engine", "needs [detectors.onnx], with file, tokenizer and classes"),
        (OWN.replace("tokenizer = ", "tokeniser = "), "detectors.onnx.tokenizer", "is missing"),
        (OWN.replace(', "neutral"', ""), "detectors.onnx.classes", "must be negative, neutral and positive, each once, in the order of the model's outputs"),
        (OWN + 'languages = ["english"]', "detectors.onnx.languages[1]", "'english' is not a language code. Use two letters, like 'en' or 'pt'"),
        (OWN.replace('"onnx"', '"onx"'), "detectors.engine", "'onx' is not a known value. Did you mean 'onnx'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_said_with_its_place(text: str, place: str, said: str) -> None:
    assert (place, said) in [(fault.place, fault.sentence) for fault in faults(write_playbook() + text)]
