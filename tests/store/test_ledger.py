"""The ledger counts each person once, however many they are, and whoever else writes at the same moment."""

import asyncio

from bot.domain.ledger.entry import MAX_CASES, MAX_PEOPLE, EntryKind, LedgerEntry, open_entry
from bot.store.store import Store
from tests.cards.samples import AT

TOM = "U0TOM"


def build_entry(title: str = "Quiet carriage") -> LedgerEntry:
    return open_entry(EntryKind.NEED, title, "research", TOM, AT, ())


def ask(first: int, last: int) -> dict[str, str]:
    return {f"person{number}": f"case{number}|research" for number in range(first, last)}


async def test_ten_thousand_people_count_once_each_and_no_more_are_told_apart(store: Store) -> None:
    entry = await store.ledger.add_people(build_entry(), ask(0, 9_990), TOM, AT)
    assert entry.people == 9_990
    entry = await store.ledger.add_people(entry, ask(9_900, 10_100), TOM, AT)
    assert (entry.people, len(entry.newest)) == (MAX_PEOPLE, MAX_CASES)
    assert len(await store.ledger.load_people(entry.id)) == MAX_PEOPLE


async def test_two_who_add_at_once_are_both_counted_and_open_one_entry(store: Store) -> None:
    adds = (store.ledger.add_people(build_entry(), ask(start, start + 3), TOM, AT) for start in (0, 2, 4, 6))
    await asyncio.gather(*adds)
    [entry] = (await store.ledger.load()).values()
    assert entry.people == 9 == len(await store.ledger.load_people(entry.id))


async def test_a_merge_counts_who_is_in_both_once_and_keeps_those_who_were_erased(store: Store) -> None:
    source = await store.ledger.add_people(build_entry("Silence"), ask(0, 5), TOM, AT)
    target = await store.ledger.add_people(build_entry(), ask(3, 8), TOM, AT)
    await store.client.execute("HDEL", store.keys.ledger_people_key(source.id), "person0")
    merged = await store.ledger.change(target.id, lambda entry: entry, TOM, AT, source.id)
    assert merged.people == 8
    assert await store.ledger.load() == {target.id: merged}
    assert await store.ledger.load_people(source.id) == {}


async def test_nobody_is_told_on_counts_that_have_changed(store: Store) -> None:
    entry = await store.ledger.add_people(build_entry(), ask(0, 2), TOM, AT)
    outdated = entry.copy_with(title="Silence")
    await store.ledger.tell(outdated, outdated, {"person0": "case0||told"}, [], "20260310", {}, AT)
    assert (await store.ledger.load_people(entry.id))["person0"] == "case0|research"
    await store.ledger.tell(entry, entry, {"person0": "case0||told"}, [], "20260310", {}, AT)
    assert (await store.ledger.load_people(entry.id))["person0"] == "case0||told"


async def test_a_merge_keeps_who_was_told_and_who_asks_again_in_that_case_is_not_told_twice(store: Store) -> None:
    source = await store.ledger.add_people(build_entry("Silence"), ask(0, 3), TOM, AT)
    told = {"person0": "case0||told", "person1": "case1||offered"}
    await store.ledger.tell(source, source.copy_with(told=1), told, [], "20260310", {}, AT)
    target = await store.ledger.add_people(build_entry(), ask(5, 6), TOM, AT)
    merged = await store.ledger.change(target.id, lambda entry: entry, TOM, AT, source.id)
    assert (merged.people, merged.told) == (4, 1)
    await store.ledger.add_people(merged, ask(0, 2), TOM, AT)
    people = await store.ledger.load_people(merged.id)
    assert [people["person0"], people["person1"]] == ["case0||told", "case1||offered"]
