"""Train the spam weights from a few sentences of our own in the format of the sets."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.training.spam_examples import SpamExamples
from bot.training.spam_trainer import SpamRow, read_spam_rows, train_spam_weights

BODIES = ["my bag is still lost", "what a lovely crew today.", "is there a bus to the gate?"]
REPORTED: list[str] = []


def build_rows() -> list[SpamRow]:
    rows = [SpamRow(f"check out my channel number {n} and subscribe", is_spam=True, source="youtube") for n in range(9)]
    return rows + [SpamRow(f"{BODIES[n % 3]} {n}", is_spam=False, source="airline") for n in range(60)]


def read_weights(text: str) -> dict[str, float]:
    return {name: float(weight) for weight, name in (line.split("\t", 1) for line in text.splitlines())}


def test_words_of_spam_get_positive_weights() -> None:
    weights = read_weights(train_spam_weights(build_rows(), REPORTED.append))

    assert weights["(all)"] < 0
    assert weights["subscribe"] > 0
    assert weights["check out"] > 0
    assert weights.get("lost", 0.0) <= 0
    assert REPORTED[-1] == "learning spam from 69 posts, 9 of them spam"


def test_the_same_rows_give_the_same_file() -> None:
    assert train_spam_weights(build_rows(), REPORTED.append) == train_spam_weights(build_rows(), REPORTED.append)


def test_the_same_bodies_give_the_same_examples_of_every_shape() -> None:
    first, again = (list(SpamExamples(BODIES).make_examples(70)) for _ in range(2))

    assert first == again
    assert len(set(first)) > 60
    assert any(body.rstrip(".?") in post for body in BODIES for post in first)
    assert any(post.count("#") > 5 for post in first)
    assert "\u200b" in first[0]


def test_labelled_ordinary_and_invented_posts_are_read(sets: Path) -> None:
    rows = {row.text: row for row in read_spam_rows(sets)}

    assert rows["win a prize now"].is_spam
    assert not rows["see you at lunch"].is_spam
    assert not rows["still no refund"].is_spam
    assert not rows["@lumo where is my parcel"].is_spam
    assert sum(row.source == "lines" for row in rows.values()) > 300
    assert sum(row.source == "genuine" for row in rows.values()) > 100


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    plain = [{"text": "a long enough ordinary comment about the weather", "label": "neutral"}]
    named: dict[str, list[dict[str, Any]]] = {
        "intent_train": [
            {"text": "win a prize now", "src": "sms", "head": "spam", "y": 1},
            {"text": "see you at lunch", "src": "sms", "head": "spam", "y": 0},
            {"text": "still no refund", "src": "complaints19", "head": "complaint", "y": 1, "domain": "retail"},
        ],
        "replay_brand_conversations": [{"text": "@lumo where is my parcel", "conversation": "c1"}],
        "replay_airline": [{"id": "x:1", "text": "late again", "author": {"id": "u1"}}],
        "replay_airline_gold": [{"id": "x:1", "sentiment": "negative"}],
        "irony_train": [{"text": "oh great", "label": "irony"}],
        "offensive_train": [{"text": "you idiot", "label": "offensive"}],
        "emotion_train": [{"text": "so glad", "label": "joy"}],
        "pool": [{"text": "going home by bus"}],
        **dict.fromkeys(("sentiment_train", "sentiment_val", "tse_train", "reddit_goemotions_train"), plain),
    }
    for name, rows in named.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return tmp_path
