"""SIGKILL at every stage, on real processes: nothing is lost, nothing is handled twice, second cards are bounded.

These wait in real time, for other processes.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.case import Case, CaseResolution, derive_case_id
from bot.domain.cases.transitions import resolve_case
from bot.domain.commits import CaseDecision
from bot.domain.department import DepartmentStaff
from bot.domain.lifecycle import Context
from bot.domain.mention import Mention
from bot.domain.periods import TimeSpan
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from bot.workers.delivery.delivery_worker import CONCURRENCY
from tests.kill.crash_points import MOMENTS, OWN_HANDLE, CrashPoint
from tests.kill.process_group import ProcessGroup, build_mentions, departments, run_process_group
from tests.store.servers import Server
from tests.workers.numbered_mentions import build_numbered_mention

MENTIONS, WAVE, EVERY = 1_000, 20, 0.4
LONGEST = 240
"""Real seconds, on a machine that has other things to do."""
OFFERED = "offered a follow-up"
IN_POSTING = ("begun:after", "post:before", "post:after", "noted:before")
"""Deaths after which it is not known whether a message was sent."""


async def run_with_restarts(
    group: ProcessGroup,
    mentions: int,
    random_kills: int,
    *,
    until: Callable[[], Awaitable[bool]] | None = None,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
    falls: int = 0,
) -> None:
    """Mentions come in waves, so that every stage has work whenever a child is to die in it.

    `until` is asked when everything else is done; `meanwhile` happens some times while mentions come.
    """
    chance, loop = random.Random(7), asyncio.get_running_loop()
    sent, killed, fallen, began = 0, 0, 0, loop.time()
    lasts = EVERY * mentions / WAVE
    async with asyncio.timeout(LONGEST):
        while sent < mentions or killed < random_kills or not await group.is_idle() or (until and not await until()):
            await group.restart_dead()
            passed = loop.time() - began
            if sent < mentions and passed > EVERY * sent / WAVE:
                heard = build_mentions(sent, WAVE, group.config.departments)
                await group.store.inbox.admit("x", heard, str(sent), group.clock.now())
                sent += WAVE
            due = killed < random_kills and passed > lasts * (killed + 1) / random_kills
            if due and (not group.plans or sent >= mentions):
                group.kill_any(chance)
                killed += 1
            if meanwhile and fallen < falls and passed > lasts * (fallen + 1) / falls:
                await meanwhile()
                fallen += 1


async def count_changes(client: RedisClient, keys: Keys, what: str) -> Counter[str]:
    """How often this happened to each case, by the audit log."""
    lines = [dict(zip(f[::2], f[1::2], strict=True)) for _, f in await client.execute("XRANGE", keys.audit, "-", "+")]
    return Counter(line["case"] for line in lines if line["what"] == what)


@pytest.mark.timeout(LONGEST + 60)
async def test_of_a_thousand_mentions_none_is_lost_and_none_handled_twice_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    async with run_process_group(store, redis_url, brand, times=60, among=departments(20)) as group:
        group.plans.extend(CrashPoint(moment, nth) for nth in (1, 3) for moment in MOMENTS)
        await run_with_restarts(group, MENTIONS, random_kills=4)
        assert set(MOMENTS) <= set(group.died)
        books, cases = await store.mention_counters.read(), await count_changes(client, keys, "opened")
        assert (books.seen, books.waiting, books.dead, books.unaccounted) == (MENTIONS, 0, 0, 0)
        assert (books.joined, books.tallied, books.spam) == (MENTIONS // 10,) * 3
        assert books.opened == len(cases) == MENTIONS * 7 // 10  # of a post and its copy, either may have come first
        assert set(cases.values()) == {1}
        assert all((derive_case_id(f"x:{n}") in cases) == (n % 10 < 6) for n in range(MENTIONS) if n % 10 not in {6, 7})
        assert {len(group.list_places(case)) for case in cases} == {1}
        second = sum(times - 1 for times in group.count_messages().values())
        say(f"{group.died.total()} deaths, {second} of {len(group.count_messages())} messages sent twice")
        assert second <= group.died.total() * CONCURRENCY


@pytest.mark.timeout(LONGEST + 60)
async def test_where_we_may_read_what_we_sent_no_message_is_sent_twice_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    async with run_process_group(store, redis_url, brand, times=60, among=departments(20), reads=True) as group:
        group.plans.extend(CrashPoint(moment, nth) for nth in (2, 5) for moment in IN_POSTING)
        await run_with_restarts(group, 300, random_kills=2)
        cases = await count_changes(client, keys, "opened")
        assert {len(group.list_places(case)) for case in cases} == {1}
        assert set(group.count_messages().values()) == {1}


@pytest.mark.timeout(LONGEST + 60)
async def test_of_what_is_deleted_meanwhile_no_case_and_no_card_has_a_word_whichever_process_dies_when(
    store: Store, redis_url: str, brand: str
) -> None:
    deleted = set[int]()

    async def delete_newest() -> None:
        """Ten of those that came last: most still wait, or are in somebody's hands."""
        at, sent = clock.now(), int(await store.inbox.load_cursor("x") or 0)
        newest = range(max(0, sent - 10), sent)
        await store.inbox.admit(
            "x", [Mention(id=f"x:{n}", source="x", text="", created_at=at, deleted_at=at) for n in newest], None, at
        )
        deleted.update(newest)

    async with run_process_group(store, redis_url, brand, times=60, among=departments(20), reads=True) as group:
        clock = group.clock
        group.plans.extend(CrashPoint(moment, nth) for nth in (2, 6) for moment in MOMENTS[:3])
        await run_with_restarts(group, 300, random_kills=3, meanwhile=delete_newest, falls=8)
        books = await store.mention_counters.read()
        assert (books.seen, books.waiting, books.editing, books.dead, books.unaccounted) == (300, 0, 0, 0, 0)
        cases = await store.cases.find([derive_case_id(f"x:{n}") for n in deleted])
        assert all(case.mention.is_forgotten for case in cases.values())
        shown = json.dumps([[one.text, one.blocks, one.attachments] for one in group.list_messages()])
        own = [n for n in deleted if n % 10 < 6]  # another has the same words as the seventh
        assert not [n for n in own if f"my bag {n} again" in shown]
        say(f"{group.died.total()} deaths, {len(deleted)} deleted, {len(cases)} of them had a case")


@pytest.mark.timeout(LONGEST + 60)
async def test_every_answer_of_ours_is_applied_once_and_is_no_opinion_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    """Half of them come after the post that they answer, the others before it."""
    answered: dict[str, str] = {}

    async def answer_in_public() -> None:
        sent = int(await store.inbox.load_cursor("x") or 0)
        near = [n for n in range(max(0, sent - 10), min(300, sent + 10)) if n % 10 < 6 and f"x:{n}" not in answered]
        replies = [build_numbered_mention(10_000 + n, author=OWN_HANDLE, in_reply_to=f"x:{n}") for n in near]
        await store.inbox.admit("x", replies, None, group.clock.now())
        answered.update((f"x:{n}", reply.id) for n, reply in zip(near, replies, strict=True))

    async with run_process_group(store, redis_url, brand, times=60, among=departments(20), reads=True) as group:
        group.plans.extend(CrashPoint(moment, nth) for nth in (2, 5) for moment in MOMENTS)
        await run_with_restarts(group, 300, random_kills=2, meanwhile=answer_in_public, falls=8)
        books = await store.mention_counters.read()
        assert (books.seen, books.waiting, books.dead, books.unaccounted) == (300 + len(answered), 0, 0, 0)
        assert books.tallied == 30 + len(answered)
        cases = await store.cases.find([derive_case_id(post) for post in answered])
        applied = {case.mention.id: [one.mention for one in case.public_replies] for case in cases.values()}
        assert applied == {post: [reply] for post, reply in answered.items()}
        assert {case.resolution for case in cases.values()} == {CaseResolution.ANSWERED_OUTSIDE}
        assert not await store.cases.find([derive_case_id(reply) for reply in answered.values()])
        assert (await count_changes(client, keys, "answered in public")) == dict.fromkeys(cases, 1)
        written = build_numbered_mention(0).created_at
        span = TimeSpan(written - timedelta(days=1), written + timedelta(days=1))
        [tally] = await store.report_counters.load_tallies(span)
        assert sum(tally.values()) == 300, "our own posts are no opinion"
        places = {len(group.list_places(case)) for case in cases}
        assert places <= {0, 1}, "what is answered before a list names it needs no line there"
        say(f"{group.died.total()} deaths, {len(answered)} answers in public")


@pytest.mark.timeout(LONGEST + 60)
async def test_every_escalation_step_happens_once_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    among = departments(4, on_call=("U0RAJ", "U0MIA"))
    async with run_process_group(store, redis_url, brand, times=200, among=among, claim_within=10) as group:
        group.plans.extend(CrashPoint(moment, nth) for nth in (6, 9) for moment in ("noted:before", "noted:after"))
        await run_with_restarts(group, 60, random_kills=4, until=lambda: has_escalated(client, keys, 42 * 3))
        for what in ("reminded the channel", "called <@U0RAJ>", "called <@U0MIA>"):
            assert set((await count_changes(client, keys, what)).values()) == {1}
        assert group.died.total() >= 4


@pytest.mark.timeout(LONGEST + 60)
async def test_every_follow_up_is_offered_once_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    among = tuple(
        one.copy_with(deputies=("U0RAJ", "U0MIA"), follow_up_after=timedelta(minutes=10))
        for one in departments(4, on_call=("U0RAJ", "U0MIA"))
    )
    by_name = {one.name: one for one in among}

    def answer(case: Case) -> CaseDecision:
        department = by_name[case.department]
        staff = DepartmentStaff(department=department.name, deputies=frozenset(department.deputies))
        context = Context("U0RAJ", group.clock.now(), staff, department)
        return resolve_case(case, context, CaseResolution.ANSWERED, "")

    async def answer_all() -> bool:
        cases = await store.cases.find(list(await count_changes(client, keys, "opened")))
        for case in cases.values():
            if not case.is_closed:
                await store.cases.change(case.id, answer, group.clock.now())
        return (await count_changes(client, keys, OFFERED)).total() >= len(cases)

    async with run_process_group(store, redis_url, brand, times=200, among=among) as group:
        group.plans.extend(CrashPoint(moment, nth) for nth in (12, 20) for moment in MOMENTS[3:])
        await run_with_restarts(group, 60, random_kills=4, until=answer_all)
        offered = await count_changes(client, keys, OFFERED)
        assert (len(offered), set(offered.values())) == (42, {1})
        sent = [name for name in group.count_messages().elements() if name.startswith("follow-ups ")]
        assert {name.rpartition(" ")[2] for name in sent} == {"@U0MIA"}, "Raj answered"
        say(f"{group.died.total()} deaths, {len(sent)} messages to Mia for 4 departments")
        assert len(sent) <= len(among) + group.died.total()
        assert group.died.total() >= 4


@pytest.mark.timeout(LONGEST + 60)
async def test_a_store_that_is_killed_again_and_again_loses_nothing_that_it_acknowledged(server: Server) -> None:
    """With `appendfsync always`. With `everysec`, as the embedded store runs, a kill may cost what came while a sync
    was under way, and a machine that dies the last second or two: all of one instant, cursors and books too.
    """
    store, keys = Store(server.client, "brand", "test"), Keys("brand")
    await always(server)
    await store.inbox.create_group()
    async with run_process_group(store, server.url, "brand", times=60, among=departments(20)) as group:
        await run_with_restarts(group, 300, random_kills=0, meanwhile=lambda: fallen(server), falls=5)
        books, cases = await store.mention_counters.read(), await count_changes(server.client, keys, "opened")
        assert (books.seen, books.waiting, books.dead, books.unaccounted) == (300, 0, 0, 0)
        assert set(cases.values()) == {1}
        assert {len(group.list_places(case)) for case in cases} == {1}
        second = sum(times - 1 for times in group.count_messages().values())
        say(f"5 falls of the store, {second} of {len(group.count_messages())} messages sent twice")
        assert second <= 5 * CONCURRENCY
        assert not group.died


async def always(server: Server) -> None:
    await server.client.execute("CONFIG", "SET", "appendfsync", "always")


async def fallen(server: Server) -> None:
    await server.kill()
    await server.start()
    await always(server)


async def has_escalated(client: RedisClient, keys: Keys, rungs: int) -> bool:
    counts = [(await count_changes(client, keys, what)).total() for what in ("reminded the channel", "called <@U0RAJ>")]
    return sum(counts) + (await count_changes(client, keys, "called <@U0MIA>")).total() >= rungs


def say(figure: str) -> None:
    """What was measured, for a developer who runs this with -s."""
    sys.stdout.write(f"\n{figure}\n")
