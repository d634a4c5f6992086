"""The words met so far, and all that can be known of a word wherever it stands: found out once, for many at a time."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats
from bot.detectors.model.convnet import ConvActivations, ConvNet
from bot.detectors.model.hashing import (
    SALT_DENIED,
    SALT_WORD,
    Hashes,
    LetterRuns,
    compute_half_pairs,
    compute_word_keys,
    find_rows,
    hash_letter_runs,
    mix_hashes,
    normalize_word,
)
from bot.detectors.model.sparse_block import SparseBlock
from bot.detectors.model.word_kinds import END, WordKindTable

Kind = TypeVar("Kind", bound=np.generic)
MOST = 20_000
"""Words remembered at a time, some 25 MB with what is known of them; then all are forgotten and learned again."""
ROOM = 4_096
"""Words for which there is room at first."""


class WordIds(dict[str, int]):
    """From a word as written to the number of its plain form."""

    def __init__(self) -> None:
        super().__init__()
        self.plain: list[str] = []
        self._known: dict[str, int] = {}
        self[END]

    def __missing__(self, word: str) -> int:
        form = normalize_word(word)
        number = self._known.get(form)
        if number is None:
            number = self._known[form] = len(self.plain)
            self.plain.append(form)
        self[word] = number
        return number


def strip_hash(word: str) -> str:
    """A hashtag means what its word means."""
    return word[1:] if word[0] == "#" and len(word) > 1 else word


def has_letter_runs(word: str) -> bool:
    """Whether runs of its letters are looked at: not those of punctuation, emoji and handles."""
    return word[0].isalnum() or word[0] == "#"


class ValenceLexicon:
    """Valences of words in two lexicons, by sorted hash."""

    def __init__(self, hashes: Hashes, valences: Floats) -> None:
        self._hashes, self._valences = hashes, valences

    def get_valences(self, words: Sequence[str]) -> Floats:
        asked = mix_hashes(compute_word_keys([strip_hash(word) for word in words]), SALT_WORD)
        found = np.zeros((len(words), self._valences.shape[1]), np.float32)
        known, rows = find_rows(self._hashes, asked)
        found[known] = self._valences[rows]
        return found


class WordVocabulary:
    """Tables with two rows for each word, as it is and denied, or with one where that is no matter."""

    def __init__(self, word: SparseBlock, run: SparseBlock, net: ConvNet, lexicon: ValenceLexicon) -> None:
        self._word, self._run, self._net, self._lexicon = word, run, net, lexicon
        nothing = np.empty((0, 0), np.float32)
        self.weights, self.activations = nothing, ConvActivations(nothing, nothing, nothing)
        """What the word weighs and then its runs of letters; what the net's filters make of it."""
        self.begins, self.ends = np.empty(0, np.uint64), np.empty(0, np.uint64)
        """Half of the hash of a pair that it begins, or ends."""
        self._reset_words()

    def encode_batch(self, batch: Sequence[Sequence[str]]) -> list[list[int]]:
        """Of each post the numbers of its words; all of them are known afterwards."""
        if len(self._ids) > MOST:
            self._reset_words()
        number = self._ids.__getitem__
        found = [list(map(number, words)) for words in batch]
        if len(self._ids.plain) > len(self.word_kinds):
            self._add_new_words()
        return found

    def _reset_words(self) -> None:
        self._ids = WordIds()
        self.word_kinds = WordKindTable()
        self._resize_tables(ROOM)

    def _resize_tables(self, size: int) -> None:
        """Rows for so many words. Those that are known keep theirs."""
        known, columns = len(self.word_kinds), self._word.columns + self._run.columns
        self.weights = _grow_array(self.weights, 2 * known, (2 * size, columns))
        self.begins, self.ends = (_grow_array(half, 2 * known, (2 * size,)) for half in (self.begins, self.ends))
        self.activations = ConvActivations(
            *(_grow_array(one, known, (size, self._net.start.size)) for one in self.activations)
        )

    def _add_new_words(self) -> None:
        """What is to be known of the words that are new, for all of them at once."""
        start, end = len(self.word_kinds), len(self._ids.plain)
        if 2 * end > len(self.weights):
            self._resize_tables(2 * end)
        new = self._ids.plain[start:end]
        keys, runs = compute_word_keys(new), _build_letter_runs(new)
        here = slice(2 * start, 2 * end)
        self.begins[here], self.ends[here] = compute_half_pairs(keys)
        self.weights[here, : self._word.columns] = self._weigh_words(new, keys)
        self.weights[here, self._word.columns :] = self._weigh_runs(runs, len(new)).repeat(2, axis=0)
        for known, found in zip(
            self.activations, self._net.compute_activations(mix_hashes(keys, SALT_WORD), runs), strict=True
        ):
            known[start:end] = found
        if start == 0:
            for known, found in zip(self.activations, self._net.compute_mark_activations(), strict=True):
                known[:1] = found
        self.word_kinds.add_words(new, self._lexicon.get_valences(new).tolist())

    def _weigh_words(self, words: Sequence[str], keys: NDArray[np.uint64]) -> Floats:
        worth = np.zeros((2 * len(words), self._word.columns), np.float32)
        for which, salt in enumerate((SALT_WORD, SALT_DENIED)):
            known, rows = find_rows(self._word.hashes, mix_hashes(keys, salt))
            worth[2 * known + which] = self._word.weigh_rows(rows)
        if words[0] == END:
            worth[:2] = 0
        return worth

    def _weigh_runs(self, runs: LetterRuns, words: int) -> Floats:
        worth = np.zeros((words, self._run.columns), np.float32)
        known, rows = find_rows(self._run.hashes, runs.hashes)
        if known.size:
            of = runs.word_index[known]
            first = np.flatnonzero(np.diff(of, prepend=-1))
            worth[of[first]] = np.add.reduceat(self._run.weigh_rows(rows), first)
        return worth


def _build_letter_runs(words: Sequence[str]) -> LetterRuns:
    places = np.array([place for place, word in enumerate(words) if has_letter_runs(word)], np.intp)
    if not places.size:
        return LetterRuns(np.empty(0, np.uint32), places)
    runs = hash_letter_runs([words[place] for place in places])
    return LetterRuns(runs.hashes, places[runs.word_index])


def _grow_array(old: NDArray[Kind], known: int, shape: tuple[int, ...]) -> NDArray[Kind]:
    new = np.zeros(shape, old.dtype)
    if known:
        new[:known] = old[:known]
    return new
