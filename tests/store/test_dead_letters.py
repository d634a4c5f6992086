"""Dead letters: listed with their reason, replayed once, dropped on purpose; the books balance after each."""

from bot.domain.reports.report import Reconciliation
from bot.store.dead_letters import DeadLetter
from bot.store.store import Store
from tests.clock import WoundClock
from tests.workers.rules import FakeRules
from tests.workers.said import said, triaged


async def buried(store: Store, clock: WoundClock, number: int = 1) -> DeadLetter:
    await store.inbox.admit("x", [said(number)], None, clock.now())
    (entry,) = await store.inbox.read("w", 1, wait=False)
    await store.inbox.move_to_dead_letters(entry, "KeyError, 6 tries", clock.now())
    return next(letter for letter in await store.dead_letters.list_letters() if letter.id == entry.id)


async def books(store: Store) -> Reconciliation:
    account = await store.mention_counters.read()
    assert account.unaccounted == 0
    return account


async def test_a_letter_says_what_failed_when_and_why(store: Store, clock: WoundClock) -> None:
    letter = await buried(store, clock)
    assert (letter.reason, letter.at, letter.tries) == ("KeyError, 6 tries", clock.now(), 1)
    assert said(1).text in letter.raw
    account = await books(store)
    assert (account.dead, account.waiting, await store.dead_letters.count()) == (1, 0, 1)


async def test_letters_are_listed_oldest_first(store: Store, clock: WoundClock) -> None:
    first = await buried(store, clock, 1)
    clock.wind(minutes=1)
    second = await buried(store, clock, 2)
    assert await store.dead_letters.list_letters() == [first, second]


async def test_a_replayed_letter_is_handled_as_if_it_had_just_come(store: Store, clock: WoundClock) -> None:
    letter = await buried(store, clock)
    await store.dead_letters.replay(letter, clock.now())
    account = await books(store)
    assert (account.dead, account.waiting) == (0, 1)
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    account = await books(store)
    assert (case.mention, account.opened, account.waiting) == (said(1), 1, 0)


async def test_a_letter_replayed_twice_is_in_the_inbox_once(store: Store, clock: WoundClock) -> None:
    letter = await buried(store, clock)
    await store.dead_letters.replay(letter, clock.now())
    await store.dead_letters.replay(letter, clock.now())
    assert (await books(store)).waiting == 1


async def test_a_dropped_letter_is_tallied_and_cannot_be_replayed(store: Store, clock: WoundClock) -> None:
    letter = await buried(store, clock)
    await store.dead_letters.discard(letter)
    await store.dead_letters.discard(letter)
    await store.dead_letters.replay(letter, clock.now())
    account = await books(store)
    assert (account.dead, account.waiting, account.tallied) == (0, 0, 1)


async def test_burying_what_another_worker_has_answered_buries_nothing(store: Store, clock: WoundClock) -> None:
    await store.inbox.admit("x", [said(1)], None, clock.now())
    (entry,) = await store.inbox.read("w", 1, wait=False)
    await store.inbox.move_to_dead_letters(entry, "first", clock.now())
    (letter,) = await store.dead_letters.list_letters()
    await store.inbox.move_to_dead_letters(entry, "second", clock.now())
    assert await store.dead_letters.list_letters() == [letter]
