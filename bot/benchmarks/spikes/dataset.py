"""A week of mentions, as it was heard: assessed by our own detectors, or made up where no file is given."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import cos, pi
from pathlib import Path

from bot.benchmarks.measurement import NoMeasurementsError
from bot.detectors.pipeline import MentionAssessor
from bot.domain.commits import MentionOutcome, ProcessedMention
from bot.domain.mention import Mention
from bot.domain.spikes.observation import SpikeObservation, build_observation
from bot.domain.subject import Subject
from bot.sources.mention_parser import read_mentions

HOUR = 3_600.0
WARM_UP = 24 * HOUR
CALM = 72 * HOUR
"""After the warm-up: the three days that are taken for calm."""
FEWEST_CALM = 20
"""Posts in the calm days below which a subject is not there yet, and nothing of it is calm or not."""
PART = 256


@dataclass(frozen=True, slots=True)
class SpikeDataset:
    """`negatives` are posts that are against the subject: by somebody's labels, or where there are none, as we hear."""

    observations: Mapping[str, Sequence[SpikeObservation]]
    negatives: Mapping[str, Sequence[SpikeObservation]]
    origin: str

    @property
    def start(self) -> float:
        return min(one.at for said in self.observations.values() for one in said)

    @property
    def end(self) -> float:
        return max(one.at for said in self.observations.values() for one in said)

    @property
    def calm(self) -> tuple[float, float]:
        return self.start + WARM_UP, self.start + WARM_UP + CALM

    def is_calm(self, at: float) -> bool:
        first, last = self.calm
        return first <= at < last

    def is_active(self, subject: str) -> bool:
        """Whether it is spoken of in the calm days at all."""
        return sum(self.is_calm(one.at) for one in self.observations[subject]) >= FEWEST_CALM


def read_week(path: Path, labels: Path | None) -> SpikeDataset:
    """Raises `NoMeasurementsError`."""
    try:
        mentions = [one for one in read_mentions(path) if isinstance(one, Mention) and one.subjects]
        known = _read_labels(labels)
    except OSError as no:
        raise NoMeasurementsError(f"{no.filename} cannot be read: {no.strerror}.") from None
    heard = list(_observe_mentions(mentions))
    by_subject: dict[str, list[SpikeObservation]] = defaultdict(list)
    for one in heard:
        by_subject[one.subject].append(one)
    said = {name: sorted(some, key=lambda one: one.at) for name, some in sorted(by_subject.items()) if len(some) >= 50}
    if not said or max(one.at for one in heard) - min(one.at for one in heard) < WARM_UP + CALM:
        raise NoMeasurementsError(f"{path} is no week of mentions with their subjects.")
    against = {
        name: [one for one in some if (known[one.mention] == "negative" if known else one.negative)]
        for name, some in said.items()
    }
    told = "labels say what is against a subject" if known else "our own reading says what is against a subject"
    return SpikeDataset(said, against, f"{len(heard):,} posts of {len(said)} subjects; {told}")


def _read_labels(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return defaultdict(str, {row["id"]: row["sentiment"] for row in rows})


def _observe_mentions(mentions: Sequence[Mention]) -> Iterable[SpikeObservation]:
    """As triage would hear them, each about the subject that its file names."""
    assessor = MentionAssessor([Subject(name="-", terms=("nobody says this",))])
    for start in range(0, len(mentions), PART):
        some = mentions[start : start + PART]
        for mention, assessment in zip(some, assessor.assess(some), strict=True):
            heard = ProcessedMention(mention, assessment, "care", MentionOutcome.OPENED, mention.created_at)
            found = build_observation(heard, mention.subjects[0])
            if found is not None:
                yield found


NAMES = ("Ash", "Beech", "Cedar", "Elm", "Fir", "Oak")
TEXTS = ("late again", "my bag is lost", "rude at the desk", "no refund yet", "nobody answers", "seat is broken")


def generate_week(hours: float = 180, subjects: int = 6) -> SpikeDataset:
    """Some subjects with days and nights, of which nothing is real: enough to see that everything is measured."""
    start = datetime(2026, 1, 5, 8, tzinfo=UTC).timestamp()
    said: dict[str, list[SpikeObservation]] = {}
    for size, name in enumerate(NAMES[:subjects], 1):
        chance = random.Random(name)  # noqa: S311 - a week that is the same each time
        at, some = start, list[SpikeObservation]()
        while at < start + hours * HOUR:
            by_day = 1.1 - cos(2 * pi * ((at / HOUR - 4) % 24) / 24)
            at += chance.expovariate(size * 2 * by_day / HOUR)
            number, negative = len(some), chance.random() < 0.45
            who, text = f"{name}{number}", TEXTS[number % len(TEXTS)]
            some.append(SpikeObservation(at, name, who, who, "care", negative, negative, text=text))
        said[name] = some
    against = {name: [one for one in some if one.negative] for name, some in said.items()}
    return SpikeDataset(said, against, "a made-up week, since no --week was given")
