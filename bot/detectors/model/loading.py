"""The model in use, read once a process: its memory of words serves whoever asks."""

from functools import cache
from pathlib import Path

from bot.detectors.model.scoring import Model
from bot.detectors.model.weights import PACKAGED, read


@cache
def model(path: Path = PACKAGED) -> Model:
    """Raises Unusable with a sentence where the file is missing, cut, or of another version."""
    return Model(read(path))
