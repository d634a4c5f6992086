"""The engine `keen`: a small transformer from a package of its own, mixed with Earshot's own model.

`make keen` builds the package `earshot-keen`. Nothing of it is in Earshot, and nothing replaces it silently: a package
that is missing or damaged is refused at the start.
"""

import hashlib
import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.config import OnnxOptions
from bot.detectors.engines.onnx import OnnxModel, Probabilities
from bot.detectors.model.log_odds import compute_softmax
from bot.detectors.model.weights import WeightsError
from bot.domain.assessment import Sentiment

GROUP, NAME = "earshot.models", "keen"
"""The entry point by which the package is found."""
MODEL, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "keen.json"
MISSING = (
    'engine = "keen" needs the package earshot-keen, which `make keen` builds: pip install dist/earshot_keen-*.whl'
)
AGAIN = "Install earshot-keen again"
LEAST = 1e-6
"""The least probability that is mixed, since a zero has no logarithm."""
PATIENCE = 5.0
"""Seconds that posts may wait for a slow model. While more wait than it reads in this time, the light model reads."""
NEWEST_SHARE = 0.2
"""Weight of the last run in the mean."""
SLOWEST = 0.1
"""Seconds for a post that are believed at most: a machine that slept must not stop the slow model for good."""
_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@\w+")
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_SPACES = re.compile(r"\s+")
Share = Field(ge=0, le=5)


class KeenManifest(BaseModel):
    """What the build knows about its files. Further keys are for people."""

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: dict[str, str]
    """The digest of each file."""
    keen_share: float = Share
    light_share: float = Share
    """How much the log-odds of the transformer and of Earshot's own model count; fitted on posts left out."""
    seconds_per_post: float = Field(gt=0, le=1)
    """On one core of the machine that built it: what is expected before the first run."""

    def describe_pace(self) -> str:
        return f"which reads a post in about {self.seconds_per_post * 1000:.0f} ms"


class ReadingPace:
    def __init__(self, seconds_per_post: float, read_timer: Callable[[], float] = time.perf_counter) -> None:
        """`seconds_per_post`: what is expected before the first run."""
        self.seconds_per_post = seconds_per_post
        self._read_timer = read_timer

    def can_read(self, waiting: int) -> bool:
        """Return whether so many posts are read within `PATIENCE`."""
        return waiting * self.seconds_per_post <= PATIENCE

    @contextmanager
    def measure(self, posts: int) -> Iterator[None]:
        """Measure how long these posts take: on the wall, since that is how long others wait."""
        began = self._read_timer()
        yield
        if posts:
            newest = min((self._read_timer() - began) / posts, SLOWEST)
            self.seconds_per_post += NEWEST_SHARE * (newest - self.seconds_per_post)


class KeenModel:
    name = "the keen model"
    languages = frozenset({"en"})

    def __init__(self, folder: Path) -> None:
        """Load and check the files. Raise `WeightsError` with the reason."""
        self.manifest = _read_manifest(folder / MANIFEST)
        for name in (MODEL, TOKENIZER):
            _check_digest(folder / name, self.manifest.sha256.get(name, ""))
        classes = tuple(sentiment.value for sentiment in Sentiment)
        # Post by post: its numbers are scaled by the largest of a run, so a post would depend on those beside it. On
        # one thread, so that as many cores as there are processes are busy, and clicks find one that is not.
        self._model = OnnxModel(OnnxOptions(folder / MODEL, folder / TOKENIZER, classes), batch_size=1, threads=1)
        self.pace = ReadingPace(self.manifest.seconds_per_post)

    def predict(self, texts: Sequence[str]) -> list[Probabilities]:
        """Return negative, neutral, positive of each text by the transformer alone. Thread-safe."""
        with self.pace.measure(len(texts)):
            return self._model.predict([rewrite_post(text) for text in texts])

    def mix(self, keen: Probabilities, light: Probabilities) -> Probabilities:
        """Return the probabilities of both models together."""
        first, second = self.manifest.keen_share, self.manifest.light_share
        pairs = zip(keen, light, strict=True)
        negative, neutral, positive = (
            first * math.log(max(one, LEAST)) + second * math.log(max(other, LEAST)) for one, other in pairs
        )
        return compute_softmax(negative, neutral, positive)


def rewrite_post(text: str) -> str:
    """Return a normalized text as the transformer reads it, in training and in use.

    One word stands for every link and every handle, and no sign is there four times in a row.
    """
    text = _HANDLE.sub("@user", _LINK.sub("http", text))
    return _SPACES.sub(" ", _REPEATED.sub(r"\1\1\1", text)).strip()


class _FileVersion(NamedTuple):
    changed_at: int
    size: int


def load_keen_model(folder: Path | None = None) -> KeenModel:
    """Load the installed model, or that of a folder, once for each version of its files. Raise `WeightsError`."""
    folder = folder or find_keen_folder()
    return _load_cached_keen_model(folder, tuple(_read_file_version(folder / name) for name in (MANIFEST, MODEL)))


def find_keen_folder() -> Path:
    """Return the folder of the installed package, without running anything of it. Raise `WeightsError`."""
    for entry in entry_points(group=GROUP, name=NAME):
        spec = find_spec(entry.value)
        if spec is not None and spec.origin:
            return Path(spec.origin).parent
    raise WeightsError(MISSING)


@lru_cache(maxsize=1)
def _load_cached_keen_model(folder: Path, _versions: tuple[_FileVersion, ...]) -> KeenModel:
    return KeenModel(folder)


def _read_file_version(path: Path) -> _FileVersion:
    try:
        stat = path.stat()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}). {AGAIN}") from None
    return _FileVersion(stat.st_mtime_ns, stat.st_size)


def _read_manifest(path: Path) -> KeenManifest:
    try:
        return KeenManifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}). {AGAIN}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise WeightsError(f"{path}: {place}: {first['msg']}. {AGAIN}") from None


def _check_digest(path: Path, digest: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}). {AGAIN}") from None
    if found != digest:
        raise WeightsError(f"{path}: this is not the file that {MANIFEST} describes. {AGAIN}")
