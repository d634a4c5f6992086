"""A backup is restored: what was posted since is found again, nothing is posted twice, and nobody is called again."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from bot.domain.mention import Mention
from bot.sinks.slack import SlackSink, build_web_client
from bot.slack_sandbox import FaultKind, InjectedFault, SlackWorkspace
from bot.store.brand_identity import BrandIdentity
from bot.store.restore_records import RestoreRecord
from bot.store.state_file import iter_lines
from bot.store.state_writer import StateWriter
from bot.workers.recovery import RecoveryError, RestoreRecovery
from tests.clock import SteppedClock
from tests.scenarios.sample_posts import CRISIS, LATE, LOST, WISH, build_complaint
from tests.scenarios.sample_workspace import build_workspace
from tests.scenarios.world import World, open_world
from tests.store.test_state import write_file

OpenWorld = Callable[[], AbstractAsyncContextManager[World]]
FIRE = "@northwindair your plane at gate 3 is on fire, my father is burned and bleeding, call the fire brigade now"


@dataclass
class Backup:
    """A workspace that goes on, whatever becomes of the store, and the last backup of that."""

    workspace: SlackWorkspace
    open: OpenWorld
    file: Path
    clock: SteppedClock

    async def make(self, world: World) -> None:
        store = world.local_app.store
        await write_file(self.file, store.client, store.keys, self.clock)
        self.made_at = self.clock.now()

    async def restore(self, world: World, *, settle: bool = True, skip_lookup: bool = False) -> None:
        """The store is lost, and has what the backup has."""
        store = world.local_app.store
        writer = StateWriter(store.client, store.keys, self.clock)
        await writer.remove_all()
        async for _ in writer.write(iter_lines(self.file)):
            pass
        found = RestoreRecord(backup_at=self.made_at, restored_at=self.clock.now(), skip_lookup=skip_lookup)
        await store.restores.finish_import(BrandIdentity(store.brand, "Northwind Air"), 1, found)
        if settle:
            await recover(world)

    def count_messages(self) -> Counter[str]:
        """How often each message of ours is in a channel, by what it is about; replies are not counted."""
        channels = [one for one in self.workspace.channels.values() if not one.im_with]
        found = [message.metadata for channel in channels for message in channel.messages if message.metadata]
        return Counter(str(one["event_payload"]["name"]) for one in found)

    def count_direct_messages(self) -> int:
        talks = [one for one in self.workspace.channels.values() if one.im_with]
        return sum(1 + len(message.thread) for talk in talks for message in talk.messages)


async def recover(world: World) -> bool:
    app = world.local_app
    async with aiohttp.ClientSession() as session:
        client = build_web_client(app.sandbox.bot_token, app.sandbox.api_url, session)
        return await RestoreRecovery(app.store, SlackSink(client), app.app.rules, world.clock).run()


def allow_reading(world: World) -> None:
    world.sandbox.app.scopes = [*world.sandbox.app.scopes, "channels:history"]


@pytest.fixture
def backup(redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock) -> Backup:
    workspace = build_workspace(clock)
    opening = partial(open_world, redis_url, brand, tmp_path, clock, workspace=workspace)
    return Backup(workspace, opening, tmp_path / "backup.jsonl", clock)


async def live_a_day(backup: Backup) -> list[Mention]:
    """A day with a backup in its middle. Return the posts that came after it."""
    async with backup.open() as world:
        await world.receive(LOST, by="joe")
        await world.receive(WISH, by="kim")
        await world.advance(minutes=3)
        await backup.make(world)
        await world.channel("#care").card("@joe").click("Claim", by="ana")
        later = [await world.receive(text, by=by) for text, by in ((LATE, "lou"), (CRISIS, "marta"))]
        later += [await world.receive(build_complaint(n), by=f"person{n}") for n in range(8)]
        await world.advance(minutes=20)
        await world.check_invariants()
    return later


async def test_each_post_has_one_card_and_nobody_is_called_about_yesterday(backup: Backup) -> None:
    later = await live_a_day(backup)
    cards, calls = backup.count_messages(), backup.count_direct_messages()
    backup.clock.advance(timedelta(hours=19))
    assert set(cards.values()) == {1}
    assert calls

    async with backup.open() as world:
        allow_reading(world)
        await backup.restore(world)
        await world.receive_all(later)  # as its source brings them again
        await world.advance(minutes=3)
        assert backup.count_messages() == cards
        assert backup.count_direct_messages() == calls

        await world.channel("#care").card("@lou").click("Claim", by="ana")
        assert "Claimed by @ana" in world.channel("#care").card("@lou").words
        await world.receive(build_complaint(99), by="tonight", id="x:tonight")
        await world.receive(FIRE, by="nina", id="x:nina")
        await world.advance(minutes=3)
        assert "@tonight" in world.channel("#care").card("@tonight").words
        assert backup.count_messages() - cards == Counter(
            {world.channel("#care").card("@tonight").case: 1, world.channel("#pr").card("@nina").case: 1}
        )
        assert backup.count_direct_messages() > calls
        await world.check_invariants()


async def test_without_the_look_up_each_of_them_would_have_a_second_card(backup: Backup) -> None:
    later = await live_a_day(backup)
    cards = backup.count_messages()
    async with backup.open() as world:
        await backup.restore(world, skip_lookup=True)
        await world.receive_all(later)
        await world.advance(minutes=3)
        assert backup.count_messages() != cards


async def test_where_channels_cannot_be_read_it_says_what_to_do_and_posts_nothing(backup: Backup) -> None:
    await live_a_day(backup)
    cards = backup.count_messages()
    async with backup.open() as world:
        with pytest.raises(RecoveryError, match=r"C0CARE.*channels:history.*earshot recover --without-lookup"):
            await backup.restore(world)
        assert backup.count_messages() == cards
        allow_reading(world)
        assert await recover(world)
        assert not await recover(world)


async def test_slack_that_asks_to_wait_or_does_not_answer_at_once_is_asked_again(backup: Backup) -> None:
    later = await live_a_day(backup)
    cards = backup.count_messages()
    async with backup.open() as world:
        allow_reading(world)
        for kind in (FaultKind.RATELIMITED, FaultKind.DROPPED_BEFORE):
            world.sandbox.faults.add(InjectedFault(kind, methods=["conversations.history"], seconds=1))
        await backup.restore(world, settle=False)
        settling = asyncio.create_task(recover(world))
        while not settling.done():
            world.clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0.01)
        assert await settling
        await world.receive_all(later)
        assert backup.count_messages() == cards


async def test_a_list_of_cases_that_was_posted_since_the_backup_still_lists_them(backup: Backup) -> None:
    async with backup.open() as world:
        await backup.make(world)
        storm = [world.build_mention(build_complaint(n), by=f"person{n}") for n in range(55)]
        await world.receive_all(storm)
        await world.advance(minutes=5)
    cards = backup.count_messages()
    assert len(cards) < 55
    async with backup.open() as world:
        allow_reading(world)
        await backup.restore(world)
        await world.receive_all(storm)
        await world.advance(minutes=5)
        assert backup.count_messages() == cards
        await world.check_invariants()
