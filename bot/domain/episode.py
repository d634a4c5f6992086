"""An episode: a window with a cause. What is detected is opened by a spike, grows, and closes itself."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Self, TypedDict, Unpack

from pydantic import BaseModel, ConfigDict

from bot.domain.making import remade
from bot.domain.routing import NOBODY
from bot.domain.spikes import crowd
from bot.domain.spikes.baseline import Baseline
from bot.domain.spikes.naming import named, using
from bot.domain.spikes.observation import Observation, Place
from bot.domain.spikes.scan import LONGEST
from bot.domain.spikes.tuning import Tuning
from bot.domain.spikes.watch import Finding, Kind
from bot.domain.spikes.words import Words
from bot.domain.stored import by_name

SAMPLES = 3
LOOKED_AT = 100
"""Of what is new, as many of the first and of the newest are looked through for posts to show."""


@by_name
class Sample(NamedTuple):
    """A post as the card shows it: a stranger's words."""

    mention: str
    name: str
    url: str
    text: str
    at: datetime


@by_name
class Height(NamedTuple):
    """What was unusual: so many posts by so many voices within so many minutes, of which so many are usual."""

    posts: int
    voices: int
    minutes: int
    usual: float
    at: datetime
    kind: Kind


class EpisodeChanges(TypedDict, total=False):
    """What `Episode.having` takes: the fields of `Episode`, as a test compares."""

    id: str
    version: int
    subject: str
    department: str
    kind: Kind
    words: tuple[str, ...]
    started_at: datetime
    opened_at: datetime
    unusual_at: datetime
    written_at: datetime
    ended_at: datetime | None
    begun: Height
    peak: Height
    posts: int
    crowd: str
    doubtful: str
    as_cases: int
    firsts: tuple[Sample, ...]
    samples: tuple[Sample, ...]
    learning: bool
    paged_at: datetime | None
    unpaged: str
    planned: str
    counted: Place


class Episode(BaseModel):
    """`version` counts commits; `counted` is the place in the feed up to which its posts are counted."""

    model_config = ConfigDict(frozen=True)

    id: str
    version: int = 1
    subject: str
    department: str
    kind: Kind
    words: tuple[str, ...] = ()
    started_at: datetime
    """When the first post of it was said."""
    opened_at: datetime
    unusual_at: datetime
    """When it was last found unusual."""
    written_at: datetime
    ended_at: datetime | None = None
    begun: Height
    """As it was when it was opened."""
    peak: Height
    posts: int = 0
    crowd: str = ""
    doubtful: str = ""
    """Voices that do not look like people's; like `crowd`, as `spikes.crowd` counts."""
    as_cases: int = 0
    """Posts of it that went to a department."""
    firsts: tuple[Sample, ...] = ()
    samples: tuple[Sample, ...] = ()
    """Of those who use its words, the newest."""
    learning: bool = False
    """Of what is usual, little was known."""
    paged_at: datetime | None = None
    unpaged: str = ""
    """Why nobody was paged, in words."""
    planned: str = ""
    """The names of the plans that ran when it opened: they raised what was expected of volume, and of nothing else."""
    counted: Place = (0, 0)

    @property
    def voices(self) -> int:
        return crowd.size(self.crowd)

    @property
    def doubtful_voices(self) -> int:
        return crowd.size(self.doubtful)

    @property
    def over(self) -> bool:
        return self.ended_at is not None

    def having(self, **changes: Unpack[EpisodeChanges]) -> Self:
        return remade(self, changes)


def episode_id(subject: str, opened_at: datetime) -> str:
    """Derived, so that what is opened twice is one."""
    return "ep-" + hashlib.blake2b(f"{subject}|{opened_at.timestamp():.0f}".encode(), digest_size=7).hexdigest()


def begin(
    subject: str,
    finding: Finding,
    said: Sequence[Observation],
    baseline: Baseline,
    everybody: Sequence[Words],
    departments: Sequence[str],
    tuning: Tuning,
    at: datetime,
) -> Episode:
    """What was said in the finding's window is what it is made of."""
    since = at.timestamp() - finding.what.window
    within = [one for one in said if one.at > since and belongs(finding.kind, one)]
    height = _height(finding, at)
    words = named(within, finding.word, baseline.words, everybody)
    first = min((one.at for one in using(within[:LOOKED_AT], words)), default=at.timestamp())
    episode = Episode(
        id=episode_id(subject, at),
        subject=subject,
        department=_owner(within, departments, tuning),
        kind=finding.kind,
        words=words,
        started_at=_moment(first),
        opened_at=at,
        unusual_at=at,
        written_at=at,
        begun=height,
        peak=height,
        learning=baseline.learning,
    )
    return _grown(episode, [one for one in said if one.at > since])


def go_on(
    episode: Episode,
    finding: Finding | None,
    said: Sequence[Observation],
    baseline: Baseline,
    everybody: Sequence[Words],
    at: datetime,
) -> Episode:
    """What was said since, whether it is unusual still, and its peak. The same version: nothing is committed yet."""
    if finding is not None:
        episode = _taken_over(episode, finding.kind)
    since = max(episode.started_at.timestamp(), at.timestamp() - LONGEST)
    new = [one for one in said if one.place > episode.counted and one.at >= since]
    grown = _grown(episode, new)
    if finding is None:
        return grown
    height = _height(finding, at)
    changes: EpisodeChanges = {"unusual_at": at}
    if height.voices / height.minutes > episode.peak.voices / episode.peak.minutes:
        lately = [one for one in said if one.at > since and belongs(episode.kind, one)]
        words = named(lately, finding.word, baseline.words, everybody)
        changes = {"unusual_at": at, "peak": height, "words": words or episode.words}
    return grown.having(**changes)


def _taken_over(episode: Episode, kind: Kind) -> Episode:
    """What is worse names it. Where people join a bought storm, the people are counted, and it is theirs."""
    if list(Kind).index(kind) >= list(Kind).index(episode.kind):
        return episode
    if episode.kind is not Kind.BOUGHT:
        return episode.having(kind=kind)
    return episode.having(kind=kind, posts=0, crowd="", as_cases=0, firsts=(), samples=(), counted=(0, 0))


def belongs(kind: Kind, one: Observation) -> bool:
    if kind is Kind.VOLUME:
        return not one.doubtful
    return one.negative and one.doubtful is (kind is Kind.BOUGHT)


def _grown(episode: Episode, new: Sequence[Observation]) -> Episode:
    if not new:
        return episode
    ours = [one for one in new if belongs(episode.kind, one)]
    doubtful = [one.who for one in new if one.negative and one.doubtful]
    first = map(_sample, using(ours[:LOOKED_AT], episode.words))
    newest = map(_sample, using(ours[-LOOKED_AT:], episode.words))
    by_time = sorted((*episode.firsts, *first), key=lambda one: one.at)
    samples = {one.name: one for one in (*episode.samples, *newest)}
    return episode.having(
        posts=episode.posts + len(ours),
        crowd=crowd.joined(episode.crowd, (one.who for one in ours)),
        doubtful=crowd.joined(episode.doubtful, doubtful),
        as_cases=episode.as_cases + sum(one.department != NOBODY for one in ours),
        firsts=tuple(by_time[:SAMPLES]),
        samples=tuple(samples.values())[-SAMPLES:],
        counted=max(one.place for one in new),
    )


def _owner(said: Sequence[Observation], departments: Sequence[str], tuning: Tuning) -> str:
    """As the playbook says, else where most of it went, else the first department there is."""
    if tuning.to:
        return tuning.to
    went = [one.department for one in said if one.department in departments]
    return max(departments, key=went.count, default="")


def _sample(one: Observation) -> Sample:
    return Sample(one.mention, one.name, one.url, one.text, _moment(one.at))


def _height(finding: Finding, at: datetime) -> Height:
    what = finding.what
    return Height(finding.posts, what.voices, what.window // 60, what.usual, at, finding.kind)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
