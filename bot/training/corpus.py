"""The labelled sets as one corpus. Which set is there for which head, and what stands for a brand that is new."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from bot.cards.sanitize import sanitize_line

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
BESIDE = ("irony", "offensive", "anger", "joy", "optimism", "sadness")
"""What the net is asked as well while it learns, so that it reads a tone; nobody asks it at run time."""
EVERY_HEAD = (*HEADS, *BESIDE)
TONE = {"anger": ("negative",), "sadness": ("negative",), "joy": ("positive",), "optimism": ("neutral", "positive")}
"""What sentiment an emotion leaves possible."""
COMPLAINTS = "complaints19"
TO_NO_BRAND = frozenset({"random_tweet", "random_reply"})
"""Parts of it that are not said to a brand."""
AIRLINE, VALIDATION, POOL = "airline", "validation", "pool"
FOLDS = 100
ID_SHOWN = 60


class CorpusError(Exception):
    """A set cannot be learned from; the sentence says where and why."""


class CorpusRow(NamedTuple):
    text: str
    source: str
    fold: int
    """0 to 99, from the author where one is known, else from the text."""
    sentiment: str = ""
    heads: dict[str, float] = {}  # noqa: RUF012  (never written to)
    possible_sentiments: tuple[str, ...] = ()
    """The sentiments that its label leaves possible, where that says less than which."""


class TrainingCorpus(NamedTuple):
    texts: list[str]
    source: NDArray[np.str_]
    fold: NDArray[np.int64]
    sentiment: NDArray[np.int8]
    """-1 where nobody has said."""
    possible_sentiments: NDArray[np.bool_]
    """Of each post and sentiment, whether its label leaves it possible; none, where nobody has said."""
    heads: NDArray[np.float32]
    """A column for each of EVERY_HEAD; not a number where nobody has said."""

    def select_sources(self, *sources: str) -> NDArray[np.bool_]:
        return np.isin(self.source, sources)


def build_corpus(rows: Iterable[CorpusRow]) -> TrainingCorpus:
    rows = list(rows)
    heads = np.full((len(rows), len(EVERY_HEAD)), np.nan, np.float32)
    may = np.zeros((len(rows), len(SENTIMENTS)), np.bool_)
    for number, row in enumerate(rows):
        for head, held in row.heads.items():
            heads[number, EVERY_HEAD.index(head)] = held
        for one in row.possible_sentiments or (row.sentiment,) * bool(row.sentiment):
            may[number, SENTIMENTS.index(one)] = True
    said = [SENTIMENTS.index(row.sentiment) if row.sentiment else -1 for row in rows]
    return TrainingCorpus(
        [row.text for row in rows],
        np.array([row.source for row in rows]),
        np.array([row.fold for row in rows]),
        np.array(said, np.int8),
        may,
        heads,
    )


Shape = TypeVar("Shape", bound=BaseModel)


class _TextRow(BaseModel):
    text: str


class _SentimentRow(_TextRow):
    label: Literal["negative", "neutral", "positive"]


class _AuthorRow(BaseModel):
    id: str


class _MentionRow(_TextRow):
    id: str
    author: _AuthorRow


class _GoldRow(BaseModel):
    id: str
    sentiment: Literal["negative", "neutral", "positive"]


class _IntentRow(_TextRow):
    src: str
    head: str
    y: float = Field(ge=0, le=1)
    domain: str | None = None


class _AuxiliaryRow(_TextRow):
    label: str


class _EmotionRow(_TextRow):
    label: Literal["anger", "joy", "optimism", "sadness"]


def read_shared_sets(folder: Path) -> Iterator[CorpusRow]:
    """Every row that is trained or validated on, in an order of its own that never changes. Raises Broken, OSError."""
    for name, source in (
        ("sentiment_train", "semeval"),
        ("sentiment_val", VALIDATION),
        ("tse_train", "tse"),
        ("reddit_goemotions_train", "reddit"),
    ):
        for row in read_jsonl(folder / f"{name}.jsonl", _SentimentRow):
            yield CorpusRow(row.text, source, assign_fold(row.text), row.label)
    yield from _read_airline(folder)
    yield from _read_intents(folder)
    for post in read_jsonl(folder / "pool.jsonl", _TextRow):
        yield CorpusRow(post.text, POOL, assign_fold(post.text))
    yield from _read_auxiliary(folder)


def _read_airline(folder: Path) -> Iterator[CorpusRow]:
    """A complaint is what its readers called negative, praise what they called positive: so the set was made."""
    golden = folder / "replay_airline_gold.jsonl"
    gold = {row.id: row.sentiment for row in read_jsonl(golden, _GoldRow)}
    for row in read_jsonl(folder / "replay_airline.jsonl", _MentionRow):
        said = gold.get(row.id)
        if said is None:
            raise CorpusError(f"{golden}: has no label for {sanitize_line(row.id, ID_SHOWN)}; fetch the set again.")
        heads = {"complaint": float(said == "negative"), "praise": float(said == "positive")}
        yield CorpusRow(row.text, AIRLINE, assign_fold(row.author.id), said, heads)


def _read_intents(folder: Path) -> Iterator[CorpusRow]:
    """Who complains to a brand says no good of it; whoever writes to one and does not complain says no ill."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    possible: dict[str, tuple[str, ...]] = {}
    for row in read_jsonl(folder / "intent_train.jsonl", _IntentRow):
        source, head = row.src, row.head
        if source != AIRLINE and head in HEAD_OF and (source, head) not in NOT_OURS:
            found.setdefault((row.text, source), {})[HEAD_OF[head]] = row.y
            if source == COMPLAINTS and row.domain not in TO_NO_BRAND:
                possible[row.text] = ("negative",) if row.y else ("neutral", "positive")
    for (text, source), heads in found.items():
        yield CorpusRow(
            text,
            source,
            assign_fold(text),
            heads=heads,
            possible_sentiments=possible.get(text, ()) if source == COMPLAINTS else (),
        )


def _read_auxiliary(folder: Path) -> Iterator[CorpusRow]:
    for head in ("irony", "offensive"):
        for row in read_jsonl(folder / f"{head}_train.jsonl", _AuxiliaryRow):
            yield CorpusRow(row.text, head, assign_fold(row.text), heads={head: float(row.label == head)})
    for felt in read_jsonl(folder / "emotion_train.jsonl", _EmotionRow):
        heads = {one: float(one == felt.label) for one in TONE}
        yield CorpusRow(felt.text, "emotion", assign_fold(felt.text), heads=heads, possible_sentiments=TONE[felt.label])


def read_jsonl(path: Path, model: type[Shape]) -> Iterator[Shape]:
    """Raises Broken, which names the line; OSError where there is no such file."""
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):  # noqa: B007  (said below)
                if line.strip():
                    yield model.model_validate_json(line)
    except UnicodeDecodeError:
        raise CorpusError(f"{path}: is not UTF-8; fetch the set again.") from None
    except ValidationError as no:
        first = no.errors(include_url=False, include_input=False, include_context=False)[0]
        at = ".".join(map(str, first["loc"])) or "the line"
        raise CorpusError(f"{path}: line {number}: {at}: {first['msg']}; fetch the set again.") from None
    if not number:
        raise CorpusError(f"{path}: is empty; fetch the set again.")


def assign_fold(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4], "big") % FOLDS
