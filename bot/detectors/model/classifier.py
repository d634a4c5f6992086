"""The model at work: a batch of posts in, the log-odds of all heads out, and what each word had to do with it.

A post alone costs what the calls of numpy cost, and hardly what they reckon: so there are few, and what belongs to a
word is in tables.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.model.batch import Floats, PostBatch, build_ngrams, concat_posts
from bot.detectors.model.contributions import HeadProjections, LogitParts, WordContributions
from bot.detectors.model.convnet import build_convnet, convolve_batch
from bot.detectors.model.dense_features import LEXICONS, OF_LEXICON, extract_dense_features
from bot.detectors.model.features import ModelInput, score_phrases
from bot.detectors.model.hashing import hash_pairs
from bot.detectors.model.sparse_block import BlockLookup, build_sparse_block
from bot.detectors.model.vocabulary import ValenceLexicon, WordVocabulary
from bot.detectors.model.weights import ModelWeights
from bot.detectors.model.word_kinds import WordKindTable

CLASSES = 3
"""Negative, neutral, positive: the first of the heads."""
CLIPPED = 8.0
"""Standard deviations from the mean beyond which a number of the surface says no more."""
SHORTEST = np.float32(1e-3)
"""Beside the square of a post's length, so that a post without a known word is nothing, and no division by nothing."""
ROUNDED = 6
"""Digits of log-odds: a post alone and the same post in a batch are summed in another order."""


def encode_rows(ids: Sequence[int], negated: Sequence[int], word_kinds: WordKindTable) -> list[int]:
    """Of each word its row: what is denied and is a word has one of its own."""
    found = [2 * number for number in ids]
    for place in negated:
        found[place] += word_kinds.is_word(ids[place])
    return found


class BatchScores(NamedTuple):
    """Of a batch: log-odds of each post and head, and what each of its words added to them."""

    logits: NDArray[np.float64]
    contributions: WordContributions


class PostClassifier:
    def __init__(self, weights: ModelWeights) -> None:
        arrays = weights.arrays
        self.metadata = weights.metadata
        self.heads: tuple[str, ...] = tuple(weights.metadata["heads"])
        listening = build_convnet(arrays, len(self.heads))
        lexicon = ValenceLexicon(
            arrays["lexicon_words"], arrays["lexicon_valences"].astype(np.float32) / np.float32(30)
        )
        self._vocabulary = WordVocabulary(
            build_sparse_block(arrays, "word"), build_sparse_block(arrays, "run"), listening, lexicon
        )
        self._pairs = BlockLookup(build_sparse_block(arrays, "pair"))
        mean, spread, dense = (arrays[f"dense_{part}"].astype(np.float64) for part in ("mean", "spread", "weights"))
        self._least, self._most = mean - CLIPPED * spread, mean + CLIPPED * spread
        dense /= spread[:, None]
        self._weights = np.concatenate([dense, listening.out])
        """Of the numbers of the surface, then of what the net felt at its strongest and on the whole."""
        self._start = arrays["start"] + listening.out_start - mean @ dense
        self._projections = _build_projections(
            dense, self._clip_dense([[0.0] * len(dense)])[0], listening.out.astype(np.float32)
        )

    def score_batch(self, batch: Sequence[ModelInput]) -> BatchScores:
        words = self._vocabulary
        ids = words.encode_batch([said.words for said in batch])
        surfaces = [
            extract_dense_features(one, words.word_kinds, said.capitals) for one, said in zip(ids, batch, strict=True)
        ]
        posts = concat_posts(
            [encode_rows(one, told.negated, words.word_kinds) for one, told in zip(ids, surfaces, strict=True)], 0
        )
        measured = self._clip_dense(
            [told.values + score_phrases(said) for told, said in zip(surfaces, batch, strict=True)]
        )
        worth = self._weigh_features(posts)
        roots, spelt = self._sum_weights(worth, posts)
        in_turn = build_ngrams(posts)
        told = convolve_batch(words.activations, in_turn, [len(one) for one in ids])
        logits = np.concatenate([measured, told.strongest, told.whole], axis=1) @ self._weights
        logits += spelt
        logits += self._start
        parts = LogitParts(worth, roots, told, measured, [told.lexicon_words for told in surfaces])
        return BatchScores(logits.round(ROUNDED), WordContributions(parts, self._projections, posts, in_turn))

    def _clip_dense(self, numbers: Sequence[Sequence[float]]) -> NDArray[np.float64]:
        measured = np.array(numbers)
        np.maximum(measured, self._least, out=measured)
        np.minimum(measured, self._most, out=measured)
        return measured

    def _weigh_features(self, posts: PostBatch) -> Floats:
        words, rows = self._vocabulary, posts.rows
        worth: Floats = words.weights.take(rows, axis=0)
        worth[1:, : len(self.heads) + 1] += self._pairs.weigh_hashes(
            hash_pairs(words.begins.take(rows), words.ends.take(rows))
        )
        return worth

    def _sum_weights(self, worth: Floats, posts: PostBatch) -> tuple[Floats, Floats]:
        """Of each post the roots of both lengths, of words with their pairs and of runs; and what both say together."""
        sums: Floats = np.add.reduceat(worth, posts.starts).reshape(-1, 2, len(self.heads) + 1)
        roots: Floats = np.sqrt(sums[:, :, -1:] + SHORTEST)
        sums /= roots
        return roots[:, :, 0], sums[:, 0, :-1] + sums[:, 1, :-1]


def _build_projections(dense: NDArray[np.float64], nothing: NDArray[np.float64], out: Floats) -> HeadProjections:
    """`nothing`: the surface of a post without a word."""
    heads = dense.shape[1]
    beyond = np.eye(heads, dtype=np.float32)
    beyond[:CLASSES, :CLASSES] -= np.float32(1 / CLASSES)
    spelt = np.concatenate([beyond, np.zeros((1, heads), np.float32)])
    tone = np.where(np.arange(len(dense)) < len(LEXICONS) * len(OF_LEXICON), 1.0, 0.0)[:, None] * (dense @ beyond)
    strongest, whole = np.split(out @ beyond, 2)
    return HeadProjections(spelt, strongest, whole, tone, nothing @ tone)
