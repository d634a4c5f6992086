"""The model at work: a batch of posts in, the log-odds of all heads out, and what each word had to do with it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.memory import END, Numbered, bare, marks_of
from bot.detectors.model.net import added, answer, net
from bot.detectors.model.posts import (
    COLUMN,
    LEXICONS,
    MARKS,
    OF_LEXICON,
    Flags,
    Floats,
    Posts,
    denied,
    dense,
    laid,
    meant,
)
from bot.detectors.model.said import Said, capitals, phrases
from bot.detectors.model.weights import Weights
from bot.detectors.model.words import (
    SALT_DENIED,
    SALT_WORD,
    Hashes,
    Runs,
    mixed,
    pair_hashes,
    rows_of,
    runs_of,
    word_keys,
)

Kind = TypeVar("Kind", bound=np.generic)
CLASSES = 3
"""Negative, neutral, positive: the first of the heads."""
MOST = 30_000
"""Words remembered at a time, some 30 MB with what is known of them; then all are forgotten and learned again."""
ROOM = 4_096
"""Words for which there is room at first."""
DENIED_PAIR = np.uint64(3), np.uint64(7)
CLIPPED = 8.0
"""Standard deviations from the mean beyond which a number of the surface says no more."""
SHORTEST = np.float32(1e-3)
"""Beside the square of a post's length, so that a post without a known word is nothing, and no division by nothing."""
ROUNDED = 6
"""Digits of log-odds: a post alone and the same post in a batch are summed in another order."""


def pair_keys(keys: NDArray[np.uint64], scope: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """A denied word makes other pairs than the same word by itself."""
    times, plus = DENIED_PAIR
    return np.where(scope, keys * times + plus, keys)


def spelt(word: str) -> bool:
    """Whether runs of its letters are looked at: not those of punctuation, emoji and handles."""
    return word[0].isalnum() or word[0] == "#"


class Block(NamedTuple):
    """Known features of one kind: sorted hashes, what each weighs for each head, and how rare it is."""

    hashes: Hashes
    weights: NDArray[Any]
    rarity: Floats
    scale: Floats

    def find(self, hashes: Hashes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Which of these hashes are known, and their rows."""
        return rows_of(self.hashes, hashes)

    def worth(self, rows: NDArray[np.intp]) -> Floats:
        """Log-odds for each head and the square of the length, in the last column."""
        rarity = self.rarity[rows][:, None]
        return np.concatenate([self.weights[rows] * (self.scale * rarity), rarity * rarity], axis=1)


class Heard(NamedTuple):
    """Of a batch: log-odds of each post and head, and what each of its words added to them."""

    logits: NDArray[np.float64]
    posts: Posts
    words: Callable[[], Floats]
    """A row for each word of the batch, in the order of `posts`: what it added to each intent, and to each sentiment
    beyond what it added to all three. Worked out only where somebody asks."""


class Model:
    def __init__(self, weights: Weights) -> None:
        arrays = weights.arrays
        self.about = weights.about
        self.heads: tuple[str, ...] = tuple(weights.about["heads"])
        self._word, self._pair, self._run = (_block(arrays, name) for name in ("word", "pair", "run"))
        self._dense = arrays["dense_weights"].astype(np.float64)
        self._mean, self._spread = arrays["dense_mean"], arrays["dense_spread"]
        self._start = arrays["start"]
        self._tone = slice(0, len(LEXICONS) * len(OF_LEXICON))
        silent = np.clip(-self._mean / self._spread, -CLIPPED, CLIPPED)[self._tone]
        self._silent = silent @ self._dense[self._tone]
        self._lexicon = arrays["lexicon_words"], arrays["lexicon_valences"].astype(np.float32) / 30
        self._worth, self._runs = np.empty((0, 0), np.float32), np.empty((0, 0), np.float32)
        self._net = net(arrays)
        self._seen = np.empty((0, 0), np.float16)
        self._keys = np.empty(0, np.uint64)
        self._valences, self._marks = np.empty((0, 0), np.float32), np.empty((0, 0), np.bool_)
        self._forget()

    def hear(self, batch: Sequence[Said]) -> Heard:
        if len(self._numbers) > MOST:
            self._forget()
        number = self._numbers.__getitem__
        posts = laid([list(map(number, said.words)) for said in batch], [capitals(said.tokens) for said in batch], 0)
        if len(self._numbers.plain) > self._learned:
            self._learn()
        marks = self._marks[posts.ids]
        scope = denied(posts, marks)
        valences = meant(self._valences[posts.ids], marks, scope)
        surface = np.concatenate([dense(posts, marks, valences), [phrases(said) for said in batch]], axis=1)
        measured = np.clip((surface - self._mean) / self._spread, -CLIPPED, CLIPPED)
        scope &= marks[:, COLUMN["word"]]
        words, runs = self._worths(posts, scope)
        told = answer(self._net, self._seen[posts.ids].astype(np.float32), posts)
        logits = self._sum(words, posts) + self._sum(runs, posts) + measured @ self._dense + self._start
        logits[:, :CLASSES] += told.logits

        def by_word() -> Floats:
            each = self._each(words, posts) + self._each(runs, posts) + self._by_tone(posts, measured, valences)
            each[:, :CLASSES] += added(self._net, told, posts)
            each[:, :CLASSES] -= each[:, :CLASSES].mean(axis=1, keepdims=True)
            return each

        return Heard(np.round(logits, ROUNDED), posts, cache(by_word))

    def _worths(self, posts: Posts, scope: Flags) -> tuple[Floats, Floats]:
        """Of each place: what the word and the pair that it ends weigh, and what its runs of letters weigh."""
        words = self._worth[2 * posts.ids + scope]
        keys = pair_keys(self._keys[posts.ids], scope)
        known, rows = self._pair.find(pair_hashes(np.concatenate([self._keys[:1], keys[:-1]]), keys))
        words[known] += self._pair.worth(rows)
        return words, self._runs[posts.ids]

    @staticmethod
    def _sum(worth: Floats, posts: Posts) -> Floats:
        """Of each post. The last column is the square of its length, by which the rest is divided."""
        total = np.add.reduceat(worth, posts.starts)
        summed = total[:, :-1] / np.sqrt(total[:, -1:] + SHORTEST)
        return summed.astype(np.float32)

    @staticmethod
    def _each(worth: Floats, posts: Posts) -> Floats:
        lengths = np.add.reduceat(worth[:, -1:], posts.starts)
        share = worth[:, :-1] / np.sqrt(lengths + SHORTEST)[posts.owner]
        return share.astype(np.float32)

    def _by_tone(self, posts: Posts, measured: NDArray[np.float64], valences: Floats) -> Floats:
        """What the lexicons added, beyond what a post without a word of theirs gets, shared out among their words."""
        strength = np.abs(valences)
        total = np.add.reduceat(strength, posts.starts)
        added = measured[:, self._tone] @ self._dense[self._tone] - self._silent
        share = strength.sum(axis=1) / np.maximum(total.sum(axis=1), 1e-6)[posts.owner]
        shared: Floats = (added[posts.owner] * share[:, None]).astype(np.float32)
        return shared

    def _forget(self) -> None:
        self._numbers = Numbered()
        self._learned = 0
        self._room(ROOM)

    def _room(self, size: int) -> None:
        """Rows for so many words; those that are known keep theirs."""
        known, width = self._learned, len(self.heads) + 1
        self._worth = _longer(self._worth, 2 * known, (2 * size, width))
        self._runs = _longer(self._runs, known, (size, width))
        self._seen = _longer(self._seen, known, (size, self._net.width))
        self._keys = _longer(self._keys, known, (size,))
        self._valences = _longer(self._valences, known, (size, len(LEXICONS)))
        self._marks = _longer(self._marks, known, (size, len(MARKS)))

    def _learn(self) -> None:
        """What is to be known of the words that are new, for all of them at once."""
        start, end = self._learned, len(self._numbers.plain)
        if end > self._keys.size:
            self._room(2 * end)
        new = self._numbers.plain[start:end]
        keys = self._keys[start:end] = word_keys(new)
        self._worth[2 * start : 2 * end] = self._by_word(new, keys)
        runs = self._spelt(new)
        self._runs[start:end] = self._by_runs(runs, len(new))
        self._seen[start:end] = self._net.seen(mixed(keys, SALT_WORD), runs)
        if start == 0:
            self._seen[0] = self._net.seen_at_end()
        self._valences[start:end] = self._by_lexicon(new)
        self._marks[start:end] = marks_of(new)
        self._learned = end

    def _by_word(self, words: Sequence[str], keys: NDArray[np.uint64]) -> Floats:
        """Two rows for each word: as it is, and denied."""
        worth = np.zeros((2 * len(words), len(self.heads) + 1), np.float32)
        for which, salt in enumerate((SALT_WORD, SALT_DENIED)):
            known, rows = self._word.find(mixed(keys, salt))
            worth[2 * known + which] = self._word.worth(rows)
        if words[0] == END:
            worth[:2] = 0
        return worth

    @staticmethod
    def _spelt(words: Sequence[str]) -> Runs:
        places = np.array([place for place, word in enumerate(words) if spelt(word)], np.intp)
        if not places.size:
            return Runs(np.empty(0, np.uint32), places)
        runs = runs_of([words[place] for place in places])
        return Runs(runs.hashes, places[runs.of])

    def _by_runs(self, runs: Runs, words: int) -> Floats:
        worth = np.zeros((words, len(self.heads) + 1), np.float32)
        known, rows = self._run.find(runs.hashes)
        if known.size:
            of = runs.of[known]
            first = np.flatnonzero(np.diff(of, prepend=-1))
            worth[of[first]] = np.add.reduceat(self._run.worth(rows), first)
        return worth

    def _by_lexicon(self, words: Sequence[str]) -> Floats:
        hashes, valences = self._lexicon
        asked = mixed(word_keys([bare(word) for word in words]), SALT_WORD)
        found = np.zeros((len(words), valences.shape[1]), np.float32)
        known, rows = rows_of(hashes, asked)
        found[known] = valences[rows]
        return found


def _longer(old: NDArray[Kind], known: int, shape: tuple[int, ...]) -> NDArray[Kind]:
    new = np.zeros(shape, old.dtype)
    if known:
        new[:known] = old[:known]
    return new


def _block(arrays: Any, name: str) -> Block:
    return Block(
        arrays[f"{name}_hashes"],
        arrays[f"{name}_weights"],
        arrays[f"{name}_rarity"].astype(np.float32),
        arrays[f"{name}_scale"],
    )
