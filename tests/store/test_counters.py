"""The counters: whatever comes in whatever order, in whatever hands, every mention is somewhere, once."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.domain.reports.report import Reconciliation
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.workers.triage import TriageWorker
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention

TEXTS = ("You lost my bag again today", "Where is my bag now please", "Best crew ever #praise", "Buy followers #spam")
_numbers = itertools.count()
MENTIONS = st.tuples(st.sampled_from(["@ada", "@bo", "@cy"]), st.sampled_from(["", "c1", "c2"]), st.sampled_from(TEXTS))
TURNS = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), max_size=20)
"""Which of two workers takes how many entries next."""


class SplitTriage(TriageWorker):
    """A worker whose taking and answering a test does apart, so that another may come in between."""

    def __init__(self, store: Store, clock: SteppedClock, name: str) -> None:
        super().__init__(store, FakeRules(), clock, name, wait=False)
        self._inbox, self._name = store.inbox, name

    async def take(self, most: int) -> None:
        self._in_hand = await self._inbox.read(self._name, most, wait=False)

    async def steal(self) -> None:
        """What the other has in hand, as if it had been silent for long."""
        self._in_hand = await self._inbox.reclaim(self._name, 100, timedelta())

    async def answer(self) -> None:
        entries, self._in_hand = self._in_hand, []
        if entries:
            await self._process_entries(entries)


@settings(max_examples=40, deadline=None)
@given(what=st.lists(MENTIONS, max_size=14), turns=TURNS, stolen=st.booleans())
def test_seen_is_opened_joined_tallied_and_spam_whichever_worker_takes_what_when(
    redis_url: str, what: list[tuple[str, str, str]], turns: list[tuple[int, int]], *, stolen: bool
) -> None:
    mentions = [
        build_numbered_mention(number, author=author, conversation=conversation, text=text)
        for number, (author, conversation, text) in enumerate(what)
    ]

    async def play() -> tuple[Reconciliation, int, int]:
        client, clock = RedisClient(redis_url), SteppedClock()
        store = Store(client, f"books{next(_numbers)}", "test")
        await store.inbox.create_group()
        await store.inbox.admit("x", mentions, None, clock.now())
        pair = [SplitTriage(store, clock, "one"), SplitTriage(store, clock, "two")]
        for who, most in turns:
            await pair[who].take(most)
            if stolen:
                await pair[1 - who].steal()
                await asyncio.gather(pair[1 - who].answer(), pair[who].answer())
            elif who:
                await asyncio.gather(*(each.answer() for each in pair))
        for each in pair:
            await each.answer()
        await _to_the_end(store, pair)
        account = await store.mention_counters.read()
        opened = await _open(store, mentions)
        joined = sum([len(await store.cases.load_joined(case)) for case in opened])
        await client.close()
        return account, len(opened), joined

    account, opened, joined = asyncio.run(play())
    assert account.seen == account.opened + account.joined + account.tallied + account.spam == len(mentions)
    assert (account.unaccounted, account.waiting, account.dead) == (0, 0, 0)
    assert (account.opened, account.joined) == (opened, joined)
    assert account.spam <= sum("#spam" in mention.text for mention in mentions)  # some join their author's case


async def _to_the_end(store: Store, pair: Sequence[SplitTriage]) -> None:
    while (await store.inbox.measure_backlog())[0]:
        for each in pair:
            await each.steal()
            await each.answer()
            await each.take(100)
            await each.answer()


async def _open(store: Store, mentions: Sequence[Mention]) -> list[str]:
    return list(await store.cases.find([derive_case_id(mention.id) for mention in mentions]))
