"""Report, export and counters: in made-up weeks, whatever happens to mentions, the three agree line by line."""

import asyncio
import itertools
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import EarshotApp, build_app
from bot.config import PlaybookReloader
from bot.domain.case import Case, CaseResolution, CaseStatus, derive_case_id
from bot.domain.errors import NotAllowed
from bot.domain.mention import Mention
from bot.domain.periods import TimeSpan, floor_to_quarter
from bot.domain.reports.export_rows import ExportKind, ExportRow, split_days
from bot.domain.reports.report import Reconciliation, Report, ReportQuery
from bot.sinks.slack import SlackSink, build_web_client
from bot.sources.catalogue import MODELS
from bot.store.client import RedisClient
from bot.store.export_rows import iter_export_rows
from bot.store.store import Store
from bot.usecases.reports import SentimentReports
from tests.clock import SteppedClock
from tests.scenarios.sample_posts import CHATTER, LOST, PRAISE, RIVAL, SPAM, WISH

STARTS = {
    "Europe/Lisbon": datetime(2026, 3, 27, 20, tzinfo=UTC),  # the clocks go forward on the 29th
    "America/New_York": datetime(2025, 10, 31, 22, tzinfo=UTC),  # and back on 2 November
    "Asia/Kolkata": datetime(2026, 3, 27, 16, tzinfo=UTC),  # never, and midnight is half past an hour
}
PLAYBOOK = """
[brand]
name = "Northwind Air"
time_zone = "{zone}"
managers = ["U0MIA"]
handles = ["x:@northwindair"]
[[subjects]]
name = "Northwind Air"
terms = ["@northwindair", "northwind"]
[[subjects]]
name = "Skylark Airways"
kind = "competitor"
terms = ["@flyskylark"]
[[departments]]
name = "care"
channel = "C0CARE"
deputies = ["U0ANA"]
on_call = ["U0ANA"]
[[departments]]
name = "sales"
channel = "C0SALES"
deputies = ["U0LEA"]
on_call = ["U0LEA"]
[[routes]]
when = {{ intent = ["praise", "other", "spam"] }}
to = "nobody"
[[routes]]
when = {{ kind = "competitor" }}
to = "sales"
[[routes]]
to = "care"
"""
TEXTS = (LOST, PRAISE, RIVAL, WISH, SPAM, CHATTER)
HOURS = st.sampled_from((0.1, 1.0, 5.0, 13.0))
POSTS = st.tuples(st.just("post"), st.integers(0, 5), st.integers(0, 3), HOURS)
DEEDS = st.tuples(
    st.sampled_from(
        ("claim", "resolve", "reopen", "hand over", "split off", "merge", "edit", "delete", "restore", "own post")
    ),
    st.integers(0, 9),
    st.integers(0, 3),
    HOURS,
)
WEEKS = st.lists(st.one_of(POSTS, DEEDS), min_size=4, max_size=14)
_numbers = itertools.count()


@dataclass
class MadeUpWeek:
    """One brand in a week, with all that was published."""

    app: EarshotApp
    store: Store
    clock: SteppedClock
    mentions: list[Mention] = field(default_factory=list)
    own: int = 0
    deleted: set[str] = field(default_factory=set)

    async def happen(self, what: str, which: int, who: int, hours: float) -> None:
        self.clock.advance(hours=hours)
        mentions = self.mentions
        if what == "post":
            await self.publish(TEXTS[which], f"@p{who}")
        elif what == "own post":
            self.own += 1
            await self.publish(f"{CHATTER} {which}", "@northwindair")
        elif what == "restore":
            for entry in (await self.store.spam.list_newest(10))[which : which + 1]:
                await self.app.usecases.spam.restore_mention(entry.id, "U0ANA", "care")
        elif mentions and what in {"edit", "delete"}:
            await self.revise(mentions[which % len(mentions)], what, TEXTS[who])
        elif mentions:
            found = list((await self.store.cases.find([derive_case_id(one.id) for one in mentions])).values())
            with suppress(NotAllowed):  # nor would a person be let
                if found:
                    await self.change(found[which % len(found)], what, who)

    async def revise(self, mention: Mention, what: str, text: str) -> None:
        if what == "delete":
            self.deleted.add(mention.id)
            await self.admit(Mention.model_validate({"id": mention.id, "deleted_at": self.clock.now()}))
            while await self.app.deletions.step():
                pass
        elif mention.id not in self.deleted:
            await self.admit(mention.copy_with(text=text, edited_at=self.clock.now()))

    async def publish(self, text: str, author: str) -> None:
        number = next(_numbers)
        found = {"id": f"x:{number}", "text": f"{text} {number}", "author": author, "created_at": self.clock.now()}
        mention = Mention.model_validate(found | {"conversation": f"{author}{number % 2}"})
        if author != "@northwindair":
            self.mentions.append(mention)
        await self.admit(mention)

    async def admit(self, mention: Mention) -> None:
        await self.store.inbox.admit("x", [mention], None, self.clock.now())
        while await self.app.triage.step():
            pass

    async def change(self, case: Case, what: str, who: int) -> None:
        cases, by = self.app.usecases.cases, "U0ANA" if case.department == "care" else "U0LEA"
        if what == "claim":
            await cases.claim(case.id, by)
        elif what == "resolve":
            if case.status is CaseStatus.NEW:
                await cases.claim(case.id, by)
            words = (CaseResolution.ANSWERED, CaseResolution.FIXED, CaseResolution.NO_ACTION, CaseResolution.SPAM)
            await cases.resolve(case.id, by, words[who])
        elif what == "reopen":
            await cases.reopen(case.id, by)
        elif what == "hand over":
            await cases.hand_to_department(case.id, by, "sales" if case.department == "care" else "care")
        elif what == "split off" and case.joined:
            await cases.separate_mention(case.id, by, case.joined[-1].mention)
        elif what == "merge":
            context = await self.store.persons.load_context(case, self.clock.now())
            for other in context.open_cases[:1]:
                await cases.merge(case.id, by, other.case_id)

    async def export(self, kind: ExportKind, span: TimeSpan, zone: ZoneInfo) -> list[ExportRow]:
        rows = [row async for row in iter_export_rows(self.store, kind, span, zone)]
        assert None not in rows
        return [row for row in rows if row is not None]

    async def report(self, span: TimeSpan, zone: ZoneInfo) -> Report:
        start, end = (f"{edge.astimezone(zone):%Y-%m-%d %H:%M}" for edge in span)
        rules = self.app.rules
        reports = SentimentReports(self.store, rules, rules.list_subjects, self.clock)
        return await reports.build_report(ReportQuery(f"{start} to {end}"))


@pytest.mark.parametrize("name", STARTS)
@settings(max_examples=8, deadline=None)
@given(week=WEEKS)
def test_report_export_and_counters_agree_line_by_line(
    name: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory, week: list[tuple[str, int, int, float]]
) -> None:
    path = tmp_path_factory.mktemp("week") / "playbook.toml"
    path.write_text(PLAYBOOK.format(zone=name), "utf-8")
    asyncio.run(_play_and_compare(redis_url, path, name, week))


async def _play_and_compare(redis_url: str, path: Path, name: str, week: list[tuple[str, int, int, float]]) -> None:
    client, clock, zone = RedisClient(redis_url), SteppedClock(STARTS[name]), ZoneInfo(name)
    store = Store(client, f"week{next(_numbers)}", "test")
    await store.inbox.create_group()
    async with aiohttp.ClientSession() as session:
        sink = SlackSink(build_web_client("xoxb-none", "http://127.0.0.1:9/", session))  # nothing is delivered
        app = build_app(store, PlaybookReloader(path, sources=MODELS), sink, clock, "test", wait=False)
        made = MadeUpWeek(app, store, clock)
        await made.publish(LOST, "@p0")  # nothing is counted before the first
        for deed in week:
            await made.happen(*deed)
        await _compare(made, name, zone)
    await client.close()


async def _compare(made: MadeUpWeek, name: str, zone: ZoneInfo) -> None:
    span = TimeSpan(STARTS[name], floor_to_quarter(made.clock.now()) + timedelta(minutes=15))
    counters = await made.store.mention_counters.read()
    tallies = await made.export(ExportKind.TALLIES, span, zone)
    whole = Counter[str]()
    for day in split_days(span, zone):
        report = await made.report(day, zone)
        rows = [row for row in tallies if row["from_at"] == day.start]
        assert _list_report_lines(report) == _list_tally_lines(rows), (day, rows)
        whole.update(_list_report_lines(report))
    assert +whole == +_list_report_lines(await made.report(span, zone))
    assert counters.is_balanced, counters
    mentions = sum(count for word, count in whole.items() if word.startswith("mentions "))
    assert mentions == counters.opened + counters.joined + counters.tallied + counters.spam - made.own
    await _compare_records(made, counters, span, zone)


async def _compare_records(made: MadeUpWeek, counters: Reconciliation, span: TimeSpan, zone: ZoneInfo) -> None:
    """Hold the rows of mentions and cases against the counters: only words of deleted posts may be gone with their rows."""
    rows = await made.export(ExportKind.MENTIONS, span, zone)
    assert [name for name, count in Counter(str(row["mention"]) for row in rows).items() if count > 1] == []
    missing = {mention.id for mention in made.mentions} - {str(row["mention"]) for row in rows}
    assert missing <= made.deleted
    found = Counter(str(row["outcome"]) for row in rows)
    assert found["opened"] == counters.opened
    gone = (
        counters.joined - found["joined"],
        counters.spam - found["spam"],
        counters.tallied - made.own - found["tallied"],
    )
    assert min(gone) >= 0
    assert sum(gone) == len(missing)
    assert all(row["text"] == row["author"] == "" for row in rows if row["mention"] in made.deleted and row["deleted"])
    cases = await made.export(ExportKind.CASES, span, zone)
    with_case = {row["case"] for row in rows if row["mention"] and derive_case_id(str(row["mention"])) == row["case"]}
    assert {row["case"] for row in cases} == with_case


def _list_report_lines(report: Report) -> Counter[str]:
    """Return what the report says, each figure under the name that the export has for it."""
    split = report.split
    fields = ("negative", "neutral", "positive", "unsure", "competitors", "spam")
    lines = Counter({f"mentions {one}": getattr(split, one) for one in fields})
    for department in report.departments:
        lines[f"{department.name} answered"] += department.answered
        lines[f"{department.name} otherwise"] += department.closed_otherwise
    return +lines


def _list_tally_lines(rows: list[ExportRow]) -> Counter[str]:
    lines = Counter[str]()
    words = {one.value: one.is_helpful for one in CaseResolution}
    for row in rows:
        count = row["count"]
        assert isinstance(count, int)
        if row["counted"] == "mentions":
            rival = "competitors" if row["subject"] == "Skylark Airways" else str(row["sentiment"])
            lines[f"mentions {'spam' if row['intent'] == 'spam' else rival}"] += count
        elif row["word"] in words:
            lines[f"{row['department']} {'answered' if words[str(row['word'])] else 'otherwise'}"] += count
    return +lines
