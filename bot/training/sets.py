"""The labelled sets as one corpus. Which set is there for which head, and what stands for a brand that is new."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SENTIMENTS = ("negative", "neutral", "positive")
HEADS = ("complaint", "praise", "question", "need", "purchase")
HEAD_OF = {
    "complaint": "complaint",
    "praise": "praise",
    "question": "question",
    "suggestion": "need",
    "feature_request": "need",
    "purchase_intent": "purchase",
}
"""From the heads of the sets to ours. "Suggestion" in Tweet Acts is advice to anybody, and no unmet wish: left out."""
NOT_OURS = frozenset({("tweetacts", "suggestion")})
AIRLINE, VALIDATION, POOL = "airline", "validation", "pool"
FOLDS = 100


class Row(NamedTuple):
    text: str
    source: str
    fold: int
    """0 to 99, from the author where one is known, else from the text."""
    sentiment: str = ""
    heads: dict[str, float] = {}  # noqa: RUF012  (never written to)


class Corpus(NamedTuple):
    texts: list[str]
    source: NDArray[np.str_]
    fold: NDArray[np.int64]
    sentiment: NDArray[np.int8]
    """-1 where nobody has said."""
    heads: NDArray[np.float32]
    """A column for each of HEADS; not a number where nobody has said."""

    def of(self, *sources: str) -> NDArray[np.bool_]:
        return np.isin(self.source, sources)


def corpus(rows: Iterable[Row]) -> Corpus:
    rows = list(rows)
    heads = np.full((len(rows), len(HEADS)), np.nan, np.float32)
    for number, row in enumerate(rows):
        for head, held in row.heads.items():
            heads[number, HEADS.index(head)] = held
    said = [SENTIMENTS.index(row.sentiment) if row.sentiment else -1 for row in rows]
    return Corpus(
        [row.text for row in rows],
        np.array([row.source for row in rows]),
        np.array([row.fold for row in rows]),
        np.array(said, np.int8),
        heads,
    )


def shared(folder: Path) -> Iterator[Row]:
    """Every row that is trained or validated on, in an order of its own that never changes."""
    for name, source in (
        ("sentiment_train", "semeval"),
        ("sentiment_val", VALIDATION),
        ("tse_train", "tse"),
        ("reddit_goemotions_train", "reddit"),
    ):
        for row in lines(folder / f"{name}.jsonl"):
            yield Row(row["text"], source, fold(row["text"]), row["label"])
    yield from _airline(folder)
    yield from _intents(folder)
    for row in lines(folder / "pool.jsonl"):
        yield Row(row["text"], POOL, fold(row["text"]))


def _airline(folder: Path) -> Iterator[Row]:
    """A complaint is what its readers called negative, praise what they called positive: so the set was made."""
    gold = {row["id"]: row["sentiment"] for row in lines(folder / "replay_airline_gold.jsonl")}
    for row in lines(folder / "replay_airline.jsonl"):
        said = gold[row["id"]]
        heads = {"complaint": float(said == "negative"), "praise": float(said == "positive")}
        yield Row(row["text"], AIRLINE, fold(row["author"]["id"]), said, heads)


def _intents(folder: Path) -> Iterator[Row]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in lines(folder / "intent_train.jsonl"):
        source, head = row["src"], row["head"]
        if source != AIRLINE and head in HEAD_OF and (source, head) not in NOT_OURS:
            found.setdefault((row["text"], source), {})[HEAD_OF[head]] = float(row["y"])
    for (text, source), heads in found.items():
        yield Row(text, source, fold(text), heads=heads)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def fold(of: str) -> int:
    return int.from_bytes(hashlib.sha256(of.encode("utf-8", "replace")).digest()[:4], "big") % FOLDS
