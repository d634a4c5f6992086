"""Whole days: nothing is lost in them, whatever was said."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest

import bot.demo
from bot.domain.mention import Mention
from bot.sources.mention_parser import read_mentions
from tests.clock import SteppedClock
from tests.scenarios.test_storms import claimable
from tests.scenarios.world import World, open_world

DEMO = Path(str(resources.files(bot.demo)))
WEEK = Path(__file__).parents[3] / "shared" / "data" / "replay_airline.jsonl"
PART = timedelta(minutes=20)


def mentions_of(path: Path) -> list[Mention]:
    return [one for one in read_mentions(path) if isinstance(one, Mention)]


def parts(day: Sequence[Mention]) -> Iterator[list[Mention]]:
    """What was said in each part of the day."""
    start = day[0].created_at
    while start <= day[-1].created_at:
        yield [one for one in day if start <= one.created_at < start + PART]
        start += PART


def shown(world: World) -> set[str]:
    """The cases that somebody can see: on a card, or as a line of a digest."""
    names = [channel.name for channel in world.sandbox.workspace.channels.values() if channel.name]
    cards = {card.case for name in names for card in world.channel(name).cards}
    return cards | {case for name in names for digest in world.channel(name).digests for case in claimable(digest)}


@pytest.mark.timeout(900)  # thousands of steps, on machines that do other things
async def test_the_sample_day_is_played_whole_and_nobody_gets_more_than_twelve_messages(
    redis_url: str, brand: str, tmp_path: Path
) -> None:
    """Nobody does anything, for a day and a night."""
    day = mentions_of(DEMO / "day.jsonl")
    clock = SteppedClock(day[0].created_at)
    async with open_world(redis_url, brand, tmp_path, clock, DEMO / "playbook.toml") as world:
        world.pace, world.detects_spikes = timedelta(seconds=20), True
        for part in parts(day):
            await world.receive_all(part)
            await world.advance(seconds=PART.total_seconds())
        account = await world.reconcile()
        assert account.seen == len(day)
        assert len(shown(world)) == account.opened
        await world.advance(hours=10)
        direct = {user.name: len(world.person(user.name).dms) for user in world.sandbox.workspace.users.values()}
        assert max(direct.values()) <= 12, direct
        names = [channel.name for channel in world.sandbox.workspace.channels.values() if channel.name]
        assert {name: len(world.channel(name).reminders) for name in names} == dict.fromkeys(names, 0)
        await world.check_invariants()


async def test_a_real_week_is_triaged_at_full_speed_and_the_counters_balance(
    redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock
) -> None:
    if not WEEK.exists():
        pytest.skip("the recorded week is not on this machine")
    week = mentions_of(WEEK)
    async with open_world(redis_url, brand, tmp_path, clock, Path(__file__).with_name("week.toml")) as world:
        await world.ingest(week)
        await world.advance(seconds=30)
        account = await world.reconcile()
        assert account.seen == len({mention.id for mention in week})
        assert account.opened + account.joined > 5000
        assert world.channel("#care").digests
        await world.check_invariants()
