"""The words met so far, and all that can be known of a word wherever it stands: found out once, for many at a time."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.blocks import Block
from bot.detectors.model.marks import END, Marks
from bot.detectors.model.memory import Numbered, bare
from bot.detectors.model.net import Net, Seen
from bot.detectors.model.posts import Floats
from bot.detectors.model.words import (
    SALT_DENIED,
    SALT_WORD,
    Hashes,
    Runs,
    half_pairs,
    mixed,
    rows_of,
    runs_of,
    word_keys,
)

Kind = TypeVar("Kind", bound=np.generic)
MOST = 20_000
"""Words remembered at a time, some 25 MB with what is known of them; then all are forgotten and learned again."""
ROOM = 4_096
"""Words for which there is room at first."""


def spelt(word: str) -> bool:
    """Whether runs of its letters are looked at: not those of punctuation, emoji and handles."""
    return word[0].isalnum() or word[0] == "#"


class Lexicon:
    """Valences of words in two lexicons, by sorted hash."""

    def __init__(self, hashes: Hashes, valences: Floats) -> None:
        self._hashes, self._valences = hashes, valences

    def of(self, words: Sequence[str]) -> Floats:
        asked = mixed(word_keys([bare(word) for word in words]), SALT_WORD)
        found = np.zeros((len(words), self._valences.shape[1]), np.float32)
        known, rows = rows_of(self._hashes, asked)
        found[known] = self._valences[rows]
        return found


class Vocabulary:
    """Tables with two rows for each word, as it is and denied, or with one where that is no matter."""

    def __init__(self, word: Block, run: Block, net: Net, lexicon: Lexicon) -> None:
        self._word, self._run, self._net, self._lexicon = word, run, net, lexicon
        nothing = np.empty((0, 0), np.float32)
        self.worth, self.seen = nothing, Seen(nothing, nothing, nothing)
        """What the word weighs and then its runs of letters; what the net's filters make of it."""
        self.begins, self.ends = np.empty(0, np.uint64), np.empty(0, np.uint64)
        """Half of the hash of a pair that it begins, or ends."""
        self._forget()

    def numbers(self, batch: Sequence[Sequence[str]]) -> list[list[int]]:
        """Of each post the numbers of its words; all of them are known afterwards."""
        if len(self._numbers) > MOST:
            self._forget()
        number = self._numbers.__getitem__
        found = [list(map(number, words)) for words in batch]
        if len(self._numbers.plain) > len(self.marks):
            self._learn()
        return found

    def _forget(self) -> None:
        self._numbers = Numbered()
        self.marks = Marks()
        self._room(ROOM)

    def _room(self, size: int) -> None:
        """Rows for so many words. Those that are known keep theirs."""
        known, columns = len(self.marks), self._word.columns + self._run.columns
        self.worth = _longer(self.worth, 2 * known, (2 * size, columns))
        self.begins, self.ends = (_longer(half, 2 * known, (2 * size,)) for half in (self.begins, self.ends))
        self.seen = Seen(*(_longer(one, known, (size, self._net.start.size)) for one in self.seen))

    def _learn(self) -> None:
        """What is to be known of the words that are new, for all of them at once."""
        start, end = len(self.marks), len(self._numbers.plain)
        if 2 * end > len(self.worth):
            self._room(2 * end)
        new = self._numbers.plain[start:end]
        keys, runs = word_keys(new), _spelt(new)
        here = slice(2 * start, 2 * end)
        self.begins[here], self.ends[here] = half_pairs(keys)
        self.worth[here, : self._word.columns] = self._by_word(new, keys)
        self.worth[here, self._word.columns :] = self._by_runs(runs, len(new)).repeat(2, axis=0)
        for known, found in zip(self.seen, self._net.seen(mixed(keys, SALT_WORD), runs), strict=True):
            known[start:end] = found
        if start == 0:
            for known, found in zip(self.seen, self._net.seen_at_mark(), strict=True):
                known[:1] = found
        self.marks.learn(new, self._lexicon.of(new).tolist())

    def _by_word(self, words: Sequence[str], keys: NDArray[np.uint64]) -> Floats:
        worth = np.zeros((2 * len(words), self._word.columns), np.float32)
        for which, salt in enumerate((SALT_WORD, SALT_DENIED)):
            known, rows = rows_of(self._word.hashes, mixed(keys, salt))
            worth[2 * known + which] = self._word.worth(rows)
        if words[0] == END:
            worth[:2] = 0
        return worth

    def _by_runs(self, runs: Runs, words: int) -> Floats:
        worth = np.zeros((words, self._run.columns), np.float32)
        known, rows = rows_of(self._run.hashes, runs.hashes)
        if known.size:
            of = runs.of[known]
            first = np.flatnonzero(np.diff(of, prepend=-1))
            worth[of[first]] = np.add.reduceat(self._run.worth(rows), first)
        return worth


def _spelt(words: Sequence[str]) -> Runs:
    places = np.array([place for place, word in enumerate(words) if spelt(word)], np.intp)
    if not places.size:
        return Runs(np.empty(0, np.uint32), places)
    runs = runs_of([words[place] for place in places])
    return Runs(runs.hashes, places[runs.of])


def _longer(old: NDArray[Kind], known: int, shape: tuple[int, ...]) -> NDArray[Kind]:
    new = np.zeros(shape, old.dtype)
    if known:
        new[:known] = old[:known]
    return new
