"""Whether a campaign backfires: a sequential test of the share of critical people among those who talk about it.

The test is a binomial CUSUM, which is Wald's sequential probability ratio test, started again whenever it is in
favour of "as usual" (Page, Continuous inspection schemes, Biometrika 41, 1954; for single observations: Reynolds and
Stoumbos, A CUSUM chart for monitoring a proportion when inspecting continuously, J. Quality Technology 31, 1999). Each
person adds the log-likelihood ratio of odds that are `ODDS` times the usual ones. It may be looked at after each post,
and one start crosses `HEIGHT` by chance with a probability of at most exp(-HEIGHT), by Ville's inequality. Both were
chosen on one half of a week's subjects and reported on the other: `earshot bench backfires`.

People count, not posts: each once in two hours. Accounts that look inauthentic do not count. What is usual is the share
before the campaign or, if that is worse now, among people who talk about the subject but not about the campaign.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from bot.domain.campaigns.annoyance import has_annoyance
from bot.domain.campaigns.campaign import Campaign, CampaignAsset, fold_name
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.spikes.scan_statistic import LONGEST_WINDOW

ODDS = 4.0
"""How many times the usual odds of criticism are tested for: 0.15 against 0.41, 0.3 against 0.63."""
HEIGHT = 6.5
MIN_CRITICS = 6
"""Critical people from which somebody is warned."""
MIN_RISE = 0.2
"""How much more of the people must be critical, so that a difference that matters to nobody warns nobody."""
SHARE_BOUNDS = (0.05, 0.95)
PRIOR_SHARE, PRIOR_PEOPLE = 0.3, 10.0
"""What is assumed of a subject that is not known yet, and its weight in people."""


class BackfireFinding(NamedTuple):
    """The people since the test began to lean against the campaign. `asset` is its name, or empty."""

    asset: str
    critics: tuple[SpikeObservation, ...]
    """The first critical post of each."""
    people: int
    usual: float
    """The usual share of critical people."""
    strength: float
    minutes: int
    doubtful: int = 0
    """Accounts that look inauthentic, which do not count."""

    @property
    def expected(self) -> float:
        return self.people * self.usual


def measure_share(baseline: SubjectBaseline) -> float:
    """Return the usual share of critical people about a subject, by the last days."""
    critics = baseline.negative.total + PRIOR_SHARE * PRIOR_PEOPLE
    return critics / (baseline.volume.total + PRIOR_PEOPLE)


def find_backfires(
    campaign: Campaign, observations: Sequence[SpikeObservation], before: float, at: float
) -> list[BackfireFinding]:
    """Return what is found about assets, the strongest first, else about the whole campaign; nothing if all is well.

    `observations`: those of its subject, in order of time. `before`: the share of critical people before the campaign.
    Annoyance always counts, and so does every post about a subject that has the name of the campaign.
    """
    since = max(campaign.starts_at.timestamp(), at - LONGEST_WINDOW)
    recent = [one for one in observations if since <= one.at <= at]
    words, is_all = list_campaign_words(campaign), fold_name(campaign.subject) == fold_name(campaign.name)
    about, others = list[SpikeObservation](), list[SpikeObservation]()
    for one in recent:
        counts = is_all or _matches_words(words, one.text) or has_annoyance(one.text)
        (about if counts else others).append(one)
    usual = _compare_with_others(before, others)
    usual = min(max(usual, SHARE_BOUNDS[0]), SHARE_BOUNDS[1])
    height = HEIGHT + log(1 + len(campaign.assets))  # as many tests are made
    found = [
        _run_test(asset.name, [one for one in about if _matches_words(list_asset_words(asset), one.text)], usual, at)
        for asset in campaign.assets
    ]
    found = [one for one in found if _is_enough(one, height)]
    if found:
        return sorted(found, key=lambda one: -one.strength)
    whole = _run_test("", about, usual, at)
    return [whole._replace(asset=_find_common_asset(campaign, whole))] if _is_enough(whole, height) else []


def list_campaign_words(campaign: Campaign) -> tuple[str, ...]:
    """Return all words and links that a post about the campaign uses, with its name, also as a hashtag."""
    of_assets = (word for asset in campaign.assets for word in list_asset_words(asset))
    return (*campaign.words, campaign.name, campaign.name.replace(" ", ""), *of_assets)


def list_asset_words(asset: CampaignAsset) -> tuple[str, ...]:
    link = asset.link.partition("://")[2].rstrip("/")
    return (*asset.words, link) if link else asset.words


@lru_cache(maxsize=20_000)
def _matches_words(words: tuple[str, ...], text: str) -> bool:
    return bool(words) and _compile_words(words).search(text) is not None


@lru_cache(maxsize=500)
def _compile_words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def _is_against(one: SpikeObservation) -> bool:
    return one.negative or has_annoyance(one.text)


def _select_people(posts: Iterable[SpikeObservation]) -> list[SpikeObservation]:
    """Return one post of each person, in order: the first critical one, else the first."""
    chosen: dict[str, SpikeObservation] = {}
    for one in posts:
        known = chosen.get(one.who)
        if not one.doubtful and (known is None or (_is_against(one) and not _is_against(known))):
            chosen[one.who] = one
    return sorted(chosen.values(), key=lambda one: one.at)


def _compare_with_others(before: float, others: Sequence[SpikeObservation]) -> float:
    people = _select_people(others)
    critics = sum(map(_is_against, people)) + PRIOR_PEOPLE * before
    return max(before, critics / (len(people) + PRIOR_PEOPLE))


def _run_test(asset: str, posts: Sequence[SpikeObservation], usual: float, at: float) -> BackfireFinding:
    worse = ODDS * usual / (1 - usual + ODDS * usual)
    against, for_us = log(worse / usual), log((1 - worse) / (1 - usual))
    total, run = 0.0, list[SpikeObservation]()
    for one in _select_people(posts):
        total += against if _is_against(one) else for_us
        run.append(one)
        if total <= 0:
            total, run = 0.0, []
    critics = tuple(filter(_is_against, run))
    since = run[0].at if run else at
    doubtful = {one.who for one in posts if one.doubtful and one.at >= since}
    return BackfireFinding(asset, critics, len(run), usual, total, max(1, round((at - since) / 60)), len(doubtful))


def _is_enough(found: BackfireFinding, height: float) -> bool:
    critics = len(found.critics)
    rise = critics / found.people - found.usual if found.people else 0.0
    return found.strength >= height and critics >= MIN_CRITICS and rise >= MIN_RISE


def _find_common_asset(campaign: Campaign, found: BackfireFinding) -> str:
    """Return the asset that at least half of the critics name, or empty."""
    counts = {
        one.name: sum(_matches_words(list_asset_words(one), post.text) for post in found.critics)
        for one in campaign.assets
    }
    name = max(counts, key=lambda one: counts[one], default="")
    return name if name and 2 * counts[name] >= len(found.critics) else ""
