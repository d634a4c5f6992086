"""Train the weights by which spam is scored: `earshot train --from DIR --spam`. The same rows give the same file."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from scipy import sparse
from scipy.optimize import minimize

from bot.detectors.spam import INTERCEPT
from bot.detectors.spam_features import SpamText, extract_spam_features
from bot.detectors.text.denials import rewrite_denials
from bot.detectors.text.deobfuscate import fold_homoglyphs
from bot.detectors.text.spam_words import SHAPE
from bot.detectors.text.tokenizer import count_invisible_letters, normalize, tokenize
from bot.detectors.text.word_flags import flag_words
from bot.training.corpus import FOLDS, assign_fold, read_jsonl, read_shared_sets
from bot.training.spam_examples import SpamExamples, load_spam_lines

Report = Callable[[str], None]

EXAMPLES = 1_500
BODY_LENGTH = range(25, 140)
MIN_POSTS, MIN_SPAM = 4, 2
"""Posts that must contain a feature for it to be learned; and how many of them must be spam if it is a pair."""
RIDGE, SHAPE_RIDGE, ROUNDS = 1e-5, 1e-6, 150
WEIGHTS = {"youtube": 3.0, "sms": 0.5, "lines": 4.0, "genuine": 5.0, "examples": 0.5, "pool": 0.5, "iphonex18": 0.3}
"""How much a post of a set counts, if not 1: invented posts are few, text messages are no posts, and the pool has
unlabelled spam in it."""
SHARES = {"semeval": 15, "tse": 30, "reddit": 25, "pool": 12, "crisislexT26": 20, "crisislexT6": 20, "compsent19": 50}
"""Percent of a large set that are read."""
LEFT_OUT = frozenset({"semeval-choice", "semeval-report", "irony", "offensive", "emotion"})
ROUNDED_AWAY = 0.045
"""Weights below which a feature is dropped."""


class SpamRow(NamedTuple):
    text: str
    is_spam: bool
    source: str


class _LabelledRow(BaseModel):
    text: str
    src: str
    head: str
    y: float


class _ConversationRow(BaseModel):
    text: str


def read_spam_rows(folder: Path) -> list[SpamRow]:
    """Read labelled spam, and ordinary posts as what is none. Raise `CorpusError`, OSError."""
    rows: dict[str, SpamRow] = {}
    for one in _read_labelled_rows(folder):
        rows.setdefault(one.text, one)
    for row in read_shared_sets(folder):
        source = row.source.partition("-")[0]  # a tweet held out for sentiment is an ordinary post here
        if row.source not in LEFT_OUT and _is_selected(row.text, source):
            rows.setdefault(row.text, SpamRow(row.text, is_spam=False, source=source))
    lines = load_spam_lines()
    for text in lines["spam"]:
        rows[text] = SpamRow(text, is_spam=True, source="lines")
    for text in lines["genuine"]:
        rows[text] = SpamRow(text, is_spam=False, source="genuine")
    bodies = sorted(text for text, row in rows.items() if row.source == "reddit" and len(text) in BODY_LENGTH)
    for text in SpamExamples(bodies).make_examples(EXAMPLES if bodies else 0):
        rows.setdefault(text, SpamRow(text, is_spam=True, source="examples"))
    return list(rows.values())


def _read_labelled_rows(folder: Path) -> Iterator[SpamRow]:
    labelled = list(read_jsonl(folder / "intent_train.jsonl", _LabelledRow))
    for row in labelled:
        if row.head == "spam":
            yield SpamRow(row.text, is_spam=row.y > 0, source=row.src)
    for row in labelled:
        if row.head != "spam" and _is_selected(row.text, row.src):
            yield SpamRow(row.text, is_spam=False, source=row.src)
    for post in read_jsonl(folder / "replay_brand_conversations.jsonl", _ConversationRow):
        yield SpamRow(post.text, is_spam=False, source="conversations")


def _is_selected(text: str, source: str) -> bool:
    return assign_fold(text) < SHARES.get(source, FOLDS)


def train_spam_weights(rows: Sequence[SpamRow], report: Report) -> str:
    """Return the content of the weight file."""
    report(f"learning spam from {len(rows):,} posts, {sum(row.is_spam for row in rows):,} of them spam")
    found = [extract_features(row.text) for row in rows]
    names = _select_features(rows, found)
    matrix = _build_matrix(found, {name: column for column, name in enumerate(names)})
    ridge = np.array([SHAPE_RIDGE if name.startswith(SHAPE) else RIDGE for name in names] + [0.0])
    targets = np.array([float(row.is_spam) for row in rows])
    shares = np.array([WEIGHTS.get(row.source, 1.0) for row in rows])
    weights = _fit_logistic(matrix, targets, shares / shares.sum(), ridge)
    kept = [(name, weight) for name, weight in zip(names, weights[:-1], strict=True) if abs(weight) >= ROUNDED_AWAY]
    return "".join(f"{weight:.2f}\t{name}\n" for name, weight in [(INTERCEPT, weights[-1]), *kept])


def extract_features(text: str) -> set[str]:
    """Read a post as the detector does, but for the names of subjects."""
    plain = normalize(fold_homoglyphs(text))
    tokens = tokenize(plain)
    tokens, words, _ = rewrite_denials(tokens, [token.lower() for token in tokens])
    return extract_spam_features(SpamText(plain, tokens, flag_words(words), count_invisible_letters(text)))


def _select_features(rows: Sequence[SpamRow], found: Sequence[set[str]]) -> list[str]:
    posts, spam = Counter[str](), Counter[str]()
    for row, features in zip(rows, found, strict=True):
        posts.update(features)
        if row.is_spam:
            spam.update(features)
    return sorted(
        name
        for name, count in posts.items()
        if name.startswith(SHAPE) or (count >= MIN_POSTS and (" " not in name or spam[name] >= MIN_SPAM))
    )


def _build_matrix(found: Sequence[set[str]], columns: dict[str, int]) -> sparse.csr_matrix:
    places, ends = list[int](), [0]
    for features in found:
        places += sorted(columns[name] for name in features if name in columns)
        ends.append(len(places))
    ones = np.ones(len(places), np.float32)
    return sparse.csr_matrix((ones, places, ends), shape=(len(found), len(columns)))


def _fit_logistic(
    matrix: sparse.csr_matrix, targets: NDArray[np.float64], shares: NDArray[np.float64], ridge: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a weight for each column, and the intercept. `shares`: how much each post counts; their sum is one."""
    transposed = matrix.T.tocsr()

    def compute_loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = matrix @ weights[:-1] + weights[-1]
        errors = shares * (1 / (1 + np.exp(-logits)) - targets)
        loss = (shares * (np.logaddexp(0, logits) - targets * logits)).sum() + 0.5 * (ridge * weights**2).sum()
        return float(loss), np.append(transposed @ errors, errors.sum()) + ridge * weights

    start = np.zeros(matrix.shape[1] + 1)
    options = {"maxiter": ROUNDS}
    weights: NDArray[np.float64] = minimize(compute_loss, start, jac=True, method="L-BFGS-B", options=options).x
    return weights
