"""Training and run time compute the same numbers."""

from typing import Any

import numpy as np

from bot.detectors.detector import tokenize_text
from bot.detectors.model.batch import Floats
from bot.detectors.model.classifier import PostClassifier
from bot.detectors.model.weights import decode_weights
from bot.training.build import encode_weight_file
from bot.training.convnet_trainer import ConvNetTrainer, TrainingTargets, build_vocabulary, export_arrays
from bot.training.corpus import HEADS
from bot.training.features import DesignMatrix, DesignRows, RawFeatures, extract_raw_features, select_features
from bot.training.packed_lexicon import build_packed_lexicon
from bot.training.regression import fit_regression

TEXTS = [
    "@northwindair lost my bag, AGAIN!! worst airline ever :(",
    "the crew was lovely, thank you so much 😍",
    "not bad at all, but the coffee was not good",
    "boarding from gate 14 https://a.example #travel",
    "",
    "no no no no, sooo late... very very bad",
    "l'équipage était parfait",
] * 3
NAMES = 3 + len(HEADS)
"""Columns of the weights: sentiments and heads."""


def build_design(found: RawFeatures) -> DesignMatrix:
    return DesignMatrix(found, select_features(found, np.ones(len(TEXTS), np.bool_), (1, 1, 1)))


def net() -> dict[str, Any]:
    """Return a network without any effect."""
    found = extract_raw_features(TEXTS, build_packed_lexicon())
    words = build_vocabulary(found, np.ones(len(TEXTS), np.bool_), (1, 1))
    return export_arrays(words, ConvNetTrainer(found, words), [0.0] * 3)


def test_the_network_computes_the_same_in_training_and_at_run_time() -> None:
    found, known = extract_raw_features(TEXTS, build_packed_lexicon()), build_packed_lexicon()
    design = build_design(found)
    words = build_vocabulary(found, np.ones(len(TEXTS), np.bool_), (1, 1))
    learner = ConvNetTrainer(found, words)
    everything = np.arange(len(TEXTS))
    gold = np.eye(3, dtype=np.float32)[everything % 3]
    *_, lost = learner.train(TrainingTargets(everything, gold, np.ones((len(TEXTS), 1), np.float32)), rounds=60)
    nothing = np.zeros((DesignRows(design, everything).width, NAMES), np.float32)
    model = PostClassifier(
        decode_weights(encode_weight_file(design, nothing, known, export_arrays(words, learner, [1.0] * 3)))
    )

    heard = model.score_batch([tokenize_text(text) for text in TEXTS]).logits[:, :3]

    assert lost < 1.3
    assert np.abs(heard - learner.compute_logits(everything)).max() < 0.05


def test_the_regression_computes_the_same_in_training_and_at_run_time() -> None:
    known = build_packed_lexicon()
    design = build_design(extract_raw_features(TEXTS, known))
    rows = DesignRows(design, np.arange(len(TEXTS)))
    weights = np.random.default_rng(1).normal(size=(rows.width, NAMES)).astype(np.float32)
    coarse = encode_weight_file(design, weights, known, net())
    model = PostClassifier(decode_weights(coarse))

    heard = model.score_batch([tokenize_text(text) for text in TEXTS]).logits
    trained = rows.multiply_weights(_as_written(design, weights))

    assert np.abs(heard - trained).max() < 1e-4


def _as_written(design: DesignMatrix, weights: Floats) -> Floats:
    """Quantize to one byte, as in the file."""
    parts = np.split(weights, design.ends[:-1])
    for part in parts[:3]:
        scale = np.abs(part).max(axis=0) / 127
        part[:] = np.round(part / scale) * scale
    return np.concatenate(parts)


def test_the_product_by_errors_is_the_transpose() -> None:
    """Otherwise the gradient would be wrong, and training only worse."""
    design = build_design(extract_raw_features(TEXTS, build_packed_lexicon()))
    rows = DesignRows(design, np.arange(0, len(TEXTS), 2))
    chance = np.random.default_rng(2)
    weights = chance.normal(size=(rows.width, 2)).astype(np.float32)
    errors = chance.normal(size=(11, 2)).astype(np.float32)

    assert np.isclose(
        np.sum(rows.multiply_weights(weights) * errors), np.sum(weights * rows.multiply_errors(errors)), rtol=1e-3
    )


def test_separable_posts_are_learned() -> None:
    design = build_design(extract_raw_features(TEXTS, build_packed_lexicon()))
    rows = DesignRows(design, np.arange(len(TEXTS)))
    gold = np.array([[float("bad" in text)] for text in TEXTS], np.float32)

    found = fit_regression(rows, gold, np.ones(len(TEXTS)), ridge=1e-6, rounds=50)

    assert ((rows.multiply_weights(found) > 0) == (gold == 1)).all()


def test_the_same_rows_give_the_same_bytes() -> None:
    def made() -> bytes:
        known = build_packed_lexicon()
        design = build_design(extract_raw_features(TEXTS, known))
        rows = DesignRows(design, np.arange(len(TEXTS)))
        gold = np.tile(np.array([[float(len(text) % 2)] for text in TEXTS], np.float32), NAMES)
        columns = [fit_regression(rows, gold[:, :1], np.ones(len(TEXTS)), ridge=1e-4, rounds=9) for _ in range(NAMES)]
        return encode_weight_file(design, np.concatenate(columns, axis=1), known, net())

    assert made() == made()
