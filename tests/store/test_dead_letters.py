"""Dead letters: listed with their reason, replayed once, dropped on purpose; the counters balance after each."""

from typing import Any

from bot.domain.reports.report import Reconciliation
from bot.store.dead_letters import DeadLetter
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention, triage_mentions


async def bury_mention(store: Store, clock: SteppedClock, number: int = 1, **changes: Any) -> DeadLetter:
    await store.inbox.admit("x", [build_numbered_mention(number, **changes)], None, clock.now())
    (entry,) = await store.inbox.read("w", 1, wait=False)
    await store.inbox.move_to_dead_letters(entry, "KeyError, 6 tries", clock.now())
    return next(letter for letter in await store.dead_letters.list_letters() if letter.id == entry.id)


async def reconcile(store: Store) -> Reconciliation:
    account = await store.mention_counters.read()
    assert account.unaccounted == 0
    return account


async def test_a_letter_says_what_failed_when_and_why(store: Store, clock: SteppedClock) -> None:
    letter = await bury_mention(store, clock)
    assert (letter.reason, letter.at, letter.tries) == ("KeyError, 6 tries", clock.now(), 1)
    assert build_numbered_mention(1).text in letter.raw
    account = await reconcile(store)
    assert (account.dead, account.waiting, await store.dead_letters.count()) == (1, 0, 1)


async def test_letters_are_listed_oldest_first(store: Store, clock: SteppedClock) -> None:
    first = await bury_mention(store, clock, 1)
    clock.advance(minutes=1)
    second = await bury_mention(store, clock, 2)
    assert await store.dead_letters.list_letters() == [first, second]


async def test_a_replayed_letter_is_handled_as_if_it_had_just_come(store: Store, clock: SteppedClock) -> None:
    letter = await bury_mention(store, clock)
    await store.dead_letters.replay(letter, clock.now())
    account = await reconcile(store)
    assert (account.dead, account.waiting) == (0, 1)
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    account = await reconcile(store)
    assert (case.mention, account.opened, account.waiting) == (build_numbered_mention(1), 1, 0)


async def test_a_letter_replayed_twice_is_in_the_inbox_once(store: Store, clock: SteppedClock) -> None:
    letter = await bury_mention(store, clock)
    await store.dead_letters.replay(letter, clock.now())
    await store.dead_letters.replay(letter, clock.now())
    assert (await reconcile(store)).waiting == 1


async def test_a_dropped_letter_is_tallied_and_cannot_be_replayed(store: Store, clock: SteppedClock) -> None:
    letter = await bury_mention(store, clock)
    await store.dead_letters.discard(letter)
    await store.dead_letters.discard(letter)
    await store.dead_letters.replay(letter, clock.now())
    account = await reconcile(store)
    assert (account.dead, account.waiting, account.tallied) == (0, 0, 1)


async def test_burying_what_another_worker_has_answered_buries_nothing(store: Store, clock: SteppedClock) -> None:
    await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now())
    (entry,) = await store.inbox.read("w", 1, wait=False)
    await store.inbox.move_to_dead_letters(entry, "first", clock.now())
    (letter,) = await store.dead_letters.list_letters()
    await store.inbox.move_to_dead_letters(entry, "second", clock.now())
    assert await store.dead_letters.list_letters() == [letter]


async def test_an_edit_that_failed_is_still_an_edit_when_it_is_replayed(store: Store, clock: SteppedClock) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    letter = await bury_mention(store, clock, 1, text="You lost it again, and my coat", edits=1)
    assert (await reconcile(store)).dead == 1
    await store.dead_letters.replay(letter, clock.now())
    await triage_mentions(store, FakeRules(), clock)
    account = await reconcile(store)
    assert (account.seen, account.opened, account.editing, account.dead) == (1, 1, 0, 0)
    assert (await store.cases.get(case.id)).mention.edits == 1


async def test_an_edit_that_failed_and_is_dropped_was_counted_before(store: Store, clock: SteppedClock) -> None:
    await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    await store.dead_letters.discard(await bury_mention(store, clock, 1, edits=1))
    account = await reconcile(store)
    assert (account.opened, account.tallied, account.editing, account.dead) == (1, 0, 0, 0)
