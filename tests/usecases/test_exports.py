"""Report, export, counters, pages of campaigns: in made-up weeks, whatever happens, they agree line by line."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterable
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
from bot.domain.audit import AuditAction
from bot.domain.campaigns.campaign import Campaign
from bot.domain.campaigns.case_outcome import compute_outcome, count_case
from bot.domain.campaigns.episode_figures import EpisodeRef
from bot.domain.case import Case, CaseResolution, CaseStatus, derive_case_id
from bot.domain.case_figures import COUNTED_KINDS, OPEN_FIGURES, CaseFilter, list_case_figures
from bot.domain.cases.counted_words import list_counted_words
from bot.domain.errors import NotAllowed
from bot.domain.mention import Mention
from bot.domain.periods import TimeSpan, floor_to_quarter
from bot.domain.reports.export_rows import ExportKind, ExportRow, split_days
from bot.domain.reports.range_parts import list_whole_parts
from bot.domain.reports.recognition import RESOLVED_BY
from bot.domain.reports.report import REPLIED, Reconciliation, Report, ReportQuery, SentimentCounts
from bot.domain.reports.rolled_days import compute_hours_start
from bot.domain.reports.theme_figures import ThemeFigures
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
[[themes]]
name = "lost bags"
words = ["bag", "airline"]
[[themes]]
name = "crew"
words = ["crew", "airline"]
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
EVERYTHING = (
    *(("post", number, number % 3, 5.0) for number in range(6)),
    ("post", 0, 0, 1.0),
    ("post", 0, 0, 1.0),  # one of the two joins the first case, by its conversation
    ("claim", 0, 0, 0.1),
    ("resolve", 0, 0, 1.0),
    ("reopen", 0, 0, 13.0),
    *(("split off", number, 0, 1.0) for number in range(3)),
    ("claim", 0, 0, 0.1),
    ("merge", 1, 0, 0.1),
    *(("hand over", number, 0, 5.0) for number in range(3)),
    ("restore", 0, 0, 1.0),
    ("own post", 0, 0, 0.1),
    ("edit", 1, 0, 1.0),
    ("edit", 0, 3, 1.0),
    *(("resolve", number, number % 4, 13.0) for number in range(6)),
    ("delete", 2, 0, 5.0),
    ("delete", 0, 0, 5.0),
)
HAPPENED = {
    AuditAction.OPENED,
    AuditAction.JOINED,
    AuditAction.CLAIMED,
    AuditAction.RESOLVED,
    AuditAction.REOPENED,
    AuditAction.SEPARATED,
    AuditAction.MERGED,
    AuditAction.HANDED_OVER,
    AuditAction.EDITED,
    AuditAction.BROUGHT_BACK,
}
OURS = "Northwind Air"
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

    async def report(self, span: TimeSpan, zone: ZoneInfo, theme: str = "") -> Report:
        start, end = (f"{edge.astimezone(zone):%Y-%m-%d %H:%M}" for edge in span)
        rules = self.app.rules
        reports = SentimentReports(self.store, rules, self.clock)
        return await reports.build_report(ReportQuery(f"{start} to {end}", theme=theme))


@pytest.mark.parametrize("name", STARTS)
@settings(max_examples=8, deadline=None)
@given(week=WEEKS)
def test_report_export_and_counters_agree_line_by_line(
    name: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory, week: list[tuple[str, int, int, float]]
) -> None:
    path = tmp_path_factory.mktemp("week") / "playbook.toml"
    path.write_text(PLAYBOOK.format(zone=name), "utf-8")
    asyncio.run(_play_and_compare(redis_url, path, name, week))


@pytest.mark.parametrize("name", STARTS)
def test_they_agree_in_a_week_in_which_everything_happens(name: str, redis_url: str, tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    path.write_text(PLAYBOOK.format(zone=name), "utf-8")
    happened = asyncio.run(_play_and_compare(redis_url, path, name, EVERYTHING))
    assert happened >= HAPPENED
    assert happened & {AuditAction.POST_DELETED, AuditAction.POSTS_DELETED}


def test_they_agree_for_each_theme_where_no_post_is_edited(redis_url: str, tmp_path: Path) -> None:
    path, [zone, *_] = tmp_path / "playbook.toml", STARTS
    path.write_text(PLAYBOOK.format(zone=zone), "utf-8")
    week = [deed for deed in EVERYTHING if deed[0] != "edit"]
    assert AuditAction.RESOLVED in asyncio.run(_play_and_compare(redis_url, path, zone, week))


async def _play_and_compare(
    redis_url: str, path: Path, name: str, week: Iterable[tuple[str, int, int, float]]
) -> set[AuditAction]:
    """Return what happened to cases, as the audit log says."""
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
        await _compare_episodes(made, name, zone)
        span = TimeSpan(STARTS[name] - timedelta(days=1), clock.now() + timedelta(days=1))
        events = await made.export(ExportKind.AUDIT, span, zone)
    await client.close()
    return {action for action in AuditAction for event in events if event["what"] == action.value}


async def _compare(made: MadeUpWeek, name: str, zone: ZoneInfo) -> None:
    end = floor_to_quarter(made.clock.now()) + timedelta(minutes=15)
    while end.astimezone(zone).fold:  # a person who types this time of day means the first of the two
        end += timedelta(minutes=15)
    span = TimeSpan(STARTS[name], end)
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
    await _compare_words(made, span, zone)
    for theme in (await made.report(span, zone)).themes:
        await _compare_theme(made, theme, span, zone)


async def _compare_words(made: MadeUpWeek, span: TimeSpan, zone: ZoneInfo) -> None:
    """Hold what was counted of cases against what their own histories say: the lists behind the figures."""
    counted = +(await made.store.report_counters.count_resolutions(span))
    cases = [case async for case in made.store.exports.iter_cases() if case]
    words = Counter(word for case in cases for word in list_counted_words(case))
    kept = {word: times for word, times in words.items() if not word.word.startswith((RESOLVED_BY, REPLIED))}
    assert all(word.at in span for word in kept)
    told = Counter[tuple[str, str]]()
    for word, times in kept.items():
        told[word.department, word.word] += times
    assert told == counted
    report, register = await made.report(span, zone), await made.store.themes.load()
    for _, figures in list_case_figures(report):
        for _, figure, count in figures:
            if figure.partition(":")[0] in COUNTED_KINDS:
                wanted = CaseFilter(report, frozenset({"Skylark Airways"}), register, figure)
                assert sum(map(wanted.count, cases)) == count, figure


async def _compare_theme(made: MadeUpWeek, theme: ThemeFigures, span: TimeSpan, zone: ZoneInfo) -> None:
    """Hold the report of a theme against the list of themes, the export, and the histories of its cases."""
    report = await made.report(span, zone, theme.name)
    assert (report.split.opinion_count, report.split.negative) == (theme.mentions, theme.negative)
    assert report.split.positive == theme.positive
    assert sum(split.total for _, split in report.parts) == report.split.total
    rows = [row async for row in iter_export_rows(made.store, ExportKind.TALLIES, span, zone, theme=theme.name)]
    assert +_list_report_lines(report) == _list_tally_lines([row for row in rows if row])
    register = await made.store.themes.load()
    cases = [case async for case in made.store.exports.iter_cases() if case]
    if any(event.what == AuditAction.EDITED for case in cases for event in case.history):
        return  # the post is listed as it reads now, and was counted as it was
    for _, figures in list_case_figures(report):
        for _, figure, count in figures:
            if figure in OPEN_FIGURES or figure.partition(":")[0] in COUNTED_KINDS:
                wanted = CaseFilter(report, frozenset({"Skylark Airways"}), register, figure)
                assert sum(map(wanted.count, cases)) == count, figure


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


async def _compare_episodes(made: MadeUpWeek, name: str, zone: ZoneInfo) -> None:
    """Hold the page of a campaign in the middle of the week against the export of each of its times, and its chart.

    The chart has whole hours or days, so the first and the last may begin before these times and end after them.
    """
    now = floor_to_quarter(made.clock.now())
    middle = floor_to_quarter(STARTS[name] + (now - STARTS[name]) / 3)
    end = floor_to_quarter(middle + (now - middle) / 2)
    if middle == end:
        return  # the week was over too soon for a campaign
    campaign = Campaign(name="Sale", subject=OURS, starts_at=middle, ends_at=end)
    cases = await made.export(ExportKind.CASES, TimeSpan(STARTS[name], now + timedelta(minutes=15)), zone)
    ref = EpisodeRef.from_campaign(campaign)
    await made.store.episode_cases.add(ref.id, [str(row["case"]) for row in cases])
    page = await made.app.usecases.episodes.build_figures(ref, [ref])
    assert page.after is not None
    counted = {page.spans.before: page.before, page.spans.during: page.during, page.spans.after: page.after}
    for span, counts in counted.items():
        tallies = [row for row in await made.export(ExportKind.TALLIES, span, zone) if row["subject"] == OURS]
        assert _list_split_lines(counts) == _list_tally_lines(tallies), span
    at = made.clock.now()
    drawn = TimeSpan(min(page.spans.before.start, page.spans.during.start - timedelta(hours=1)), page.spans.after.end)
    parts = list_whole_parts(drawn, zone, compute_hours_start(at, zone), at)
    charted = TimeSpan(parts[0].span.start, parts[-1].span.end)
    tallies = [row for row in await made.export(ExportKind.TALLIES, charted, zone) if row["subject"] == OURS]
    assert _sum_counters(_list_split_lines(split) for _, split in page.parts) == _list_tally_lines(tallies)
    bodies = await made.store.cases.find([str(row["case"]) for row in cases])
    assert page.outcome == compute_outcome(map(count_case, bodies.values()))
    ours = [row for row in cases if not row["merged_into"] and row["resolution"] not in {"spam", "not about us"}]
    assert page.outcome.total == len(ours)
    assert Counter(dict(page.outcome.resolutions)) == Counter(row["resolution"] for row in ours if row["resolution"])
    helpful = {one.value for one in CaseResolution if one.is_helpful}
    assert page.outcome.answered == sum(
        bool(row["replied_at"]) or (row["status"] == "resolved" and row["resolution"] in helpful) for row in ours
    )


def _sum_counters(counters: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counters, Counter[str]())


def _list_split_lines(split: SentimentCounts) -> Counter[str]:
    fields = ("negative", "neutral", "positive", "unsure", "competitors", "spam")
    return +Counter({f"mentions {one}": getattr(split, one) for one in fields})


def _list_report_lines(report: Report) -> Counter[str]:
    """Return what the report says, each figure under the name that the export has for it."""
    lines = _list_split_lines(report.split)
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
