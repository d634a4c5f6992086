"""A store full of open cases: its memory, and how long a start, `/sentiment today`, the Home tab and `check` take."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import tune_gc
from bot.benchmarks.case_copies import FIRST_NUMBER, CommitTemplate
from bot.benchmarks.earshot_process import EarshotProcess, run_process
from bot.benchmarks.fixtures import SAMPLE_DAY, BenchmarkContext, build_workspace, load_rules, open_playbook
from bot.benchmarks.measurement import (
    MEGABYTES,
    MS,
    SECONDS,
    Measurement,
    NoMeasurementsError,
    require_at_most,
    summarize_times,
)
from bot.benchmarks.timing import measure_time, read_monotonic
from bot.cards.home import render_home
from bot.clock import SystemClock
from bot.domain.assessment import Assessment
from bot.domain.case import CaseStatus
from bot.domain.cases.intake import open_case
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, Route, find_route
from bot.store.brand_identity import BrandIdentity, claim_keys
from bot.store.case_writer import write_decision
from bot.store.embedded_server import run_embedded
from bot.store.message_records import CardRecord, CardState
from bot.store.server_info import fetch_info
from bot.store.store import Store, connect_store
from bot.store.transaction import MAX_PER_CALL, WRITTEN, Transaction
from bot.testing.local_app import LocalApp, run_local_app

START_AIM, REPORT_AIM, HOME_AIM = require_at_most(2), require_at_most(200), require_at_most(300)
"""As with few cases."""
AGE = timedelta(days=30)
"""The oldest case was opened so long ago; the last is due as much later."""
OVERDUE_EACH, CLAIMED_EACH, COLLEAGUES = 10, 100, 200
"""Of so many cases one is overdue, or claimed, by one of so many colleagues."""
TEMPLATES, CALLS_AT_ONCE = 250, 10
"""Calls of the commit script that are copied, with 4,000 cases in all, and how many are sent before their answers."""
MANAGER = "U0MIA"
MentionKind = tuple[int, Assessment, Route, Department]
"""The number of a sample, its assessment, and where it is routed."""


async def measure_open_cases(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(bench.cases, 400)
    with TemporaryDirectory(prefix="earshot-bench-", ignore_cleanup_errors=True) as folder:
        async with run_embedded(Path(folder)) as server:
            memory = await _fill_store(bench, server.url, count)
            bench.report("start, check")
            async with run_process(settings={"REDIS_URL": server.url}) as process:
                started, checked = process.startup_seconds, await _time_check(process)
            bench.report("/sentiment today, Home tab, indexes")
            answers = await _measure_answers(bench, server.url)
        bench.report("start with an embedded store that reads its file")
        async with run_process(settings={"EARSHOT_DATA": folder}) as process:
            loaded = process.startup_seconds
    note = f"{count:,} open cases"
    return [
        Measurement("store", memory, MEGABYTES, note=f"{note}, {memory / count * 1e6:,.0f} bytes each"),
        Measurement("start to ready, Redis runs", started, SECONDS, START_AIM, note=note),
        Measurement("start to ready, embedded store reads its file", loaded, SECONDS, note=note),
        Measurement("check", checked, SECONDS, note=f"{note}, as a process"),
        *answers,
    ]


async def _fill_store(bench: BenchmarkContext, url: str, count: int) -> float:
    """Write cases as triage and delivery do, with their cards. Return by how many MB the store grew."""
    playbook, clock = open_playbook(SAMPLE_DAY).current, SystemClock()
    async with connect_store(url, Path(), playbook.slug, "bench") as store:
        await claim_keys(store.client, BrandIdentity(playbook.slug, playbook.brand.name))
        before = int((await fetch_info(store.client))["used_memory"])
        tune_gc()
        templates = _build_templates(bench, store, clock.now(), min(TEMPLATES, count // MAX_PER_CALL))
        rounds = count // MAX_PER_CALL // len(templates)
        for number in range(rounds):
            bench.report(f"{number:,} of {rounds:,} parts of the cases")
            for start in range(0, len(templates), CALLS_AT_ONCE):
                await _write_copies(store, templates[start : start + CALLS_AT_ONCE], number)
        return (int((await fetch_info(store.client))["used_memory"]) - before) / 1e6


async def _write_copies(store: Store, templates: Sequence[CommitTemplate], number: int) -> None:
    replies = await store.client.run_scripts("commit", [one.copy(number) for one in templates])
    if any(reply != WRITTEN for reply in replies):
        raise NoMeasurementsError("Not all cases were written.")


def _build_transaction(store: Store, decision: CaseDecision) -> Transaction:
    case = decision.case
    transaction = Transaction(store.keys.inbox)
    write_decision(transaction, store.keys, decision, case.opened_at)
    card = CardRecord(state=CardState.POSTED, channel="C0CARE", ts=f"{case.opened_at.timestamp():.6f}", drawn=1)
    transaction.write("HSET", store.keys.card_key(case.id), "body", card.model_dump_json())
    return transaction


def _build_templates(bench: BenchmarkContext, store: Store, at: datetime, count: int) -> list[CommitTemplate]:
    """Build calls that open cases of all kinds, spread over time; two of each tell what is an id."""
    first, other = (
        [_build_transaction(store, one) for one in _generate_decisions(bench, at, count * MAX_PER_CALL, start)]
        for start in (FIRST_NUMBER, 2 * FIRST_NUMBER)
    )
    parts = [slice(start, start + MAX_PER_CALL) for start in range(0, count * MAX_PER_CALL, MAX_PER_CALL)]
    return [CommitTemplate(first[part], other[part]) for part in parts]


def _generate_decisions(bench: BenchmarkContext, at: datetime, count: int, first: int) -> Iterator[CaseDecision]:
    """Yield what opens one case each: those that are overdue had their reminders."""
    kinds = _route_samples(bench, at)
    for number in range(count):
        sample, assessment, route, department = kinds[number % len(kinds)]
        mention = _generate_mention(bench, sample, first, number // len(kinds), at - AGE * _compute_share(number))
        decision = open_case(mention, assessment, route, department, mention.created_at)
        is_overdue, is_claimed = number % OVERDUE_EACH == 0, number % CLAIMED_EACH == 1
        due = (
            at - AGE * _compute_share(number) if is_overdue else at + AGE * _compute_share(number) + timedelta(hours=1)
        )
        case = decision.case.copy_with(due=due)
        if is_claimed:
            owner = f"U0COLLEAGUE{number // CLAIMED_EACH % COLLEAGUES}"
            case = case.copy_with(status=CaseStatus.CLAIMED, owner=owner, claimed_at=at)
        yield CaseDecision(
            after=case,
            events=decision.events,
            deadline=None if is_overdue else due,
            processed=decision.processed,
            durations=decision.durations,
        )


def _compute_share(number: int) -> float:
    """Return a share between 0 and 1 that is spread evenly, and the same each time."""
    return number * 0.618034 % 1


def _route_samples(bench: BenchmarkContext, at: datetime) -> Sequence[MentionKind]:
    """Return the samples that open a case."""
    rules = load_rules()
    samples = bench.samples.generate_mentions(len(bench.samples.mentions), at)
    departments = {one.name: one for one in rules.list_departments()}
    found: list[MentionKind] = []
    for number, (mention, assessment) in enumerate(zip(samples, rules.get_assessor().assess(samples), strict=True)):
        route = find_route(rules.list_routes(), mention, assessment)
        if route.to != NOBODY:
            found.append((number, assessment, route, departments[route.to]))
    return found


def _generate_mention(bench: BenchmarkContext, sample: int, first: int, number: int, at: datetime) -> Mention:
    """Generate a mention with the words of one sample, numbered from `first` on."""
    size = len(bench.samples.mentions)
    [mention] = bench.samples.generate_mentions(1, at, (first // size + number) * size + sample)
    return mention.copy_with(url=f"https://social.example/{mention.id}")


async def _time_check(process: EarshotProcess) -> float:
    began = read_monotonic()
    await process.run_command("check")
    return read_monotonic() - began


async def _measure_answers(bench: BenchmarkContext, url: str) -> list[Measurement]:
    playbook, clock = open_playbook(SAMPLE_DAY), SystemClock()
    workspace = build_workspace(playbook.current, clock)
    async with run_local_app(playbook=playbook, workspace=workspace, clock=clock, redis_url=url) as app:
        times = bench.pick_count(20, 2)
        reports = [1000 * await _time_report(app) for _ in range(times)]
        tabs = [1000 * await _time_home(app) for _ in range(times)]
        with measure_time() as upkeep:
            await _restore_indexes(app)
    return [
        *summarize_times("/sentiment today", reports, MS, REPORT_AIM, ""),
        *summarize_times("Home tab of a manager", tabs, MS, HOME_AIM, ""),
        Measurement(
            "all cases into their indexes, twice after a start",
            upkeep.cpu,
            SECONDS,
            note=f"CPU; {upkeep.seconds:.0f} s",
        ),
    ]


async def _time_report(app: LocalApp) -> float:
    began = read_monotonic()
    await app.app.usecases.reports.answer_question(MANAGER, "today")
    return read_monotonic() - began


async def _time_home(app: LocalApp) -> float:
    began = read_monotonic()
    render_home(await app.app.usecases.home.load_view(MANAGER))
    return read_monotonic() - began


async def _restore_indexes(app: LocalApp) -> None:
    worker, _ = app.app.upkeep
    while await worker.step():
        pass
