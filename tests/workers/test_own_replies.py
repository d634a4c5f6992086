"""Our answers and the posts that they answer, decided by two workers at once."""

from types import MappingProxyType

import pytest

from bot.domain.case import Case, CaseResolution, derive_case_id
from bot.domain.mention import Mention
from bot.domain.own_accounts import OwnAccounts
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.triage import TriageWorker
from bot.workers.triage_decider import TriageDecider
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import admit_mentions, build_numbered_mention


class OwnRules(FakeRules):
    def __init__(self) -> None:
        super().__init__()
        self.own_accounts = OwnAccounts(MappingProxyType({("x", "northwindair"): ""}))


POST = build_numbered_mention(1)
ANSWER = build_numbered_mention(2, author="northwindair", in_reply_to=POST.id, conversation="1")


async def load_case(store: Store) -> Case:
    return await store.cases.get(derive_case_id(POST.id))


@pytest.mark.parametrize("mentions", [(POST, ANSWER), (ANSWER, POST)])
async def test_whichever_of_two_workers_is_first_the_case_is_answered(
    store: Store, clock: SteppedClock, mentions: tuple[Mention, Mention]
) -> None:
    await admit_mentions(store, clock, mentions[0])
    await admit_mentions(store, clock, mentions[1])
    rules = OwnRules()
    workers = [TriageWorker(store, rules, clock, name, wait=False) for name in ("one", "other")]
    entries = [await store.inbox.read(name, 1, wait=False) for name in ("one", "other")]
    items = [await triage._assess_entries(read) for triage, read in zip(workers, entries, strict=True)]
    ready = [await TriageDecider(store, rules).decide_batch(item, {}, clock.now()) for item in items]
    replies = [await store.inbox.commit(decided, clock.now()) for decided in ready]
    assert replies == [[CommitResult.WRITTEN], [CommitResult.STALE]]
    await workers[1]._retry_stale(items[1], clock.now())
    case = await load_case(store)
    assert case.resolution is CaseResolution.ANSWERED_OUTSIDE
    assert [reply.mention for reply in case.public_replies] == [ANSWER.id]
    books = await store.mention_counters.read()
    assert (books.opened, books.tallied, books.unaccounted) == (1, 1, 0)


async def test_an_answer_that_is_triaged_twice_is_counted_once(store: Store, clock: SteppedClock) -> None:
    await admit_mentions(store, clock, POST, ANSWER)
    rules = OwnRules()
    entries = await store.inbox.read("one", 2, wait=False)
    items = await TriageWorker(store, rules, clock, "one", wait=False)._assess_entries(entries)
    for expected in (CommitResult.WRITTEN, CommitResult.ANSWERED):
        ready = await TriageDecider(store, rules).decide_batch(items, {}, clock.now())
        assert await store.inbox.commit(ready, clock.now()) == [expected] * 2
    case = await load_case(store)
    assert (len(case.public_replies), case.version) == (1, 2)
    assert (await store.mention_counters.read()).unaccounted == 0
