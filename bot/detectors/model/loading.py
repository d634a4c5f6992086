"""Which weight file is in use, and the model read from it once a process: its memory of words serves whoever asks."""

from functools import lru_cache
from pathlib import Path

from bot.detectors.model.scoring import Model
from bot.detectors.model.weights import PACKAGED, Unusable, read

LEARNED = Path("models") / "learned.weights"
"""Below EARSHOT_DATA: what `earshot train` puts in use."""


def in_use(named: Path | None, data: Path) -> Path:
    """What the setting names, else what was learned here, else the packaged file. A bad one is never passed over."""
    learned = data / LEARNED
    return named or (learned if learned.exists() else PACKAGED)


def model(path: Path = PACKAGED) -> Model:
    """Raises Unusable with a sentence where the file is missing, cut, or of another version."""
    try:
        about = path.stat()
    except OSError:
        about = None
    return _model(path, (about.st_ino, about.st_mtime_ns, about.st_size) if about else ())


@lru_cache(maxsize=2)
def _model(path: Path, _version: tuple[int, ...]) -> Model:
    weights = read(path)
    try:
        return Model(weights)
    except KeyError as no:
        raise Unusable(f"{path}: it lacks {no}, so it is not of this Earshot's model") from None
