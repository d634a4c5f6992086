"""Hash words, pairs of words and letter n-grams ("runs") for the model, many words at once."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.text.tokenizer import LINKS

Hashes = NDArray[np.uint32]
Places = NDArray[np.intp]

LONGEST = 32
"""Letters of a word that are read: of 120,000 posts (2026-11-22) fewer than one word in 10,000 is longer."""
SHORTEST_RUN, LONGEST_RUN = 2, 5
_BASE, _TURN, _SPREAD = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_POWERS = np.cumprod(np.full(LONGEST + 3, _BASE, dtype=np.uint64))
NEGATED_PAIR = np.uint64(3), np.uint64(7)
_DIGITS = re.compile(r"\d")
LINK, HANDLE = "http", "@user"
_BEFORE, _AFTER = "\x02", "\x03"
SALT_WORD, SALT_PAIR, SALT_NEGATED = 101, 102, 103


class LetterRuns(NamedTuple):
    """Hashes of the letter runs of many words; `word_index` is the word of each, in rising order."""

    hashes: Hashes
    word_index: Places


def normalize_word(word: str) -> str:
    """Return the word as the model knows it: all links, all handles and all digits are the same."""
    if word.isalpha():
        return word[:LONGEST]
    if word[0] == "@" and len(word) > 1:
        return HANDLE
    if word.startswith(LINKS):
        return LINK
    return _DIGITS.sub("0", word)[:LONGEST]


def mix_hashes(hashes: NDArray[np.uint64], salt: int) -> Hashes:
    """Spread hashes over 32 bits. The salt differs by kind, so that a word is not taken for a letter run."""
    return _mix_bits((hashes + np.uint64(salt * int(_TURN) % 2**64)) * _SPREAD)


def _mix_bits(spread: NDArray[np.uint64]) -> Hashes:
    spread ^= spread >> np.uint64(32)
    spread *= _TURN
    return (spread >> np.uint64(32)).astype(np.uint32)


def compute_word_keys(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return a key for each word, from which its hash and those of its pairs are computed."""
    letters, starts, lengths = _encode_letters(words)
    within = np.arange(letters.size) - np.repeat(starts, lengths)
    return np.add.reduceat(letters * _POWERS[within], starts)


def compute_half_pairs(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each word's half of a pair that it begins, and of one that it ends; plain and negated in turns.

    A negated word makes other pairs than the plain word.
    """
    times, plus = NEGATED_PAIR
    both = np.stack([keys, keys * times + plus], axis=1).reshape(-1)
    salt = np.uint64(SALT_PAIR * int(_TURN) % 2**64)
    return np.stack([(both * _TURN + salt) * _SPREAD, both * _SPREAD])


def hash_pairs(begins: NDArray[np.uint64], ends: NDArray[np.uint64]) -> Hashes:
    """Hash each word, from the second on, with the one before it, by the halves of `compute_half_pairs`."""
    return _mix_bits(begins[:-1] + ends[1:])


def find_rows(table: Hashes, hashes: Hashes) -> tuple[Places, Places]:
    """Return the indices of the hashes that are in a sorted table, and their rows there."""
    if not table.size:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    rows = np.minimum(table.searchsorted(hashes), table.size - 1)
    known = (table[rows] == hashes).nonzero()[0]
    return known, rows[known]


def hash_letter_runs(words: Sequence[str]) -> LetterRuns:
    """Hash two to five letters in a row, with a mark before and after the word as letters of their own."""
    letters, starts, lengths = _encode_letters(words)
    ends = np.repeat(starts + lengths, lengths)
    owner = np.repeat(np.arange(len(words)), lengths)
    hashes, owners = [], []
    rolling = letters
    for size in range(2, LONGEST_RUN + 1):
        rolling = rolling[:-1] * _BASE + letters[size - 1 :]
        if size >= SHORTEST_RUN:
            within = np.flatnonzero(ends[: rolling.size] - np.arange(rolling.size) >= size)
            hashes.append(mix_hashes(rolling[within], size))
            owners.append(owner[within])
    joined = np.concatenate(owners) if owners else np.empty(0, np.intp)
    order = np.argsort(joined, kind="stable")
    return LetterRuns(np.concatenate(hashes)[order], joined[order])


def _encode_letters(words: Sequence[str]) -> tuple[NDArray[np.uint64], Places, Places]:
    marked = [f"{_BEFORE}{word}{_AFTER}" for word in words]
    lengths = np.fromiter(map(len, marked), np.intp, len(marked))
    text = "".join(marked).encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(text, np.uint32).astype(np.uint64)
    starts = np.cumsum(lengths) - lengths
    return letters, starts, lengths
