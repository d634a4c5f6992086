"""Build the design matrix with the functions that read posts at run time, so that the two cannot differ.

The matrix is never written out: a post is the sum of its words, and a word the sum of its letter runs. Multiplying by
one after the other is four times faster than by their product (2026-11-22).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.detectors.detector import tokenize_text
from bot.detectors.model.batch import Floats, PostBatch, concat_posts
from bot.detectors.model.classifier import CLIPPED, encode_rows
from bot.detectors.model.dense_features import extract_dense_features
from bot.detectors.model.features import score_phrases
from bot.detectors.model.hashing import (
    SALT_NEGATED,
    SALT_WORD,
    Hashes,
    Places,
    compute_half_pairs,
    compute_word_keys,
    find_rows,
    hash_letter_runs,
    hash_pairs,
    mix_hashes,
)
from bot.detectors.model.vocabulary import WordIds, has_letter_runs, strip_hash
from bot.detectors.model.word_kinds import WordKindTable
from bot.detectors.text.tokenizer import drop_trailing_links
from bot.training.packed_lexicon import PackedLexicon

Sparse = Any
"""scipy has no types."""
DENSE_SCALE = 0.25
"""The scale of dense features: about as long as words, so that the ridge holds both alike (SIGNALS 7)."""


class RawFeatures(NamedTuple):
    """The features of all posts, before rare ones are dropped."""

    posts: PostBatch
    count: Sparse
    """posts x words (each twice: plain and negated)."""
    words: Hashes
    runs: Hashes
    run_of: Places
    vocabulary: int
    pairs: Hashes
    """For each place but the first mark, the pair with the word before it."""
    dense: Floats


def extract_raw_features(texts: Sequence[str], lexicon: PackedLexicon) -> RawFeatures:
    word_ids = WordIds()
    ids, capitals, phrases = list[list[int]](), list[int](), list[list[float]]()
    for post in map(tokenize_text, texts):
        ids.append(list(map(word_ids.__getitem__, drop_trailing_links(post.words))))
        capitals.append(post.capitals)
        phrases.append(score_phrases(post))
    words = word_ids.normalized
    kinds = WordKindTable()
    kinds.add_words(words, lexicon.get_valences([strip_hash(word) for word in words]).tolist())
    features = [extract_dense_features(one, kinds, loud) for one, loud in zip(ids, capitals, strict=True)]
    rows = [encode_rows(one, found.negated, kinds) for one, found in zip(ids, features, strict=True)]
    posts = concat_posts(rows, 0)
    dense = [found.values + scores for found, scores in zip(features, phrases, strict=True)]
    keys = compute_word_keys(words)
    both = np.empty(2 * len(words), np.uint32)
    both[0::2], both[1::2] = mix_hashes(keys, SALT_WORD), mix_hashes(keys, SALT_NEGATED)
    pairs = hash_pairs(*compute_half_pairs(keys)[:, posts.rows])
    places = np.array([place for place, word in enumerate(words) if has_letter_runs(word)], np.intp)
    runs = hash_letter_runs([words[place] for place in places])
    count = _build_count_matrix(posts, len(texts), 2 * len(words))
    owner = places[runs.word_index]
    return RawFeatures(posts, count, both, runs.hashes, owner, len(words), pairs, np.array(dense, np.float32))


def _build_count_matrix(posts: PostBatch, height: int, width: int) -> Sparse:
    rows = posts.rows[1:]
    word = rows > 1
    ones = np.ones(int(word.sum()), np.float32)
    return sparse.csr_matrix((ones, (posts.owner[word], rows[word])), shape=(height, width))


class KeptFeatures(NamedTuple):
    """The kept hashes of one kind, sorted, and how rare each is."""

    hashes: Hashes
    rarity: Floats


class FeatureSet(NamedTuple):
    word: KeptFeatures
    pair: KeptFeatures
    run: KeptFeatures
    mean: Floats
    spread: Floats
    """Of each dense feature."""


def select_features(found: RawFeatures, visible: NDArray[np.bool_], min_posts: tuple[int, int, int]) -> FeatureSet:
    """Select features by the visible posts. `min_posts`: how many must contain a word, a pair and a letter run."""
    rows = np.flatnonzero(visible)
    posts_with = np.bincount(found.count[rows].indices, minlength=found.words.size)
    with_word = (posts_with[0::2] + posts_with[1::2])[found.run_of]
    return FeatureSet(
        _select_hashes(found.words, posts_with, min_posts[0], rows.size),
        _select_hashes(found.pairs, visible[found.posts.owner], min_posts[1], rows.size),
        _select_hashes(found.runs, with_word, min_posts[2], rows.size),
        found.dense[rows].mean(axis=0),
        found.dense[rows].std(axis=0) + np.float32(1e-6),
    )


def _select_hashes(hashes: Hashes, seen: NDArray[Any], least: int, posts: int) -> KeptFeatures:
    unique, inverse = np.unique(hashes, return_inverse=True)
    counts = np.bincount(inverse, weights=seen.astype(np.float64))
    keep = counts >= least
    rarity = np.log((1 + posts) / (1 + np.minimum(counts[keep], posts))) + 1
    return KeptFeatures(unique[keep], rarity.astype(np.float16).astype(np.float32))  # two bytes, as in the file


class DesignMatrix:
    """All posts in terms of the kept features."""

    def __init__(self, found: RawFeatures, features: FeatureSet) -> None:
        self.raw, self.features = found, features
        twice = np.repeat(np.arange(found.vocabulary), 2)
        height = found.posts.starts.size
        size = found.words.size
        self.words, of_words = _build_feature_matrix(features.word, found.words, np.arange(size), size)
        self.pairs, of_pairs = _build_feature_matrix(features.pair, found.pairs, found.posts.owner, height)
        once, of_runs = _build_feature_matrix(features.run, found.runs, found.run_of, found.vocabulary)
        self.runs = once[twice]
        lengths = found.count @ of_words + of_pairs, found.count @ of_runs[twice]
        self.shrink = [(1.0 / np.sqrt(length + 1e-3)).astype(np.float32)[:, None] for length in lengths]
        widths = (self.words.shape[1], self.pairs.shape[1], self.runs.shape[1], features.mean.size, 1)
        self.ends = np.cumsum(widths)
        """Where each kind of feature ends among the rows of the weights: words, pairs, runs, dense, intercept."""
        standardized = np.clip((found.dense - features.mean) / features.spread, -CLIPPED, CLIPPED)
        self.dense = (DENSE_SCALE * standardized).astype(np.float32)


def _build_feature_matrix(kept: KeptFeatures, hashes: Hashes, owner: Places, height: int) -> tuple[Sparse, Floats]:
    """Return the matrix and the squared length of each row as at run time: a word that stands twice counts twice."""
    at, row = find_rows(kept.hashes, hashes)
    rarity = kept.rarity[row]
    squares = np.bincount(owner[at], weights=rarity**2, minlength=height)
    shape = (height, kept.hashes.size)
    return sparse.csr_matrix((rarity, (owner[at], row)), shape=shape), squares.astype(np.float32)


class DesignRows:
    """Some of the posts, with products by weights and by errors."""

    def __init__(self, design: DesignMatrix, which: Places) -> None:
        self._count, self._pairs = design.raw.count[which], design.pairs[which]
        self._words, self._runs = design.words, design.runs
        self._by_word, self._by_run = (shrink[which] for shrink in design.shrink)
        self._dense = design.dense[which]
        self._count_t, self._pairs_t = self._count.T.tocsr(), self._pairs.T.tocsr()
        self._words_t, self._runs_t = self._words.T.tocsr(), self._runs.T.tocsr()
        self.ends = design.ends
        self.width = int(self.ends[-1])

    def multiply_weights(self, weights: Floats) -> Floats:
        word, pair, run, dense, start = np.split(weights, self.ends[:-1])
        by_word = self._by_word * (self._count @ (self._words @ word) + self._pairs @ pair)
        by_run = self._by_run * (self._count @ (self._runs @ run))
        logits: Floats = by_word + by_run + self._dense @ dense + start
        return logits

    def multiply_errors(self, errors: Floats) -> Floats:
        by_word = self._by_word * errors
        return np.concatenate(
            [
                self._words_t @ (self._count_t @ by_word),
                self._pairs_t @ by_word,
                self._runs_t @ (self._count_t @ (self._by_run * errors)),
                self._dense.T @ errors,
                errors.sum(axis=0, keepdims=True),
            ]
        )
