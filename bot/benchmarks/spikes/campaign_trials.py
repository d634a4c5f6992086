"""Inject campaigns into a week, with and without a change of mood; count the warnings, and how late they come.

The posts of a campaign are posts about the subject from the twelve hours around its start, each by a new person. So
without a change it is as critical as its subject was on that day. In a campaign that backfires, three times as many of
its people are critical after an hour (no more than 95 %), and four in five of these name one of two assets.
"""

import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.benchmarks.spikes.dataset import HOUR, WARM_UP, SpikeDataset
from bot.domain.campaigns.backfire import find_backfires, measure_share
from bot.domain.campaigns.campaign import Campaign, CampaignAsset
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.spikes.scan_statistic import LONGEST_WINDOW
from bot.domain.spikes.seasonal_baseline import QUARTER

LENGTH, CHANGE, SOON = 3 * HOUR, HOUR, HOUR / 2
AROUND, MIN_POSTS = 12 * HOUR, 30
LOOK = 60.0
"""Seconds between two looks; `earshot run` looks every 20."""
TIMES, MOST, NAMED = 3, 0.95, 0.8
WORDS, ASSETS = "#springsale", ("film", "song")


class CampaignTrials(NamedTuple):
    """Warnings are false in campaigns that never change, and before the change; `delays` are seconds after it."""

    campaigns: int
    false: int
    delays: tuple[float, ...]
    named: int = 0
    """Warnings after the change that name the right asset."""

    @property
    def found_count(self) -> int:
        return sum(one <= SOON for one in self.delays)


def remove_critics(week: SpikeDataset, share: float) -> SpikeDataset:
    """Leave out critical posts, so that this share of each subject's posts is critical: three times as many can be."""
    kept = {}
    for name, posts in week.observations.items():
        critics = sum(one.negative for one in posts)
        chance = min(1.0, share / (1 - share) * (len(posts) - critics) / max(1, critics))
        draw = random.Random(name)  # noqa: S311 - the same week each time
        kept[name] = [one for one in posts if not one.negative or draw.random() < chance]
    against = {name: [one for one in posts if one.negative] for name, posts in kept.items()}
    return SpikeDataset(kept, against, week.origin)


def try_campaigns(
    week: SpikeDataset, subjects: Sequence[str], people: int, number: int, *, backfires: bool
) -> CampaignTrials:
    """Run so many campaigns of each subject with so many people an hour; the same arguments give the same campaigns."""
    count = false = named = 0
    delays = list[float]()
    for subject in subjects:
        shares = _learn_shares(week, subject)
        chance = random.Random(f"{subject} {people} {backfires}")  # noqa: S311 - the same campaigns each time
        for _ in range(number):
            start = chance.uniform(week.start + WARM_UP, week.end - LENGTH)
            said = _generate_posts(week.observations[subject], start, people, chance, backfires=backfires)
            if not said:
                continue
            count += 1
            around = [one for one in week.observations[subject] if start - HOUR < one.at < start + LENGTH]
            share = shares[bisect_right(shares, (start, 1.0)) - 1][1]
            posts = sorted((*around, *said), key=lambda one: one.at)
            late, asset = _find_first(subject, start, posts, share)
            false += late is not None and (not backfires or late < 0)
            if late is not None and backfires and late >= 0:
                delays.append(late)
                named += asset == ASSETS[0]
    return CampaignTrials(count, false, tuple(delays), named)


def _learn_shares(week: SpikeDataset, subject: str) -> list[tuple[float, float]]:
    """Return the share of critical people as it is learned by each quarter of an hour."""
    baseline = SubjectBaseline(subject=subject).start_learning(week.start - QUARTER)
    learned = [(float(baseline.until), measure_share(baseline))]
    posts = [one._replace(text="") for one in week.observations[subject]]
    place = 0
    while baseline.until + QUARTER <= week.end:
        first = place
        while place < len(posts) and posts[place].at < baseline.until + QUARTER:
            place += 1
        baseline = baseline.learn_quarter(posts[first:place])
        learned.append((float(baseline.until), measure_share(baseline)))
    return learned


def _generate_posts(
    posts: Sequence[SpikeObservation], start: float, people: int, chance: random.Random, *, backfires: bool
) -> list[SpikeObservation]:
    """Return nothing where too few people talk about the subject to know its mood."""
    near = [one for one in posts if abs(one.at - start) < AROUND and not one.doubtful]
    critics, others = [one for one in near if one.negative], [one for one in near if not one.negative]
    if len(near) < MIN_POSTS or not critics or not others:
        return []
    usual = len(critics) / len(near)
    at, found = start, list[SpikeObservation]()
    while (at := at + chance.expovariate(people / HOUR)) < start + LENGTH:
        changed = backfires and at >= start + CHANGE
        is_critical = chance.random() < (min(MOST, TIMES * usual) if changed else usual)
        asset = ASSETS[0] if changed and is_critical and chance.random() < NAMED else chance.choice(ASSETS)
        one = chance.choice(critics if is_critical else others)
        name = f"campaign {start:.0f} {len(found)}"
        found.append(one._replace(at=at, who=name, mention=name, text=f"{one.text} {WORDS} {asset}"))
    return found


def _find_first(
    subject: str, start: float, posts: Sequence[SpikeObservation], share: float
) -> tuple[float | None, str]:
    """Return how long after the change the first warning comes, in seconds, and the asset that it names."""
    begins = datetime.fromtimestamp(start, UTC)
    campaign = Campaign(
        name="Spring sale",
        subject=subject,
        starts_at=begins,
        ends_at=begins + timedelta(seconds=LENGTH),
        words=(WORDS,),
        assets=tuple(CampaignAsset(one, (one,)) for one in ASSETS),
    )
    times = [one.at for one in posts]
    looks = [start + LOOK * number for number in range(1, int(LENGTH / LOOK) + 1)]
    for at in looks:
        recent = posts[bisect_right(times, at - LONGEST_WINDOW) : bisect_right(times, at)]
        if found := find_backfires(campaign, recent, share, at):
            return at - start - CHANGE, found[0].asset
    return None, ""
