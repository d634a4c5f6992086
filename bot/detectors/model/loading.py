"""Which weight file is in use, and the model read from it once a process: its memory of words serves whoever asks."""

from functools import lru_cache
from pathlib import Path

from bot.detectors.model.classifier import PostClassifier
from bot.detectors.model.weights import PACKAGED, WeightsError, read_weights

LEARNED = Path("models") / "learned.weights"
"""Below EARSHOT_DATA: what `earshot train` puts in use."""


def resolve_weights_path(configured: Path | None, data: Path) -> Path:
    """What the setting names, else what was learned here, else the packaged file. A bad one is never passed over."""
    learned = data / LEARNED
    return configured or (learned if learned.exists() else PACKAGED)


def load_model(path: Path = PACKAGED) -> PostClassifier:
    """Raises Unusable with a sentence where the file is missing, cut, or of another version."""
    try:
        about = path.stat()
    except OSError:
        about = None
    return _load_cached_model(path, (about.st_ino, about.st_mtime_ns, about.st_size) if about else ())


@lru_cache(maxsize=2)
def _load_cached_model(path: Path, _version: tuple[int, ...]) -> PostClassifier:
    weights = read_weights(path)
    try:
        return PostClassifier(weights)
    except KeyError as no:
        raise WeightsError(f"{path}: it lacks {no}, so it is not of this Earshot's model") from None
