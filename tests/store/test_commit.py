"""One commit is everything or nothing, and of two that race one counts."""

import asyncio

import pytest

from bot.domain.case import Case, CaseStatus, JoinReason, derive_case_id
from bot.domain.cases.intake import count_only, join_case, open_case
from bot.domain.cases.transitions import claim_case
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.routing import Route
from bot.store.case_writer import build_lookup_keys
from bot.store.cases import CaseGoneError
from bot.store.client import RedisClient
from bot.store.inbox import InboxEntry, LookupGuard, TriagedEntry
from bot.store.keys import Keys
from bot.store.store import Store
from bot.store.transaction import CommitResult, Transaction, commit
from tests.clock import SteppedClock
from tests.domain.samples import CARE, CLOCKS, STAFF, build_assessment, build_context
from tests.workers.numbered_mentions import build_numbered_mention

ANGRY = build_assessment("sentiment:negative", "intent:complaint")


async def entries(store: Store, clock: SteppedClock, *numbers: int) -> list[InboxEntry]:
    await store.inbox.admit("x", [build_numbered_mention(number) for number in numbers], None, clock.now())
    return await store.inbox.read("w", 100, wait=False)


def opening(entry: InboxEntry, clock: SteppedClock) -> CaseDecision:
    assert entry.mention is not None
    return open_case(entry.mention, ANGRY, Route(name="r", to="care", clocks=CLOCKS), CARE, clock.now())


async def commit_opening(store: Store, clock: SteppedClock, number: int = 1) -> Case:
    (entry,) = await entries(store, clock, number)
    await store.inbox.commit([TriagedEntry(entry, opening(entry, clock))], clock.now())
    return await store.cases.get(derive_case_id(f"x:{number}"))


async def test_of_two_commits_of_one_entry_the_second_changes_nothing(store: Store, clock: SteppedClock) -> None:
    (entry,) = await entries(store, clock, 1)
    ready = TriagedEntry(entry, opening(entry, clock))
    assert await store.inbox.commit([ready], clock.now()) == [CommitResult.WRITTEN]
    before = await store.mention_counters.read()
    assert await store.inbox.commit([ready], clock.now()) == [CommitResult.ANSWERED]
    assert await store.mention_counters.read() == before
    assert (before.opened, before.waiting, before.unaccounted) == (1, 0, 0)


async def test_who_answers_an_answered_entry_differently_is_told_so_and_not_that_he_is_stale(
    store: Store, clock: SteppedClock
) -> None:
    (entry,) = await entries(store, clock, 1)
    case = opening(entry, clock)
    await store.inbox.commit([TriagedEntry(entry, case)], clock.now())
    assert entry.mention is not None
    other = count_only(entry.mention, ANGRY, clock.now())
    assert (
        await store.inbox.commit([TriagedEntry(entry, case), TriagedEntry(entry, other)], clock.now())
        == [CommitResult.ANSWERED] * 2
    )
    assert (await store.mention_counters.read()).tallied == 0


async def test_a_stale_version_is_refused_and_nothing_of_it_is_written(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    case = await commit_opening(store, clock)
    (entry,) = await entries(store, clock, 2)
    assert entry.mention is not None
    late = join_case(case.copy_with(version=0), entry.mention, ANGRY, JoinReason.COPY, CARE, clock.now())
    audited = await client.execute("XLEN", keys.audit)
    assert await store.inbox.commit([TriagedEntry(entry, late)], clock.now()) == [CommitResult.STALE]
    books = await store.mention_counters.read()
    assert (await store.cases.get(case.id)) == case
    assert (books.joined, books.waiting, await client.execute("XLEN", keys.audit)) == (0, 1, audited)


async def test_two_workers_that_hold_the_same_words_at_once_open_one_case(store: Store, clock: SteppedClock) -> None:
    one, two = (
        build_numbered_mention(1, text="You lost the very same bag"),
        build_numbered_mention(2, text="You lost the very same bag"),
    )
    await store.inbox.admit("x", [one, two], None, clock.now())
    first, second = await store.inbox.read("w", 2, wait=False)
    unseen = tuple(LookupGuard(trace.key, "") for trace in build_lookup_keys(store.keys, one, ""))
    assert unseen
    replies = await asyncio.gather(
        *(
            store.inbox.commit([TriagedEntry(entry, opening(entry, clock), unseen)], clock.now())
            for entry in (first, second)
        )
    )
    assert sorted(replies) == [[CommitResult.STALE], [CommitResult.WRITTEN]]


async def test_of_fifty_who_claim_at_once_one_gets_the_case_and_the_others_a_sentence(
    store: Store, clock: SteppedClock
) -> None:
    case = await commit_opening(store, clock)
    staff = STAFF.model_copy(update={"deputies": frozenset(f"U{n}" for n in range(50))})

    async def press(person: str) -> Case | str:
        try:
            now = clock.now()
            return (
                await store.cases.change(case.id, lambda c: claim_case(c, build_context(person, now, CARE, staff)), now)
            ).case
        except NotAllowed as no:
            return str(no)

    answers = await asyncio.gather(*(press(f"U{n}") for n in range(50)))
    (won,) = [answer for answer in answers if isinstance(answer, Case)]
    assert (won.status, won.version) == (CaseStatus.CLAIMED, 2)
    assert all(won.owner in answer for answer in answers if isinstance(answer, str))


async def test_a_case_that_is_gone_is_said_to_be_gone(store: Store) -> None:
    with pytest.raises(CaseGoneError):
        await store.cases.get("nothing")


async def test_an_entry_that_nobody_holds_any_more_is_not_answered_twice_by_a_guess(
    store: Store, clock: SteppedClock, keys: Keys, client: RedisClient
) -> None:
    transaction = Transaction(keys.inbox, "1-1")
    transaction.write("HINCRBY", keys.mention_counters, "opened", 1)
    assert await commit(client, transaction) == [CommitResult.ANSWERED]
    assert (await store.mention_counters.read()).opened == 0
