"""Choose the weight file, and load its model once a process: its word cache serves all."""

from functools import lru_cache
from pathlib import Path

from bot.detectors.model.classifier import PostClassifier
from bot.detectors.model.weights import PACKAGED, WeightsError, read_weights

LEARNED = Path("models") / "learned.weights"
"""Below EARSHOT_DATA: the output of `earshot train`."""


def resolve_weights_path(configured: Path | None, data: Path) -> Path:
    """Return the configured file, else the fine-tuned one, else the packaged one. A bad file is never skipped."""
    learned = data / LEARNED
    return configured or (learned if learned.exists() else PACKAGED)


def load_model(path: Path = PACKAGED) -> PostClassifier:
    """Load the model. Raise `WeightsError` if the file is missing, cut or of another version."""
    try:
        stat = path.stat()
    except OSError:
        stat = None
    return _load_cached_model(path, (stat.st_ino, stat.st_mtime_ns, stat.st_size) if stat else ())


@lru_cache(maxsize=2)
def _load_cached_model(path: Path, _version: tuple[int, ...]) -> PostClassifier:
    weights = read_weights(path)
    try:
        return PostClassifier(weights)
    except KeyError as key:
        raise WeightsError(f"{path}: it lacks {key}, so it is not of this Earshot's model") from None
