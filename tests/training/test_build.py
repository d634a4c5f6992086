"""Build the weight file from a few sentences of our own in the format of the sets."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.detectors.detector import tokenize_text
from bot.detectors.model.classifier import PostClassifier
from bot.detectors.model.weights import decode_weights
from bot.training.build import BuildError, build_weights, export_held_out, export_unlabelled, select_visible
from bot.training.corpus import HEADS, CorpusError, CorpusRow, build_corpus
from bot.training.datasets import MEASURED
from bot.training.sample_weights import build_regression_samples

SAID = {
    "negative": "lost my bag again, horrible service at gate {}",
    "neutral": "the flight to oslo leaves from gate {}",
    "positive": "lovely crew on flight {}, thank you so much",
}
ASKED = {
    "complaint": ("complaints19", "still no refund for order {}, useless"),
    "question": ("tweetacts", "when does shop {} open?"),
    "suggestion": ("uservoice19", "please add a dark mode to screen {}"),
    "feature_request": ("appreviews", "would be nice to have widget {}"),
    "purchase_intent": ("iphonex18", "going to buy model {} tomorrow"),
    "crisis": ("crisislexT6", "river over its banks at street {}, families trapped"),
}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
HEARD: list[str] = []


def record_progress(text: str) -> None:
    HEARD.append(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows: dict[str, list[dict[str, Any]]] = {
        name: [{"text": f"{text.format(n)} {name}", "label": label} for n in NUMBERS for label, text in SAID.items()]
        for name in ("sentiment_train", "sentiment_val", "tse_train", "reddit_goemotions_train")
    }
    rows["replay_airline"] = [
        {"id": f"x:{label}{n}", "text": f"@northwindair {text.format(n)}", "author": {"id": f"u{n}"}}
        for n in NUMBERS
        for label, text in SAID.items()
    ]
    rows["replay_airline_gold"] = [{"id": f"x:{label}{n}", "sentiment": label} for n in NUMBERS for label in SAID]
    rows["intent_train"] = [
        {"text": said.format(n), "head": head, "src": source, "y": y, "domain": "retail"}
        for n in NUMBERS
        for head, (source, text) in ASKED.items()
        for y, said in ((1, text), (0, "shop {} is in " + source))
    ]
    rows["irony_train"] = [{"text": f"oh great, {n} again", "label": "irony"} for n in NUMBERS]
    rows["offensive_train"] = [{"text": f"you idiot {n}", "label": "offensive"} for n in NUMBERS]
    rows["emotion_train"] = [{"text": f"so glad about {n}", "label": "joy"} for n in NUMBERS]
    rows["pool"] = [{"text": f"going home with bus {n} to street {m}"} for n in NUMBERS for m in range(20)]
    for name, lines in rows.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    return tmp_path


def test_the_same_sets_give_the_same_bytes_and_are_learned(folder: Path) -> None:
    first = build_weights(folder, record_progress, made_on="2026-11-22")

    assert first == build_weights(folder, record_progress, made_on="2026-11-22")
    weights = decode_weights(first)
    assert weights.metadata["made"] == "2026-11-22"
    sentiments = (
        PostClassifier(weights)
        .score_batch([tokenize_text(text.format("nine")) for text in SAID.values()])
        .logits[:, :3]
    )
    assert sentiments.argmax(axis=1).tolist() == [0, 1, 2]
    [asks] = PostClassifier(weights).score_batch([tokenize_text("when does shop nine open?")]).logits[:, 3:]
    assert HEADS[int(asks.argmax())] == "question"


def test_the_date_changes_nothing_but_the_date(folder: Path) -> None:
    one, other = (
        decode_weights(build_weights(folder, record_progress, made_on=day)) for day in ("2026-11-22", "2026-11-23")
    )

    assert one.metadata != other.metadata
    assert all((one.arrays[name] == other.arrays[name]).all() for name in one.arrays)


def test_a_set_that_is_left_out_is_not_learned(folder: Path) -> None:
    whole, less = (
        decode_weights(build_weights(folder, record_progress, without=without)) for without in ((), ("airline",))
    )

    assert less.metadata["without"] == ["airline"]
    assert (whole.arrays["start"] != less.arrays["start"]).any()
    assert (
        PostClassifier(less).score_batch([tokenize_text(SAID["positive"])]).logits[0, 3 + HEADS.index("praise")] < -20
    )  # taught by it alone


def test_a_soft_label_is_learned_and_its_absence_is_reported(folder: Path) -> None:
    HEARD.clear()
    build_weights(folder, record_progress)
    assert any("pool_soft.jsonl does not exist" in said for said in HEARD)

    pool = (folder / "pool.jsonl").read_text("utf-8").splitlines()
    with (folder / "pool.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": f"the queue was gruesome on day {n}"}) + "\n" for n in NUMBERS)
    labels = ["[0.1,0.8,0.1]"] * len(pool) + ["[0.9,0.1,0]"] * len(NUMBERS)
    (folder / "pool_soft.jsonl").write_text("\n".join(labels), "utf-8")
    HEARD.clear()
    model = PostClassifier(decode_weights(build_weights(folder, record_progress)))

    [logits] = model.score_batch([tokenize_text("gruesome")]).logits
    assert logits[:3].argmax() == 0
    assert not any("pool_soft.jsonl" in said for said in HEARD)


def test_the_regression_learns_no_soft_label_of_a_post_with_emoji() -> None:
    posts = [("so it is 😍", "pool", (0.1, 0.8, 0.1)), ("so it is", "pool", (0.1, 0.8, 0.1)), ("so 😍", "tse", ())]
    rows = build_corpus(
        CorpusRow(text, source, 50, "" if soft else "positive", soft_label=soft) for text, source, soft in posts
    )
    samples = build_regression_samples(rows, np.ones(3, np.bool_))["sentiment"]
    assert samples.rows.tolist() == [1, 2]


def test_soft_labels_for_other_posts_are_refused(folder: Path) -> None:
    (folder / "pool_soft.jsonl").write_text("[0.1,0.8,0.1]\n", "utf-8")
    with pytest.raises(CorpusError, match=re.escape("pool_soft.jsonl: has fewer lines than pool.jsonl")):
        build_weights(folder, record_progress)


def test_a_copy_of_a_held_out_post_is_not_learned() -> None:
    rows = build_corpus(
        [
            CorpusRow("@ana the queue was gruesome!", "semeval", 50, "negative"),
            CorpusRow("The queue was GRUESOME https://a.example/1", "semeval-report", 51, "negative"),
            CorpusRow("The queue was short", "semeval", 52, "positive"),
            CorpusRow("@ana", "semeval", 53, "neutral"),
            CorpusRow("https://a.example/2", "tse-choice", 54, "neutral"),
        ]
    )
    assert select_visible(rows, (), hold_out=False).tolist() == [False, False, True, True, False]


def test_an_unknown_set_cannot_be_left_out(folder: Path) -> None:
    with pytest.raises(BuildError, match=r"No set is called airlines\. Use airline,"):
        build_weights(folder, record_progress, without=["airlines"])


def test_held_out_posts_are_exported_and_no_post_twice(folder: Path) -> None:
    rows = [json.loads(line) for line in export_held_out(folder)]
    unlearned = [json.loads(line)["text"] for line in export_unlabelled(folder)]

    assert {row["src"] for row in rows if "label" in row} >= {"semeval-choice", "semeval-report"}
    assert all("label" in row or row["head"] in MEASURED for row in rows)
    assert 0 < len(unlearned) < 240


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("tse_train", "{", "tse_train.jsonl: line 37: the line: Invalid JSON"),
        ("sentiment_train", '{"text": "so good", "label": "great"}', "sentiment_train.jsonl: line 37: label: "),
        ("pool", '{"words": "so good"}', "pool.jsonl: line 241: text: "),
        ("replay_airline", '{"id": "x:9", "text": "hi", "author": {"id": "u"}}', "has no label for x:9"),
        ("emotion_train", '{"text": "ugh", "label": "envy"}', "emotion_train.jsonl: line 13: label: "),
    ],
)
def test_a_set_with_an_invalid_line_is_refused_with_the_line(folder: Path, name: str, line: str, said: str) -> None:
    with (folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line)
    with pytest.raises(CorpusError, match=re.escape(said)):
        build_weights(folder, record_progress)


@pytest.mark.parametrize(("holds", "said"), [(b"", "is empty"), (b"\xff\xfe\n", "is not UTF-8")])
def test_a_set_that_is_no_text_is_refused(folder: Path, holds: bytes, said: str) -> None:
    (folder / "irony_train.jsonl").write_bytes(holds)
    with pytest.raises(CorpusError, match=said):
        build_weights(folder, record_progress)
