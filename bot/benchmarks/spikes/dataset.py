"""A week of observations: assessed by our own detectors, or generated if no file is given."""

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
"""The three days after the warm-up, which are taken as calm."""
MIN_CALM_POSTS = 20
"""Posts in the calm days below which a subject is not active yet."""
BATCH_SIZE = 256


@dataclass(frozen=True, slots=True)
class SpikeDataset:
    """`negatives`: posts against the subject, by labels if there are any, else by our detectors."""

    observations: Mapping[str, Sequence[SpikeObservation]]
    negatives: Mapping[str, Sequence[SpikeObservation]]
    origin: str

    @property
    def start(self) -> float:
        return min(one.at for posts in self.observations.values() for one in posts)

    @property
    def end(self) -> float:
        return max(one.at for posts in self.observations.values() for one in posts)

    def is_calm(self, at: float) -> bool:
        return WARM_UP <= at - self.start < WARM_UP + CALM

    def is_active(self, subject: str) -> bool:
        """Return True if there are posts about it in the calm days."""
        return sum(self.is_calm(one.at) for one in self.observations[subject]) >= MIN_CALM_POSTS


def read_week(path: Path, labels: Path | None) -> SpikeDataset:
    """Read a week of mentions. Raise `NoMeasurementsError`."""
    try:
        mentions = [one for one in read_mentions(path) if isinstance(one, Mention) and one.subjects]
        known = _read_labels(labels)
    except OSError as error:
        raise NoMeasurementsError(f"{error.filename} cannot be read: {error.strerror}.") from None
    observed = list(_observe_mentions(mentions))
    by_subject: dict[str, list[SpikeObservation]] = defaultdict(list)
    for one in observed:
        by_subject[one.subject].append(one)
    large = {name: posts for name, posts in sorted(by_subject.items()) if len(posts) >= 50}
    week = {name: sorted(posts, key=lambda one: one.at) for name, posts in large.items()}
    if not week or max(one.at for one in observed) - min(one.at for one in observed) < WARM_UP + CALM:
        raise NoMeasurementsError(f"{path} is not a week of mentions with their subjects.")
    against = {
        name: [one for one in posts if (known[one.mention] == "negative" if known else one.negative)]
        for name, posts in week.items()
    }
    judge = "labels say" if known else "our own reading says"
    origin = f"{len(observed):,} posts of {len(week)} subjects, {judge} which are critical"
    return SpikeDataset(week, against, origin)


def _read_labels(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return defaultdict(str, {row["id"]: row["sentiment"] for row in rows})


def _observe_mentions(mentions: Sequence[Mention]) -> Iterable[SpikeObservation]:
    """Yield the observations of triage, each about the subject that the file names."""
    assessor = MentionAssessor([Subject(name="-", terms=("nobody says this",))])
    for start in range(0, len(mentions), BATCH_SIZE):
        batch = mentions[start : start + BATCH_SIZE]
        for mention, assessment in zip(batch, assessor.assess(batch), strict=True):
            processed = ProcessedMention(mention, assessment, "care", MentionOutcome.OPENED, mention.created_at)
            found = build_observation(processed, mention.subjects[0])
            if found is not None:
                yield found


NAMES = ("Ash", "Beech", "Cedar", "Elm", "Fir", "Oak")
TEXTS = ("late again", "my bag is lost", "rude at the desk", "no refund yet", "nobody answers", "seat is broken")


def generate_week(hours: float = 180, subjects: int = 6) -> SpikeDataset:
    """Generate subjects with days and nights: enough to check that everything is measured."""
    start = datetime(2026, 1, 5, 8, tzinfo=UTC).timestamp()
    week: dict[str, list[SpikeObservation]] = {}
    for size, name in enumerate(NAMES[:subjects], 1):
        chance = random.Random(name)  # noqa: S311 - a week that is the same each time
        at, posts = start, list[SpikeObservation]()
        while at < start + hours * HOUR:
            by_day = 1.1 - cos(2 * pi * ((at / HOUR - 4) % 24) / 24)
            at += chance.expovariate(size * 2 * by_day / HOUR)
            number, negative = len(posts), chance.random() < 0.45
            who, text = f"{name}{number}", TEXTS[number % len(TEXTS)]
            posts.append(SpikeObservation(at, name, who, who, "care", negative, negative, text=text))
        week[name] = posts
    against = {name: [one for one in posts if one.negative] for name, posts in week.items()}
    return SpikeDataset(week, against, "a made-up week, since no --week was given")
