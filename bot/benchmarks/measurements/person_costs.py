"""What it costs to know persons: in triage, on a card, and in the memory of the store."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bot.app import tune_gc
from bot.benchmarks.fixtures import (
    SAMPLE_DAY,
    BenchmarkContext,
    load_rules,
    open_playbook,
    publish_mentions,
    run_server,
    triage_inbox,
)
from bot.benchmarks.measurement import MEGABYTES, MS, RATIO, Measurement, require_at_most
from bot.benchmarks.timing import measure_time
from bot.cards.case import render_case
from bot.clock import SystemClock
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.cases.intake import open_case
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.follow_up import POSITIVE, FollowUp
from bot.domain.persons.person import AuthorContext, OpenCase, Person
from bot.domain.routing import NOBODY, find_route
from bot.live_rules import ReloadableRules
from bot.store.case_writer import write_cases
from bot.store.client import RedisClient
from bot.store.inbox import Inbox
from bot.store.keys import PERSON_KEPT
from bot.store.person_writer import ANSWERED, ANSWERED_AT, ANSWERED_BY, CONTACTS, FIRST_AT, LAST_AT, PRAISED
from bot.store.server_info import fetch_info
from bot.store.store import Store, connect_store
from bot.store.transaction import Transaction

TRIAGE_AIM = require_at_most(1.05)
TEXTBLOB_CPU = 0.24
"""Milliseconds a text, on the machine of the targets."""
CARD_AIM = require_at_most(1, ratio=1 / TEXTBLOB_CPU)
MILLION = 1_000_000
MEMORY_AIM = require_at_most(300)
"""300 bytes a person."""
ASKING_ROUTE = '[[routes]]\nname = "known"\nwhen = { person = "vip" }\nto = "care"\n\n[[routes]]'
"""With a route that asks for labels, they are read for each author; without one, they are not."""
WRITTEN_AT_ONCE = 500


class _PersonlessInbox(Inbox):
    """An inbox whose commits write the same, but nothing about the authors."""

    def _write_decision(self, transaction: Transaction, decision: CaseDecision, at: datetime) -> None:
        write_cases(transaction, self._keys, decision, at)


class _TriageCost(NamedTuple):
    """Seconds of CPU, of this process and of the store."""

    own: float
    stores: float

    @property
    def total(self) -> float:
        return self.own + self.stores


async def measure_person_costs(bench: BenchmarkContext) -> list[Measurement]:
    return [*await _measure_triage(bench), *_measure_cards(bench), await _measure_memory(bench)]


async def _measure_triage(bench: BenchmarkContext) -> list[Measurement]:
    """Triage the same posts with and without persons by turns: of each pair of rounds the other one goes first."""
    count, rounds = bench.pick_count(512, 40), bench.pick_count(20, 2)
    pairs: list[tuple[_TriageCost, _TriageCost]] = []
    async with run_server() as url, _connect(url, "with") as known, _connect(url, "without") as unknown:
        unknown.inbox = _PersonlessInbox(unknown.client, unknown.keys)
        sides = [(known, _load_asking_rules()), (unknown, load_rules())]
        for store, rules in sides:
            await store.inbox.create_group()
            rules.get_assessor()
        tune_gc()  # as every process does at its start
        for number in range(rounds + 1):
            bench.report(f"round {number} of {rounds}: {count:,} mentions, with and without persons")
            order = sides if number % 2 else sides[::-1]
            costs = [await _triage(bench, store, rules, number * count, count) for store, rules in order]
            pairs.append((costs[0], costs[1]) if number % 2 else (costs[1], costs[0]))
    del pairs[0]  # the warm-up
    ratios = sorted(known.total / unknown.total for known, unknown in pairs)
    own, stores = (median(known[part] / unknown[part] for known, unknown in pairs) for part in (0, 1))
    note = (
        f"CPU of this process and its store, to the same without persons, in {rounds} pairs of rounds: "
        f"{ratios[0]:.2f} to {ratios[-1]:.2f}. The process alone {own:.2f}, the store {stores:.2f}"
    )
    return [Measurement("triage with persons", median(ratios), RATIO, TRIAGE_AIM, note=note)]


def _connect(url: str, brand: str) -> AbstractAsyncContextManager[Store]:
    return connect_store(url, Path(), brand, "bench")


def _load_asking_rules() -> ReloadableRules:
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        path = Path(folder) / "playbook.toml"
        path.write_text(SAMPLE_DAY.read_text("utf-8").replace("[[routes]]", ASKING_ROUTE, 1), "utf-8")
        return ReloadableRules(open_playbook(path))


async def _triage(bench: BenchmarkContext, store: Store, rules: ReloadableRules, first: int, count: int) -> _TriageCost:
    clock = SystemClock()
    await publish_mentions(store, clock, bench.samples.generate_mentions(count, clock.now(), first))
    before = await _read_server_cpu(store.client)
    with measure_time() as elapsed:
        await triage_inbox(store, rules, clock)
    return _TriageCost(elapsed.cpu, await _read_server_cpu(store.client) - before)


async def _read_server_cpu(client: RedisClient) -> float:
    info = await fetch_info(client)
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])


def _measure_cards(bench: BenchmarkContext) -> list[Measurement]:
    """Render cards of an author with history whose other case a colleague has, new ones and those with a follow-up."""
    count, rounds = bench.pick_count(500, 20), bench.pick_count(9, 2)
    at = SystemClock().now()
    cards = _open_cases(bench, count, at)
    texts = [case.mention.text for case, _ in cards]
    author = _build_author(at)
    times, ratios = [], []
    for number in range(rounds):
        bench.report(f"round {number + 1} of {rounds}: {len(cards)} cards")
        baseline = bench.baseline.measure_text_throughput(texts)
        with measure_time() as elapsed:
            for case, department in cards:
                render_case(case, department, at, author=author)
        times.append(1000 * elapsed.cpu / len(cards))
        ratios.append(times[-1] / 1000 * baseline.texts_of_cpu)
    note = f"CPU, {rounds} rounds of {len(cards)} cards: {min(times):.3f} to {max(times):.3f} ms"
    name = "card with history, collision and follow-up"
    return [Measurement(name, median(times), MS, CARD_AIM, median(ratios), note)]


def _open_cases(bench: BenchmarkContext, count: int, at: datetime) -> list[tuple[Case, Department]]:
    """Return cases with their departments: of two posts, one is unclaimed and one is resolved."""
    rules = load_rules()
    mentions = bench.samples.generate_mentions(count, at)
    departments = {one.name: one for one in rules.list_departments()}
    found: list[tuple[Case, Department]] = []
    for mention, assessment in zip(mentions, rules.get_assessor().assess(mentions), strict=True):
        route = find_route(rules.list_routes(), mention, assessment)
        if route.to != NOBODY:
            case = open_case(mention, assessment, route, departments[route.to], at).case
            found.append((_resolve(case, at) if len(found) % 2 else case, departments[route.to]))
    return found


def _resolve(case: Case, at: datetime) -> Case:
    return case.copy_with(
        status=CaseStatus.RESOLVED,
        resolution=CaseResolution.ANSWERED,
        owner="U0ANA",
        resolved_by="U0ANA",
        resolved_at=at,
        follow_up=FollowUp(at, offered_to="U0RAJ", wrote_later=POSITIVE),
    )


def _build_author(at: datetime) -> AuthorContext:
    since = at - timedelta(days=12)
    person = Person(5, since, at, answered=4, answered_by="U0ANA", answered_at=at - timedelta(hours=1), praised=1)
    busy = OpenCase("c-other", "U0BEN", "care", "C0CARE", "1773133200.000100")
    return AuthorContext(person, (busy,), {"U0ANA": "ana", "U0BEN": "ben"})


async def _measure_memory(bench: BenchmarkContext) -> Measurement:
    """Write persons and extrapolate to a million by the memory that the store says it uses."""
    count = bench.pick_count(100_000, 2_000)
    async with run_server() as url, _connect(url, "persons") as store:
        before = await _read_used_memory(store.client)
        for first in range(0, count, WRITTEN_AT_ONCE):
            bench.report(f"{first:,} of {count:,} persons")
            await store.client.execute_batch(_write_persons(store, first, min(WRITTEN_AT_ONCE, count - first)))
        grown = await _read_used_memory(store.client) - before
        asked = [("MEMORY USAGE", store.keys.person_key(f"x:{number}")) for number in range(min(count, 1_000))]
        sizes = [int(size) for size in await store.client.execute_batch(asked)]
    note = (
        f"extrapolated from {count:,}, which take {grown / count:.0f} bytes each, {median(sizes):.0f} by MEMORY USAGE"
    )
    return Measurement("a million persons", grown / count * MILLION / 1e6, MEGABYTES, MEMORY_AIM, note=note)


def _write_persons(store: Store, first: int, count: int) -> Iterator[tuple[str | int, ...]]:
    """Yield what commits write: of ten persons three got an answer, and one of them has praised us."""
    at = int(SystemClock().now().timestamp())
    for number in range(first, first + count):
        key = store.keys.person_key(f"x:{number}")
        words: list[str | int] = [
            CONTACTS,
            1 + number % 7,
            FIRST_AT,
            at - 86_400 * (number % 180),
            LAST_AT,
            at - number,
        ]
        if number % 10 < 3:
            words += (ANSWERED, 1 + number % 3, ANSWERED_BY, f"U0{number % 40:09}", ANSWERED_AT, at - number)
        if not number % 10:
            words += (PRAISED, 1)
        yield "HSET", key, *words
        yield "EXPIRE", key, int(PERSON_KEPT.total_seconds())


async def _read_used_memory(client: RedisClient) -> int:
    return int((await fetch_info(client))["used_memory"])
