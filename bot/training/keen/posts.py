"""Select the posts that the transformer learns from, and those that the mixture is chosen and measured on."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.detectors.engines.keen import rewrite_post
from bot.detectors.pipeline import MentionAssessor
from bot.detectors.text.deobfuscate import fold_homoglyphs
from bot.detectors.text.tokenizer import normalize
from bot.domain.mention import Mention
from bot.training.build import HELD_OUT
from bot.training.corpus import AIRLINE, SENTIMENTS, VALIDATION, CorpusRow
from bot.training.datasets import DEFAULT_TIME

SOURCE_WEIGHTS = {"semeval": 1.0, "tse": 1.0, AIRLINE: 0.7, "reddit": 0.7}
"""Weight of each post in training, by source."""
REDDIT_EVERY = 2
"""One of so many comments is learned from: there are enough of them."""
MEASURED_MOST = 2_000
"""Posts of a source that are measured; a transformer reads them for half a minute."""
BATCH = 64


class KeenRows(NamedTuple):
    training: list[CorpusRow]
    held_out: list[CorpusRow]
    """The same posts as `earshot train --hold-out` leaves out, at most `MEASURED_MOST` of each source."""


def select_rows(rows: Iterable[CorpusRow]) -> KeenRows:
    """Select by fold. A post whose words are held out is not learned from either."""
    labelled = [row for row in rows if row.sentiment and (row.source in SOURCE_WEIGHTS or row.source in VALIDATION)]
    hidden = [row for row in labelled if row.source in VALIDATION or row.fold < HELD_OUT]
    words = {rewrite_text(row.text).lower() for row in hidden}
    training = [
        row
        for row in labelled
        if row.source not in VALIDATION
        and row.fold >= HELD_OUT
        and not (row.source == "reddit" and row.fold % REDDIT_EVERY)
        and rewrite_text(row.text).lower() not in words
    ]
    sources = (*VALIDATION, *SOURCE_WEIGHTS)
    return KeenRows(
        training, [row for name in sources for row in [one for one in hidden if one.source == name][:MEASURED_MOST]]
    )


def rewrite_text(text: str) -> str:
    """Rewrite a text as the transformer reads it when nothing in it is a subject's name."""
    return rewrite_post(normalize(fold_homoglyphs(text)))


def list_labels(rows: Sequence[CorpusRow]) -> NDArray[np.intp]:
    return np.array([SENTIMENTS.index(row.sentiment) for row in rows])


def predict_sentiments(weights: Path, rows: Sequence[CorpusRow]) -> NDArray[np.float64]:
    """Return what Earshot's own model predicts with this weight file. Raise `WeightsError`."""
    assessor = MentionAssessor((), weights=weights)
    mentions = [
        Mention(id=f"labelled:{n}", source="labelled", text=row.text, created_at=DEFAULT_TIME)
        for n, row in enumerate(rows)
    ]
    batches = (mentions[start : start + BATCH] for start in range(0, len(mentions), BATCH))
    return np.array(
        [one.context.prediction.probabilities for batch in batches for one in assessor.assess_lazily(batch)]
    )
