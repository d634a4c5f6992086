"""The model at work: a batch of posts in, the log-odds of all heads out, and what each word had to do with it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.memory import Numbered, bare
from bot.detectors.model.net import added, answer, net
from bot.detectors.model.posts import Floats, Posts, laid
from bot.detectors.model.said import Said, phrases
from bot.detectors.model.surface import END, LEXICONS, OF_LEXICON, Mark, Surface, mark_of, surface
from bot.detectors.model.weights import Weights
from bot.detectors.model.words import (
    SALT_DENIED,
    SALT_WORD,
    Hashes,
    Runs,
    half_pairs,
    mixed,
    paired,
    rows_of,
    runs_of,
    word_keys,
)

Kind = TypeVar("Kind", bound=np.generic)
CLASSES = 3
"""Negative, neutral, positive: the first of the heads."""
MOST = 20_000
"""Words remembered at a time, some 25 MB with what is known of them; then all are forgotten and learned again."""
ROOM = 4_096
"""Words for which there is room at first."""
CLIPPED = 8.0
"""Standard deviations from the mean beyond which a number of the surface says no more."""
SHORTEST = np.float32(1e-3)
"""Beside the square of a post's length, so that a post without a known word is nothing, and no division by nothing."""
ROUNDED = 6
"""Digits of log-odds: a post alone and the same post in a batch are summed in another order."""


def rows(ids: Sequence[int], denied: Sequence[int], marks: Sequence[Mark | None]) -> list[int]:
    """Of each word its row: what is denied and is a word has one of its own."""
    found = [2 * number for number in ids]
    for place in denied:
        mark = marks[ids[place]]
        found[place] += mark is None or mark.word
    return found


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
        self._by_pair = self._pair.worth(np.arange(self._pair.hashes.size))  # 3 MB, as each post asks for some
        self._dense = arrays["dense_weights"].astype(np.float64)
        self._mean, self._spread = (arrays[f"dense_{part}"].astype(np.float64) for part in ("mean", "spread"))
        self._start = arrays["start"]
        self._tone = slice(0, len(LEXICONS) * len(OF_LEXICON))
        silent = np.clip(-self._mean / self._spread, -CLIPPED, CLIPPED)[self._tone]
        self._silent = silent @ self._dense[self._tone]
        self._lexicon = arrays["lexicon_words"], arrays["lexicon_valences"].astype(np.float32) / 30
        self._net = net(arrays)
        self._worth, self._seen = np.empty((0, 0), np.float32), np.empty((0, 0), np.float32)
        self._halves = np.empty((0, 0), np.uint64)
        self._forget()

    def hear(self, batch: Sequence[Said]) -> Heard:
        if len(self._numbers) > MOST:
            self._forget()
        number = self._numbers.__getitem__
        ids = [list(map(number, said.words)) for said in batch]
        if len(self._numbers.plain) > len(self._marks):
            self._learn()
        marks = self._marks
        surfaces = [surface(one, marks, said.capitals) for one, said in zip(ids, batch, strict=True)]
        posts = laid([rows(one, told.denied, marks) for one, told in zip(ids, surfaces, strict=True)], 0)
        numbers = np.array([(*told.dense, *phrases(said)) for told, said in zip(surfaces, batch, strict=True)])
        numbers -= self._mean
        numbers /= self._spread
        measured = np.minimum(np.maximum(numbers, -CLIPPED, out=numbers), CLIPPED, out=numbers)
        worth = self._worths(posts)
        roots, by_spelling = self._sums(worth, posts)
        told = answer(self._net, self._seen.take(posts.ids, axis=0), posts)
        logits = by_spelling + measured @ self._dense + self._start
        logits[:, : told.logits.shape[1]] += told.logits

        def by_word() -> Floats:
            each = self._each(worth, roots, posts)
            self._add_tone(each, surfaces, measured, posts)
            each[:, : told.logits.shape[1]] += added(self._net, told, posts)
            each[:, :CLASSES] -= np.add.reduce(each[:, :CLASSES], axis=1, keepdims=True) / np.float32(CLASSES)
            return each

        return Heard(logits.round(ROUNDED), posts, cache(by_word))

    def _worths(self, posts: Posts) -> Floats:
        """Of each place: what the word and the pair that it ends weigh, then what its runs of letters weigh."""
        worth = self._worth.take(posts.rows, axis=0)
        known, rows = self._pair.find(paired(self._halves.take(posts.rows, axis=0), self._halves[0]))
        worth[known, : len(self.heads) + 1] += self._by_pair.take(rows, axis=0)
        return worth

    def _sums(self, worth: Floats, posts: Posts) -> tuple[Floats, NDArray[Any]]:
        """Of each post: of words and of runs the root of the length, by which each sum is divided, and both sums."""
        heads = len(self.heads)
        total = np.add.reduceat(worth, posts.starts)
        roots = np.sqrt(total[:, heads :: heads + 1] + SHORTEST)
        return roots, total[:, :heads] / roots[:, :1] + total[:, heads + 1 : -1] / roots[:, 1:]

    def _each(self, worth: Floats, roots: Floats, posts: Posts) -> Floats:
        heads = len(self.heads)
        share: Floats = np.reciprocal(roots).repeat(posts.lengths, axis=0)
        each: Floats = worth[:, :heads] * share[:, :1] + worth[:, heads + 1 : -1] * share[:, 1:]
        return each

    def _add_tone(self, each: Floats, surfaces: Sequence[Surface], measured: NDArray[np.float64], posts: Posts) -> None:
        """What the lexicons added, beyond what a post without a word of theirs gets, shared out among their words."""
        places: list[int] = []
        owners: list[int] = []
        shares: list[float] = []
        for post, (start, said) in enumerate(zip(posts.starts.tolist(), surfaces, strict=True)):
            if said.strength:
                total = max(1e-6, sum([strength for _, strength in said.strength]))
                places += [start + place for place, _ in said.strength]
                owners += [post] * len(said.strength)
                shares += [strength / total for _, strength in said.strength]
        if places:
            told = measured[:, self._tone] @ self._dense[self._tone] - self._silent
            each[places] += told[owners] * np.array(shares)[:, None]

    def _forget(self) -> None:
        self._numbers = Numbered()
        self._marks: list[Mark | None] = []
        self._room(ROOM)

    def _room(self, size: int) -> None:
        """Rows for so many words, two for each: as it is, and denied. Those that are known keep theirs."""
        known = len(self._marks)
        self._worth = _longer(self._worth, 2 * known, (2 * size, 2 * len(self.heads) + 2))
        self._halves = _longer(self._halves, 2 * known, (2 * size, 2))
        self._seen = _longer(self._seen, known, (size, self._net.width))

    def _learn(self) -> None:
        """What is to be known of the words that are new, for all of them at once."""
        start, end = len(self._marks), len(self._numbers.plain)
        if 2 * end > len(self._halves):
            self._room(2 * end)
        new = self._numbers.plain[start:end]
        keys = word_keys(new)
        here = slice(2 * start, 2 * end)
        self._halves[here] = half_pairs(keys)
        runs = self._spelt(new)
        split = len(self.heads) + 1
        self._worth[here, :split] = self._by_word(new, keys)
        self._worth[here, split:] = self._by_runs(runs, len(new)).repeat(2, axis=0)
        self._seen[start:end] = self._net.seen(mixed(keys, SALT_WORD), runs)
        if start == 0:
            self._seen[0] = self._net.seen_at_end()
        self._marks += map(mark_of, new, self._by_lexicon(new).tolist())

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
