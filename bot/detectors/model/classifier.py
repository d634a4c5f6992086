"""The classifier: a batch of posts in, the log-odds of all heads out, and the contribution of each word.

For a single post the number of numpy calls decides the cost: so there are few, and what belongs to a word is in tables.
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
from bot.detectors.text.tokenizer import drop_trailing_links

CLASSES = 3
"""Negative, neutral, positive: the first heads."""
CLIPPED = 8.0
"""Standard deviations from the mean beyond which a dense feature is clipped."""
EPSILON = np.float32(1e-3)
"""Added to the squared length of a post, so that nothing is divided by zero."""
DIGITS = 6
"""Digits of log-odds: a single post and the same post in a batch are summed in another order."""


def encode_rows(ids: Sequence[int], negated: Sequence[int], word_kinds: WordKindTable) -> list[int]:
    """Return the row of each word; a negated word has one of its own."""
    found = [2 * number for number in ids]
    for place in negated:
        found[place] += word_kinds.is_word(ids[place])
    return found


class BatchScores(NamedTuple):
    """The log-odds of each post and head, and what each of its words added to them."""

    logits: NDArray[np.float64]
    contributions: WordContributions


class PostClassifier:
    def __init__(self, weights: ModelWeights) -> None:
        arrays = weights.arrays
        self.metadata = weights.metadata
        self.heads: tuple[str, ...] = tuple(weights.metadata["heads"])
        net = build_convnet(arrays, len(self.heads))
        valences = arrays["lexicon_valences"].astype(np.float32) / np.float32(30)
        lexicon = ValenceLexicon(arrays["lexicon_words"], valences)
        words, runs = build_sparse_block(arrays, "word"), build_sparse_block(arrays, "run")
        self._vocabulary = WordVocabulary(words, runs, net, lexicon)
        self._pairs = BlockLookup(build_sparse_block(arrays, "pair"))
        mean, spread, dense = (arrays[f"dense_{part}"].astype(np.float64) for part in ("mean", "spread", "weights"))
        self._least, self._most = mean - CLIPPED * spread, mean + CLIPPED * spread
        dense /= spread[:, None]
        self._weights = np.concatenate([dense, net.out])
        """Weights of the dense features, then of the network's maxima and sums."""
        self._start = arrays["start"] + net.out_start - mean @ dense
        nothing = self._clip_dense([[0.0] * len(dense)])[0]
        self._projections = _build_projections(dense, nothing, net.out.astype(np.float32))

    def score_batch(self, batch: Sequence[ModelInput]) -> BatchScores:
        words = self._vocabulary
        ids = words.encode_batch([drop_trailing_links(post.words) for post in batch])
        kinds = words.word_kinds
        features = [extract_dense_features(one, kinds, post.capitals) for one, post in zip(ids, batch, strict=True)]
        rows = [encode_rows(one, found.negated, kinds) for one, found in zip(ids, features, strict=True)]
        posts = concat_posts(rows, 0)
        dense = self._clip_dense([one.values + score_phrases(post) for one, post in zip(features, batch, strict=True)])
        weights = self._weigh_features(posts)
        roots, logits_of_words = self._sum_weights(weights, posts)
        ngrams = build_ngrams(posts)
        output = convolve_batch(words.activations, ngrams, [len(one) for one in ids])
        logits = np.concatenate([dense, output.strongest, output.whole], axis=1) @ self._weights
        logits += logits_of_words
        logits += self._start
        parts = LogitParts(weights, roots, output, dense, [one.lexicon_words for one in features])
        return BatchScores(logits.round(DIGITS), WordContributions(parts, self._projections, posts, ngrams))

    def _clip_dense(self, numbers: Sequence[Sequence[float]]) -> NDArray[np.float64]:
        dense = np.array(numbers)
        np.maximum(dense, self._least, out=dense)
        np.minimum(dense, self._most, out=dense)
        return dense

    def _weigh_features(self, posts: PostBatch) -> Floats:
        words, rows = self._vocabulary, posts.rows
        weights: Floats = words.weights.take(rows, axis=0)
        hashes = hash_pairs(words.begins.take(rows), words.ends.take(rows))
        self._pairs.add_weights(weights[1:], hashes)
        return weights

    def _sum_weights(self, weights: Floats, posts: PostBatch) -> tuple[Floats, Floats]:
        """Return the square roots of both lengths of each post, of words and of letter runs, and the sum of both."""
        sums: Floats = np.add.reduceat(weights, posts.starts).reshape(-1, 2, len(self.heads) + 1)
        roots: Floats = np.sqrt(sums[:, :, -1:] + EPSILON)
        sums /= roots
        return roots[:, :, 0], sums[:, 0, :-1] + sums[:, 1, :-1]


def _build_projections(dense: NDArray[np.float64], nothing: NDArray[np.float64], out: Floats) -> HeadProjections:
    """`nothing`: the dense features of a post without a word."""
    heads = dense.shape[1]
    beyond = np.eye(heads, dtype=np.float32)
    beyond[:CLASSES, :CLASSES] -= np.float32(1 / CLASSES)
    spelt = np.concatenate([beyond, np.zeros((1, heads), np.float32)])
    tone = np.where(np.arange(len(dense)) < len(LEXICONS) * len(OF_LEXICON), 1.0, 0.0)[:, None] * (dense @ beyond)
    strongest, whole = np.split(out @ beyond, 2)
    return HeadProjections(spelt, strongest, whole, tone, nothing @ tone)
