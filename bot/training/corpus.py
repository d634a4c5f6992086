"""Read the labelled sets as one corpus: which set has labels for which head."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, RootModel, ValidationError

from bot.cards.sanitize import sanitize_line
from bot.training.held_out import is_held_out

SENTIMENTS = ("negative", "neutral", "positive")
INTENTS = ("complaint", "praise", "question", "need", "purchase")
DISASTER, CRISIS = "disaster", "crisis"
"""A head that the crisis detector reads beside its rules, and what its sets call it."""
ADVICE = "advice"
"""What Tweet Acts calls a suggestion: advice to anybody. A need is more than that, so it has a head of its own."""
HEADS = (*INTENTS, DISASTER, ADVICE)
"""The network knows the intents only, the regression all."""
HEAD_OF = {
    "complaint": "complaint",
    "praise": "praise",
    "question": "question",
    "suggestion": "need",
    "feature_request": "need",
    "purchase_intent": "purchase",
}
"""Our head for each head of the sets."""
ADVICE_OF = ("tweetacts", "suggestion")
AUXILIARY = ("irony", "offensive", "anger", "joy", "optimism", "sadness")
"""Auxiliary heads that teach the network tone; they are not used at run time."""
OF_NETWORK = (*INTENTS, *AUXILIARY)
EVERY_HEAD = (*OF_NETWORK, DISASTER, ADVICE)
TONE = {"anger": ("negative",), "sadness": ("negative",), "joy": ("positive",), "optimism": ("neutral", "positive")}
"""The sentiments that an emotion allows."""
COMPLAINTS = "complaints19"
TO_NO_BRAND = frozenset({"random_tweet", "random_reply"})
"""Parts of it that do not address a brand."""
AIRLINE, POOL = "airline", "pool"
EVENTS = ("crisislexT26", "crisislexT6")
"""Sets about a few disasters, whose names must not be learned: they add no words to the vocabulary."""
CHOICE, REPORT = "choice", "report"
VALIDATION = tuple(f"{name}-{part}" for name in ("semeval", "tse") for part in (CHOICE, REPORT))
"""Sources that no training sees. The model is chosen on one half of their posts, its figures are those of the other."""
FOLDS = 100
MAX_ID_SHOWN = 60
SOFT_LABELS = "pool_soft.jsonl"
"""A soft label for each line of `pool.jsonl`. Without this file they are left out."""


class CorpusError(Exception):
    """A set cannot be learned from; the message says where and why."""


class CorpusRow(NamedTuple):
    text: str
    source: str
    fold: int
    """0 to 99, from the author if there is one, else from the text."""
    sentiment: str = ""
    heads: dict[str, float] = {}  # noqa: RUF012  (never written to)
    possible_sentiments: tuple[str, ...] = ()
    """The sentiments that its label allows, if it allows several."""
    soft_label: tuple[float, ...] = ()
    """How likely each sentiment is, as a larger model said."""


class TrainingCorpus(NamedTuple):
    texts: list[str]
    source: NDArray[np.str_]
    fold: NDArray[np.int64]
    sentiment: NDArray[np.int8]
    """-1 for unlabelled posts."""
    possible_sentiments: NDArray[np.float32]
    """For each post and sentiment 1 if the label allows it, else 0, or the shares of a soft label; 0 if unlabelled."""
    heads: NDArray[np.float32]
    """A column for each of EVERY_HEAD; NaN for unlabelled posts."""

    def select_sources(self, *sources: str) -> NDArray[np.bool_]:
        return np.isin(self.source, sources)


def build_corpus(rows: Iterable[CorpusRow]) -> TrainingCorpus:
    rows = list(rows)
    heads = np.full((len(rows), len(EVERY_HEAD)), np.nan, np.float32)
    possible = np.zeros((len(rows), len(SENTIMENTS)), np.float32)
    for number, row in enumerate(rows):
        for head, held in row.heads.items():
            heads[number, EVERY_HEAD.index(head)] = held
        for one in row.possible_sentiments or (row.sentiment,) * bool(row.sentiment):
            possible[number, SENTIMENTS.index(one)] = 1
        if row.soft_label:
            possible[number] = np.array(row.soft_label) / sum(row.soft_label)
    sentiments = [SENTIMENTS.index(row.sentiment) if row.sentiment else -1 for row in rows]
    return TrainingCorpus(
        [row.text for row in rows],
        np.array([row.source for row in rows]),
        np.array([row.fold for row in rows]),
        np.array(sentiments, np.int8),
        possible,
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
    event: str | None = None


class _SoftLabel(RootModel[tuple[float, float, float] | tuple[()]]):
    pass


_NO_SOFT_LABEL = _SoftLabel(())


class _AuxiliaryRow(_TextRow):
    label: str


class _EmotionRow(_TextRow):
    label: Literal["anger", "joy", "optimism", "sadness"]


def read_shared_sets(folder: Path) -> Iterator[CorpusRow]:
    """Yield all rows for training and validation, always in the same order. Raise `CorpusError`, OSError."""
    for name, source in (
        ("sentiment_train", "semeval"),
        ("sentiment_val", "semeval"),
        ("tse_train", "tse"),
        ("reddit_goemotions_train", "reddit"),
    ):
        for row in read_jsonl(folder / f"{name}.jsonl", _SentimentRow):
            fold = assign_fold(row.text)
            unseen = name == "sentiment_val" or (source == "tse" and is_held_out(row.text))
            part = f"-{REPORT if fold % 2 else CHOICE}" if unseen else ""
            yield CorpusRow(row.text, f"{source}{part}", fold, row.label)
    yield from _read_airline(folder)
    yield from _read_intents(folder)
    yield from _read_pool(folder)
    yield from _read_auxiliary(folder)
    yield from _read_events(folder)


def _read_pool(folder: Path) -> Iterator[CorpusRow]:
    """Yield posts without labels, each with its soft label if there are any."""
    path = folder / SOFT_LABELS
    labels = iter(read_jsonl(path, _SoftLabel)) if path.exists() else repeat(_NO_SOFT_LABEL)
    for post in read_jsonl(folder / "pool.jsonl", _TextRow):
        label = next(labels, None)
        if label is None:
            raise CorpusError(f"{path}: has fewer lines than pool.jsonl. Fetch both sets again.")
        yield CorpusRow(post.text, POOL, assign_fold(post.text), soft_label=label.root)


def _read_airline(folder: Path) -> Iterator[CorpusRow]:
    """Yield posts that count as complaint if negative, and as praise if positive: so the set was made."""
    golden = folder / "replay_airline_gold.jsonl"
    gold = {row.id: row.sentiment for row in read_jsonl(golden, _GoldRow)}
    for row in read_jsonl(folder / "replay_airline.jsonl", _MentionRow):
        label = gold.get(row.id)
        if label is None:
            raise CorpusError(f"{golden}: has no label for {sanitize_line(row.id, MAX_ID_SHOWN)}. Fetch the set again.")
        heads = {"complaint": float(label == "negative"), "praise": float(label == "positive")}
        yield CorpusRow(row.text, AIRLINE, assign_fold(row.author.id), label, heads)


def _read_intents(folder: Path) -> Iterator[CorpusRow]:
    """Yield intents: a complaint to a brand is negative, and another post to a brand is not."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    possible: dict[str, tuple[str, ...]] = {}
    for row in read_jsonl(folder / "intent_train.jsonl", _IntentRow):
        source, head = row.src, row.head
        if source != AIRLINE and head in HEAD_OF:
            ours = ADVICE if (source, head) == ADVICE_OF else HEAD_OF[head]
            found.setdefault((row.text, source), {})[ours] = row.y
            if source == COMPLAINTS and row.domain not in TO_NO_BRAND:
                possible[row.text] = ("negative",) if row.y else ("neutral", "positive")
    for (text, source), heads in found.items():
        sentiments = possible.get(text, ()) if source == COMPLAINTS else ()
        yield CorpusRow(text, source, assign_fold(text), heads=heads, possible_sentiments=sentiments)


def _read_auxiliary(folder: Path) -> Iterator[CorpusRow]:
    for head in ("irony", "offensive"):
        for row in read_jsonl(folder / f"{head}_train.jsonl", _AuxiliaryRow):
            yield CorpusRow(row.text, head, assign_fold(row.text), heads={head: float(row.label == head)})
    for emotion in read_jsonl(folder / "emotion_train.jsonl", _EmotionRow):
        heads = {one: float(one == emotion.label) for one in TONE}
        yield CorpusRow(
            emotion.text, "emotion", assign_fold(emotion.text), heads=heads, possible_sentiments=TONE[emotion.label]
        )


def _read_events(folder: Path) -> Iterator[CorpusRow]:
    """Yield posts about disasters, and others of the same days. All posts about one event are in one fold."""
    for row in read_jsonl(folder / "intent_train.jsonl", _IntentRow):
        if row.src in EVENTS and row.head == CRISIS:
            yield CorpusRow(row.text, row.src, assign_fold(row.event or row.text), heads={DISASTER: row.y})


def read_jsonl(path: Path, model: type[Shape]) -> Iterator[Shape]:
    """Yield validated rows. Raise `CorpusError`, which names the line, or OSError."""
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):  # noqa: B007  (used below)
                if line.strip():
                    yield model.model_validate_json(line)
    except UnicodeDecodeError:
        raise CorpusError(f"{path}: is not UTF-8. Fetch the set again.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        at = ".".join(map(str, first["loc"])) or "the line"
        raise CorpusError(f"{path}: line {number}: {at}: {first['msg']}. Fetch the set again.") from None
    if not number:
        raise CorpusError(f"{path}: is empty. Fetch the set again.")


def assign_fold(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4], "big") % FOLDS
