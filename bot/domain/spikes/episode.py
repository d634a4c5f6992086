"""An episode: a period with a cause, which a spike opens, and which grows and ends."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import log
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.routing import NOBODY
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import SpikeFinding, SpikeKind
from bot.domain.spikes.observation import SpikeObservation, StreamPosition
from bot.domain.spikes.scan_statistic import LONGEST_WINDOW
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.spikes.topic_summary import choose_topic_words, filter_by_words
from bot.domain.spikes.topic_words import WordCounts
from bot.domain.stored_tuples import store_by_name

COUNTER_BITS = 8_192
"""A kilobyte for each count of distinct people."""
EPISODE_PREFIX = "ep-"
MAX_SAMPLES = 3
MAX_SAMPLE_CANDIDATES = 100
"""New posts from which the ones to show are chosen: so many of the first, and so many of the newest."""


@store_by_name
class SamplePost(NamedTuple):
    """A post as the card shows it: a stranger's words."""

    mention: str
    name: str
    url: str
    text: str
    at: datetime


@store_by_name
class SpikePeak(NamedTuple):
    """The size of a spike: posts and distinct voices in so many minutes, and how many voices are usual."""

    posts: int
    voices: int
    minutes: int
    usual: float
    at: datetime
    kind: SpikeKind


class Episode(FrozenModel):
    """`version` counts commits; `counted` is the stream position up to which its posts are counted."""

    id: str
    version: int = 1
    subject: str
    department: str
    kind: SpikeKind
    words: tuple[str, ...] = ()
    started_at: datetime
    """When its first post was published."""
    opened_at: datetime
    unusual_at: datetime
    """When it was last found unusual."""
    written_at: datetime
    ended_at: datetime | None = None
    begun: SpikePeak
    """Its size when it was opened."""
    peak: SpikePeak
    posts: int = 0
    crowd: str = ""
    doubtful: str = ""
    """A linear counter, like `crowd`, of the accounts that look inauthentic."""
    as_cases: int = 0
    """Its posts that went to a department."""
    firsts: tuple[SamplePost, ...] = ()
    samples: tuple[SamplePost, ...] = ()
    """The newest posts that use its words."""
    learning: bool = False
    """Whether the baseline was still new."""
    paged_at: datetime | None = None
    unpaged: str = ""
    """Why nobody was paged, for the card."""
    planned: str = ""
    """The names of the planned events that ran when it opened: they raised the expected volume only."""
    counted: StreamPosition = (0, 0)
    facts: str = ""
    """What those who answer may say: a colleague's words."""
    facts_by: str = ""

    @property
    def voices(self) -> int:
        """People so far: an estimate, and at least those of the peak, who were counted one by one."""
        return max(estimate_count(self.crowd), self.peak.voices)

    @property
    def doubtful_voices(self) -> int:
        return estimate_count(self.doubtful)

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None


def derive_episode_id(subject: str, opened_at: datetime) -> str:
    """Derive the id, so that an episode cannot be opened twice."""
    return (
        EPISODE_PREFIX + hashlib.blake2b(f"{subject}|{opened_at.timestamp():.0f}".encode(), digest_size=7).hexdigest()
    )


def open_episode(
    subject: str,
    finding: SpikeFinding,
    observations: Sequence[SpikeObservation],
    baseline: SubjectBaseline,
    all_words: Sequence[WordCounts],
    departments: Sequence[str],
    thresholds: SpikeThresholds,
    at: datetime,
) -> Episode:
    """Open an episode from the posts in the window of the finding."""
    since = at.timestamp() - finding.result.window
    within = [one for one in observations if one.at > since and matches_kind(finding.kind, one)]
    height = _build_peak(finding, at)
    words = choose_topic_words(within, finding.word, baseline.words, all_words)
    first = min((one.at for one in filter_by_words(within[:MAX_SAMPLE_CANDIDATES], words)), default=at.timestamp())
    episode = Episode(
        id=derive_episode_id(subject, at),
        subject=subject,
        department=choose_department(within, departments, thresholds),
        kind=finding.kind,
        words=words,
        started_at=_from_epoch(first),
        opened_at=at,
        unusual_at=at,
        written_at=at,
        begun=height,
        peak=height,
        learning=baseline.is_learning,
    )
    return _add_observations(episode, [one for one in observations if one.at > since])


def extend_episode(
    episode: Episode,
    finding: SpikeFinding | None,
    observations: Sequence[SpikeObservation],
    baseline: SubjectBaseline,
    all_words: Sequence[WordCounts],
    at: datetime,
) -> Episode:
    """Add the new posts, and update the peak. The version stays the same until the commit."""
    if finding is not None:
        episode = _escalate_kind(episode, finding.kind)
    since = max(episode.started_at.timestamp(), at.timestamp() - LONGEST_WINDOW)
    new = [one for one in observations if one.place > episode.counted and one.at >= since]
    grown = _add_observations(episode, new)
    if finding is None:
        return grown
    height = _build_peak(finding, at)
    if height.voices / height.minutes > episode.peak.voices / episode.peak.minutes:
        recent = [one for one in observations if one.at > since and matches_kind(episode.kind, one)]
        words = choose_topic_words(recent, finding.word, baseline.words, all_words)
        grown = grown.copy_with(peak=height, words=words or episode.words)
    return grown.copy_with(unusual_at=at)


def _escalate_kind(episode: Episode, kind: SpikeKind) -> Episode:
    """Set the worse of the two kinds. If people join a storm of inauthentic accounts, only people are counted."""
    if list(SpikeKind).index(kind) >= list(SpikeKind).index(episode.kind):
        return episode
    if episode.kind is not SpikeKind.BOUGHT:
        return episode.copy_with(kind=kind)
    return episode.copy_with(kind=kind, posts=0, crowd="", as_cases=0, firsts=(), samples=(), counted=(0, 0))


def matches_kind(kind: SpikeKind, observation: SpikeObservation) -> bool:
    if kind is SpikeKind.VOLUME:
        return not observation.doubtful
    return observation.negative and observation.doubtful is (kind is SpikeKind.BOUGHT)


def _add_observations(episode: Episode, new: Sequence[SpikeObservation]) -> Episode:
    if not new:
        return episode
    ours = [one for one in new if matches_kind(episode.kind, one)]
    doubtful = [one.who for one in new if one.negative and one.doubtful]
    first = map(_build_sample, filter_by_words(ours[:MAX_SAMPLE_CANDIDATES], episode.words))
    newest = map(_build_sample, filter_by_words(ours[-MAX_SAMPLE_CANDIDATES:], episode.words))
    by_time = sorted((*episode.firsts, *first), key=lambda one: one.at)
    samples = {one.name: one for one in (*episode.samples, *newest)}
    return episode.copy_with(
        posts=episode.posts + len(ours),
        crowd=add_to_counter(episode.crowd, (one.who for one in ours)),
        doubtful=add_to_counter(episode.doubtful, doubtful),
        as_cases=episode.as_cases + sum(one.department != NOBODY for one in ours),
        firsts=tuple(by_time[:MAX_SAMPLES]),
        samples=tuple(samples.values())[-MAX_SAMPLES:],
        counted=max(one.place for one in new),
    )


def choose_department(
    observations: Sequence[SpikeObservation], departments: Sequence[str], thresholds: SpikeThresholds
) -> str:
    """Return the department of the playbook, else the one with most of its posts, else the first."""
    if thresholds.to:
        return thresholds.to
    went = [one.department for one in observations if one.department in departments]
    return max(departments, key=went.count, default="")


def _build_sample(one: SpikeObservation) -> SamplePost:
    return SamplePost(one.mention, one.name, one.url, one.text, _from_epoch(one.at))


def _build_peak(finding: SpikeFinding, at: datetime) -> SpikePeak:
    what = finding.result
    return SpikePeak(finding.posts, what.voices, what.window // 60, what.expected, at, finding.kind)


def _from_epoch(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def add_to_counter(counter: str, people: Iterable[str]) -> str:
    """Count distinct people by linear counting: `counter` is a bitmap in hexadecimal digits, empty for nobody.

    Of n people counted in m bits, the share of unset bits tells n: exact to a person below a hundred, to 2 % at 10,000.
    Idempotent: a person who is read again after a crash is counted once.
    """
    bits = int(counter or "0", 16)
    for person in people:
        bits |= 1 << (int.from_bytes(hashlib.blake2b(person.encode(), digest_size=4).digest()) % COUNTER_BITS)
    return f"{bits:x}" if bits else ""


def estimate_count(counter: str) -> int:
    unset = COUNTER_BITS - int(counter or "0", 16).bit_count()
    return round(COUNTER_BITS * log(COUNTER_BITS / max(1, unset)))
