import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.commits import StoreUnavailable
from bot.sources.mention_parser import InvalidLine
from bot.sources.replay import ReplayOptions, ReplayResult, ReplaySource
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

LONG_AGO = NOON - timedelta(days=1000)


def line(number: int, minutes: float = 0) -> str:
    said = LONG_AGO + timedelta(minutes=minutes)
    return json.dumps({"id": f"forum:{number}", "text": "no tea today", "created_at": said.isoformat()})


@pytest.fixture
def day(tmp_path: Path) -> Path:
    return tmp_path / "day.jsonl"


def write(day: Path, lines: Sequence[str]) -> None:
    day.write_text("\n".join(lines) + "\n", encoding="utf-8")


async def test_at_full_speed_a_day_is_published_in_batches_of_five_hundred(day: Path) -> None:
    write(day, [line(n, minutes=n) for n in range(1201)])
    inbox, clock = Inbox(), InstantClock()
    played = await ReplaySource(ReplayOptions(file=day, speed="max"), clock).replay_file(inbox)
    assert (played, inbox.batches, clock.slept) == (ReplayResult(1201, 1201, 0), [500, 500, 201], [])


async def test_at_speed_sixty_an_hour_passes_in_a_minute(day: Path) -> None:
    write(day, [line(1), line(2, minutes=15), line(3, minutes=15), line(4, minutes=60)])
    inbox, clock = Inbox(), InstantClock()
    await ReplaySource(ReplayOptions(file=day, speed=60), clock).replay_file(inbox)
    assert clock.slept == [15, 45]
    assert inbox.batches == [1, 2, 1]


async def test_a_replay_goes_on_after_the_line_it_stopped_at(day: Path) -> None:
    write(day, [line(1), line(2)])
    inbox = Inbox()
    await ReplaySource(ReplayOptions(file=day, speed="max"), InstantClock()).replay_file(inbox)
    write(day, [line(1), line(2), line(3)])
    played = await ReplaySource(ReplayOptions(file=day, speed="max"), InstantClock()).replay_file(inbox)
    assert (played.mentions_read, inbox.ids) == (1, ["forum:1", "forum:2", "forum:3"])


async def test_another_file_is_played_from_its_beginning(day: Path, tmp_path: Path) -> None:
    write(day, [line(1), line(2)])
    inbox = Inbox()
    await ReplaySource(ReplayOptions(file=day, speed="max"), InstantClock()).replay_file(inbox)
    write(day, [line(7), line(8)])
    assert (
        await ReplaySource(ReplayOptions(file=day, speed="max"), InstantClock()).replay_file(inbox)
    ).mentions_read == 2


async def test_a_cursor_that_makes_no_sense_is_a_beginning(day: Path) -> None:
    write(day, [line(1)])
    inbox = Inbox(cursor="not one of ours")
    assert (await ReplaySource(ReplayOptions(file=day, speed="max"), InstantClock()).replay_file(inbox)).new == 1


async def test_a_line_that_is_no_mention_is_reported_and_the_rest_is_published(day: Path) -> None:
    write(day, [line(1), "{}", line(3)])
    inbox, said = Inbox(), list[InvalidLine]()
    played = await ReplaySource(ReplayOptions(file=day, speed="max"), InstantClock()).replay_file(inbox, said.append)
    assert [str(bad) for bad in said] == ['line 2: "id" is missing']
    assert (played, inbox.ids) == (ReplayResult(2, 2, 1), ["forum:1", "forum:3"])


async def test_rebased_the_first_mention_is_said_now_and_the_gaps_stay(day: Path) -> None:
    write(day, [line(1), line(2, minutes=30)])
    inbox = Inbox()
    await ReplaySource(ReplayOptions(file=day, speed="max", rebase=True), InstantClock()).replay_file(inbox)
    assert [mention.created_at for mention in inbox.mentions.values()] == [NOON, NOON + timedelta(minutes=30)]


async def test_a_rebased_day_keeps_its_shift_when_it_is_resumed(day: Path) -> None:
    write(day, [line(1)])
    inbox, options = Inbox(), ReplayOptions(file=day, speed="max", rebase=True)
    await ReplaySource(options, InstantClock()).replay_file(inbox)
    write(day, [line(1), line(2, minutes=30)])
    await ReplaySource(options, InstantClock(NOON + timedelta(minutes=5))).replay_file(inbox)
    assert inbox.mentions["forum:2"].created_at == NOON + timedelta(minutes=30)


async def test_while_the_store_is_away_a_replay_waits_and_loses_nothing(day: Path) -> None:
    write(day, [line(n) for n in range(3)])
    inbox, clock = Inbox(), InstantClock()
    inbox.failures = 3
    async with run_source(ReplaySource(ReplayOptions(file=day, speed="max"), clock), inbox):
        await wait_until(lambda: len(inbox.mentions) == 3)
        await wait_until(lambda: inbox.statuses[-1] == "")
    assert inbox.statuses[0] == "replay waits: the store does not answer."


async def test_played_by_a_command_a_store_that_is_away_is_said_at_once(day: Path) -> None:
    write(day, [line(1)])
    inbox = Inbox()
    inbox.failures = 1
    with pytest.raises(StoreUnavailable):
        await ReplaySource(ReplayOptions(file=day), InstantClock()).replay_file(inbox)


async def test_a_file_that_is_not_there_yet_is_waited_for(day: Path) -> None:
    inbox = Inbox()
    async with run_source(ReplaySource(ReplayOptions(file=day), InstantClock()), inbox):
        await wait_until(lambda: bool(inbox.statuses))
        write(day, [line(1)])
        await wait_until(lambda: bool(inbox.mentions))
    assert inbox.statuses[0] == "day.jsonl cannot be read: No such file or directory."
