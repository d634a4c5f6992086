"""The vocabulary: what the model knows of each word regardless of its place, computed once, for many at a time."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats
from bot.detectors.model.convnet import ConvActivations, ConvNet
from bot.detectors.model.hashing import (
    SALT_NEGATED,
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
MAX_WORDS = 20_000
"""Words kept at a time, some 25 MB with their tables; then all are forgotten and learned again."""
INITIAL_WORDS = 4_096
"""Initial capacity in words."""


class WordIds(dict[str, int]):
    """Maps a word as written to the id of its normalized form."""

    def __init__(self) -> None:
        super().__init__()
        self.normalized: list[str] = []
        self._by_form: dict[str, int] = {}
        self[END]

    def __missing__(self, word: str) -> int:
        form = normalize_word(word)
        number = self._by_form.get(form)
        if number is None:
            number = self._by_form[form] = len(self.normalized)
            self.normalized.append(form)
        self[word] = number
        return number


def strip_hash(word: str) -> str:
    return word[1:] if word[0] == "#" and len(word) > 1 else word


def has_letter_runs(word: str) -> bool:
    """Return True if its letter runs are used: not for punctuation, emoji and handles."""
    return word[0].isalnum() or word[0] == "#"


class ValenceLexicon:
    """Valences of words in two lexicons, by sorted hash."""

    def __init__(self, hashes: Hashes, valences: Floats) -> None:
        self._hashes, self._valences = hashes, valences

    def get_valences(self, words: Sequence[str]) -> Floats:
        hashes = mix_hashes(compute_word_keys([strip_hash(word) for word in words]), SALT_WORD)
        found = np.zeros((len(words), self._valences.shape[1]), np.float32)
        known, rows = find_rows(self._hashes, hashes)
        found[known] = self._valences[rows]
        return found


class WordVocabulary:
    """Tables with two rows for each word, plain and negated, or with one if negation does not matter."""

    def __init__(self, word: SparseBlock, run: SparseBlock, net: ConvNet, lexicon: ValenceLexicon) -> None:
        self._word, self._run, self._net, self._lexicon = word, run, net, lexicon
        nothing = np.empty((0, 0), np.float32)
        self.weights, self.activations = nothing, ConvActivations(nothing, nothing, nothing)
        """Weights of the word, then of its letter runs; responses of the network's filters."""
        self.begins, self.ends = np.empty(0, np.uint64), np.empty(0, np.uint64)
        """Halves of the hash of a pair that it begins, or ends."""
        self._reset_words()

    def encode_batch(self, batch: Sequence[Sequence[str]]) -> list[list[int]]:
        """Return the ids of the words of each post, after learning the new ones."""
        if len(self._ids) > MAX_WORDS:
            self._reset_words()
        number = self._ids.__getitem__
        found = [list(map(number, words)) for words in batch]
        if len(self._ids.normalized) > len(self.word_kinds):
            self._add_new_words()
        return found

    def _reset_words(self) -> None:
        self._ids = WordIds()
        self.word_kinds = WordKindTable()
        self._resize_tables(INITIAL_WORDS)

    def _resize_tables(self, size: int) -> None:
        """Resize the tables. Known words keep their rows."""
        known, columns = len(self.word_kinds), self._word.columns + self._run.columns
        self.weights = _grow_array(self.weights, 2 * known, (2 * size, columns))
        self.begins, self.ends = (_grow_array(half, 2 * known, (2 * size,)) for half in (self.begins, self.ends))
        filters = self._net.start.size
        self.activations = ConvActivations(*(_grow_array(one, known, (size, filters)) for one in self.activations))

    def _add_new_words(self) -> None:
        """Fill the tables for all new words at once."""
        start, end = len(self.word_kinds), len(self._ids.normalized)
        if 2 * end > len(self.weights):
            self._resize_tables(2 * end)
        new = self._ids.normalized[start:end]
        keys, runs = compute_word_keys(new), _build_letter_runs(new)
        here = slice(2 * start, 2 * end)
        self.begins[here], self.ends[here] = compute_half_pairs(keys)
        self.weights[here, : self._word.columns] = self._weigh_words(new, keys)
        self.weights[here, self._word.columns :] = self._weigh_runs(runs, len(new)).repeat(2, axis=0)
        activations = self._net.compute_activations(mix_hashes(keys, SALT_WORD), runs)
        for known, found in zip(self.activations, activations, strict=True):
            known[start:end] = found
        if start == 0:
            for known, found in zip(self.activations, self._net.compute_mark_activations(), strict=True):
                known[:1] = found
        self.word_kinds.add_words(new, self._lexicon.get_valences(new).tolist())

    def _weigh_words(self, words: Sequence[str], keys: NDArray[np.uint64]) -> Floats:
        weights = np.zeros((2 * len(words), self._word.columns), np.float32)
        for which, salt in enumerate((SALT_WORD, SALT_NEGATED)):
            known, rows = find_rows(self._word.hashes, mix_hashes(keys, salt))
            weights[2 * known + which] = self._word.weigh_rows(rows)
        if words[0] == END:
            weights[:2] = 0
        return weights

    def _weigh_runs(self, runs: LetterRuns, words: int) -> Floats:
        weights = np.zeros((words, self._run.columns), np.float32)
        known, rows = find_rows(self._run.hashes, runs.hashes)
        if known.size:
            owner = runs.word_index[known]
            first = np.flatnonzero(np.diff(owner, prepend=-1))
            weights[owner[first]] = np.add.reduceat(self._run.weigh_rows(rows), first)
        return weights


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
