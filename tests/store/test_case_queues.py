"""Lists of cases by department, owner and author: exact counts, only what is shown is read, old records are found."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.domain.case import Case, CaseStatus
from bot.domain.cases.queues import CaseQueue, list_author_terms, normalize_name
from bot.domain.commits import CaseDecision
from bot.domain.mention import FORGOTTEN_TEXT, Author, Mention
from bot.domain.redaction import forget_in_case
from bot.store.case_queues import SCAN_START
from bot.store.case_writer import write_decision
from bot.store.keys import CASE_KEPT
from bot.store.store import Store
from bot.store.transaction import Transaction, commit
from tests.clock import SteppedClock
from tests.domain.samples import build_assessment
from tests.store.samples import MENTION
from tests.store.unreadable_records import make_unreadable

DUE = timedelta(minutes=15)


def build_case(number: int, clock: SteppedClock, owner: str = "", **changes: Any) -> Case:
    name = f"p{number}"
    mention = MENTION.copy_with(id=f"x:{number}", author=Author(id=name, handle=name, name=f"Marta {name}"))
    case = Case(
        id=f"case{number:05}",
        version=1,
        mention=mention,
        assessment=build_assessment("intent:complaint"),
        department="care",
        opened_at=clock.now(),
        waiting_since=clock.now(),
        due=clock.now() + DUE + timedelta(seconds=number),
        status=CaseStatus.CLAIMED if owner else CaseStatus.NEW,
        owner=owner,
    )
    return case.copy_with(**changes)


async def save(store: Store, clock: SteppedClock, *cases: Case, before: Case | None = None) -> None:
    transactions = []
    for case in cases:
        transactions.append(Transaction(store.keys.inbox))
        write_decision(transactions[-1], store.keys, CaseDecision(after=case, before=before), clock.now())
    assert set(await commit(store.client, *transactions)) == {1}


async def count(store: Store, clock: SteppedClock, department: str = "care") -> tuple[int, ...]:
    return tuple((await store.case_queues.load_queues([department], clock.now()))[department].counts)


async def list_ids(
    store: Store, clock: SteppedClock, queue: CaseQueue, *departments: str, **options: Any
) -> tuple[list[str], int]:
    queues = await store.case_queues.load_queues(departments, clock.now())
    page = await store.case_queues.load_queue_page(queue, queues, clock.now(), **options)
    return [case.id for case in page.cases], page.total


async def test_open_overdue_and_unclaimed_are_counted_exactly(store: Store, clock: SteppedClock) -> None:
    await save(store, clock, *(build_case(number, clock, "U0ANA" if number < 2 else "") for number in range(5)))
    assert await count(store, clock) == (5, 0, 3)
    clock.advance(minutes=15, seconds=2)
    assert await count(store, clock) == (5, 3, 3)
    listed = partial(list_ids, store, clock)
    assert await listed(CaseQueue.OVERDUE, "care", "pr") == (["case00000", "case00001", "case00002"], 3)
    assert await listed(CaseQueue.UNCLAIMED, "care", "pr") == (["case00002", "case00003", "case00004"], 3)
    assert await listed(CaseQueue.UNCLAIMED, "care", without_overdue=True) == (["case00003", "case00004"], 2)


async def test_a_page_of_what_is_unclaimed_is_found_behind_many_that_are_claimed(
    store: Store, clock: SteppedClock
) -> None:
    await save(store, clock, *(build_case(number, clock, "U0ANA" if number % 8 else "") for number in range(60)))
    found, total = await list_ids(store, clock, CaseQueue.UNCLAIMED, "care", start=3, rows=3)
    assert (found, total) == (["case00024", "case00032", "case00040"], 8)


async def test_a_case_that_moves_is_released_or_ends_leaves_the_list_of_what_is_claimed(
    store: Store, clock: SteppedClock
) -> None:
    claimed = build_case(1, clock, "U0ANA")
    await save(store, clock, claimed)
    released = claimed.copy_with(version=2, status=CaseStatus.NEW, owner="")
    await save(store, clock, released, before=claimed)
    assert await count(store, clock) == (1, 0, 1)
    moved = released.copy_with(version=3, department="pr", status=CaseStatus.CLAIMED, owner="U0BEN")
    await save(store, clock, moved, before=released)
    assert (await count(store, clock), await count(store, clock, "pr")) == ((0, 0, 0), (1, 0, 0))
    resolved = moved.copy_with(version=4, status=CaseStatus.RESOLVED, resolved_at=clock.now())
    await save(store, clock, resolved, before=moved)
    assert await count(store, clock, "pr") == (0, 0, 0)
    assert not await store.client.execute("EXISTS", store.keys.claimed_cases_key("pr"))


async def test_departments_are_merged_by_when_their_cases_are_due(store: Store, clock: SteppedClock) -> None:
    await save(
        store, clock, *(build_case(number, clock, department="care" if number % 2 else "pr") for number in range(6))
    )
    await save(store, clock, build_case(9, clock, due=None))
    queues = await store.case_queues.load_queues(["care", "pr"], clock.now())
    page = await store.case_queues.load_queue_page(CaseQueue.UNCLAIMED, queues, clock.now(), 4, 4)
    assert [case.id for case in page.cases] == ["case00004", "case00005", "case00009"]
    assert (page.start, page.end, page.total) == (4, 7, 7)
    last = await store.case_queues.load_queue_page(CaseQueue.UNCLAIMED, queues, clock.now(), 999, 4)
    assert (last.start, len(last.cases)) == (4, 3)
    assert (await store.case_queues.load_owned_page("U0JOE", 10)).total == 0


async def test_owned_cases_come_soonest_due_first_from_all_departments_and_page_by_page(
    store: Store, clock: SteppedClock
) -> None:
    cases = [
        build_case(3, clock, "U0ANA", due=None),
        build_case(1, clock, "U0ANA"),
        build_case(0, clock, "U0ANA", department="gone"),
    ]
    await save(store, clock, *cases, build_case(2, clock, "U0BEN"))
    owned = await store.case_queues.load_owned_page("U0ANA")
    assert [case.id for case in owned.cases] == ["case00000", "case00001", "case00003"]
    later = cases[1].copy_with(version=2, due=clock.now() + timedelta(hours=1))
    await save(store, clock, later, before=cases[1])
    handed_over = cases[2].copy_with(version=2, owner="U0BEN")
    await save(store, clock, handed_over, before=cases[2])
    last = await store.case_queues.load_owned_page("U0ANA", 8, 1)
    assert ([case.id for case in last.cases], last.start, last.total) == (["case00003"], 1, 2)
    assert [case.id for case in await store.cases.list_owned("U0BEN")] == ["case00000", "case00002"]


async def test_cases_of_the_previous_release_are_put_into_the_indexes(store: Store, clock: SteppedClock) -> None:
    keys = store.keys
    await save(store, clock, build_case(1, clock, "U0ANA"), build_case(2, clock))
    await store.client.execute("DEL", keys.claimed_cases_key("care"))
    async for key in store.client.scan_keys(keys.authors_key("")):
        await store.client.execute("DEL", key)
    await store.client.execute("DEL", keys.owned_cases_key("U0ANA"))
    await store.client.execute("SADD", keys.former_owned_cases_key("U0ANA"), "case00001")
    await store.client.execute("ZADD", keys.claimed_cases_key("care"), 1, "gone", 2, "case00002")
    assert not await store.case_queues.search_author("p1", clock.now())

    for _ in range(2):
        await store.case_queues.restore_indexes("care")
    assert await store.client.execute("ZRANGE", keys.claimed_cases_key("care"), 0, -1) == ["case00001"]
    assert [case.id for case in (await store.case_queues.load_owned_page("U0ANA")).cases] == ["case00001"]
    assert not await store.client.execute("EXISTS", keys.former_owned_cases_key("U0ANA"))
    assert [case.id for case in await store.case_queues.search_author("p1", clock.now())] == ["case00001"]


async def test_a_case_that_cannot_be_read_stops_no_other_from_being_restored(store: Store, clock: SteppedClock) -> None:
    await save(store, clock, build_case(1, clock, "U0ANA"), build_case(2, clock, "U0ANA"))
    await make_unreadable(store, store.keys.case_key("case00001"), status="pondered")
    await store.client.execute("DEL", store.keys.claimed_cases_key("care"))
    await store.case_queues.restore_indexes("care")
    assert await store.client.execute("ZRANGE", store.keys.claimed_cases_key("care"), 0, -1) == ["case00002"]
    assert await list_ids(store, clock, CaseQueue.UNCLAIMED, "care") == ([], 1)


async def test_many_open_cases_are_restored_some_at_a_time(store: Store, clock: SteppedClock) -> None:
    await save(store, clock, *(build_case(number, clock, "U0ANA") for number in range(600)))
    await store.client.execute("DEL", store.keys.claimed_cases_key("care"))
    cursor, most, before = await store.case_queues.restore_indexes("care"), 0, 0
    while cursor != SCAN_START:
        cursor = await store.case_queues.restore_indexes("care", cursor)
        now = int(await store.client.execute("ZCARD", store.keys.claimed_cases_key("care")))
        most, before = max(most, now - before), now
    assert before == 600
    assert most < 300


@pytest.mark.parametrize("words", ["marta p1", "MARTA", "@P1", " p1 "])
async def test_an_author_is_found_by_the_first_letters_of_handle_or_name(
    words: str, store: Store, clock: SteppedClock
) -> None:
    await save(store, clock, build_case(1, clock))
    assert [case.id for case in await store.case_queues.search_author(words, clock.now())] == ["case00001"]
    assert not await store.case_queues.search_author("arta", clock.now())
    assert not await store.case_queues.search_author(" @ ", clock.now())


async def test_a_search_months_later_finds_the_case_and_forgets_one_that_is_no_longer_kept(
    store: Store, clock: SteppedClock
) -> None:
    await save(store, clock, build_case(1, clock), build_case(2, clock))
    clock.advance(days=CASE_KEPT.days + 30)
    assert len(await store.case_queues.search_author("marta", clock.now())) == 2
    await store.client.execute("DEL", store.keys.case_key("case00001"))
    for _ in range(2):
        assert [case.id for case in await store.case_queues.search_author("marta", clock.now())] == ["case00002"]
    [key] = [key async for key in store.client.scan_keys(store.keys.authors_key(""))]
    entries = await store.client.execute("ZRANGE", key, 0, -1)
    assert [entry for entry in entries if entry.startswith("marta")] == ["marta p2\ncase00002"]
    assert await store.client.execute("TTL", key) > 180 * 86_400


async def test_a_deleted_post_is_not_found_by_the_name_of_its_author(store: Store, clock: SteppedClock) -> None:
    case = build_case(1, clock)
    await save(store, clock, case)
    decision = forget_in_case(case, frozenset({case.mention.id}), clock.now())
    assert decision is not None
    await store.cases.commit(decision, clock.now())
    assert not await store.case_queues.search_author("marta", clock.now())
    assert not [key async for key in store.client.scan_keys(store.keys.authors_key(""))]


def test_names_are_folded_and_an_author_without_a_name_is_not_listed() -> None:
    assert normalize_name("  @Marta\n\x1fSILVA ") == "marta silva"
    assert (
        list_author_terms(Mention(id="x:1", source="x", text=FORGOTTEN_TEXT, created_at=MENTION.created_at))
        == frozenset()
    )
    assert len(normalize_name("x" * 900)) == 60
