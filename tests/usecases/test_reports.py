"""What `/sentiment` answers, asked of a real store."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.domain.assessment import Assessment, Signal
from bot.domain.cases.intake import open_case
from bot.domain.commits import NotAllowed
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.periods import ReportPeriod
from bot.domain.reports.report import ReportQuery
from bot.domain.routing import Route
from bot.domain.subject import Subject, SubjectKind
from bot.store.report_counters import ReportCounterStore
from bot.store.store import Store
from bot.usecases.reports import SentimentReports
from tests.clock import WoundClock

SUBJECTS = (
    Subject(name="Northwind Go", kind=SubjectKind.PRODUCT, terms=("go",)),
    Subject(name="Skylark", kind=SubjectKind.COMPETITOR, terms=("skylark",)),
    Subject(name="A & B", terms=("a & b",)),
)


class PlaybookRules:
    managers: tuple[str, ...] = ()
    time_zone = "Europe/Lisbon"

    def list_departments(self) -> tuple[Department, ...]:
        return (Department(name="care", channel="C0CARE"), Department(name="pr", channel="C0PR"))

    def list_routes(self) -> tuple[Route, ...]:
        return ()

    def find_department(self, name: str) -> Department | None:
        return next((department for department in self.list_departments() if department.name == name), None)


@pytest.fixture
def reports(store: Store, clock: WoundClock) -> SentimentReports:
    tallies = ReportCounterStore(store.client, store.keys)
    return SentimentReports(tallies, store.corrections, store.cases, PlaybookRules(), lambda: SUBJECTS, clock)


async def hear(
    store: Store, clock: WoundClock, subject: str, times: int = 1, departments: Sequence[str] = ("care",)
) -> None:
    for n in range(times):
        department = Department(name=departments[n % len(departments)], channel="C")
        at = clock.now() - timedelta(minutes=n)
        mention = Mention(id=f"t:{subject}-{n}".replace(" ", "-"), source="t", text=f"words {n}", created_at=at)
        signals = (
            Signal("s", f"subject:{subject}", 1.0),
            Signal("s", "kind:brand", 1.0),
            Signal("v", "sentiment:negative", 0.9),
        )
        route = Route(name="r", to=department.name)
        opened = open_case(mention, Assessment(signals=signals), route, department, clock.now())
        await store.cases.commit(opened, clock.now())


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("", ReportQuery()),
        ("  TODAY ", ReportQuery()),
        ("week  northwind go", ReportQuery(ReportPeriod.WEEK, subject="Northwind Go")),
        ("yesterday care", ReportQuery(ReportPeriod.YESTERDAY, department="care")),
        ("care", ReportQuery(department="care")),
        ("today a &amp; b", ReportQuery(subject="A & B")),
    ],
)
def test_what_is_asked_is_understood_in_any_case_and_spacing(
    reports: SentimentReports, words: str, asked: ReportQuery
) -> None:
    assert reports.parse_query(words) == asked
    assert reports.parse_query(asked.command_text) == asked


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("tody", "I don't know “tody”. Did you mean `today`?"),
        ("hlep", "I don't know “hlep”. Did you mean `help`?"),
        ("wek care", "I don't know “wek”. Did you mean `week care`?"),
        ("week nortwind go", "I know no subject or department “nortwind go”. Did you mean `week Northwind Go`?"),
        ("week car", "I know no subject or department “car”. Did you mean `week care`?"),
    ],
)
def test_a_wrong_word_gets_the_nearest_right_one(reports: SentimentReports, words: str, answer: str) -> None:
    with pytest.raises(NotAllowed) as no:
        reports.parse_query(words)
    assert str(no.value) == answer


def test_a_word_like_no_other_gets_all_there_are_and_pings_nobody(reports: SentimentReports) -> None:
    with pytest.raises(NotAllowed) as no:
        reports.parse_query("<!channel> `zzz`")
    assert "<!channel>" not in str(no.value)
    assert "The departments are: care, pr." in str(no.value)


async def test_the_report_adds_up_what_was_heard_and_shows_the_posts(
    reports: SentimentReports, store: Store, clock: WoundClock
) -> None:
    await hear(store, clock, "Northwind Go", 5, ["care", "pr"])
    await hear(store, clock, "Skylark", 2)
    report = await reports.build_report(ReportQuery())
    assert (report.split.total, report.split.negative, report.split.competitors) == (7, 5, 2)
    assert len(report.top_cases) == 3
    assert all(case.assessment.subject == "Northwind Go" for case in report.top_cases)
    assert [(line.name, line.open) for line in report.departments] == [("care", 5), ("pr", 2)]


async def test_yesterday_has_nothing_of_today(reports: SentimentReports, store: Store, clock: WoundClock) -> None:
    await hear(store, clock, "Northwind Go", 3)
    assert (await reports.build_report(ReportQuery(ReportPeriod.YESTERDAY))).split.total == 0
    clock.wind(days=1)
    assert (await reports.build_report(ReportQuery(ReportPeriod.YESTERDAY))).split.total == 3


async def test_a_competitor_that_is_asked_for_has_a_split_of_its_own(
    reports: SentimentReports, store: Store, clock: WoundClock
) -> None:
    await hear(store, clock, "Skylark", 2)
    report = await reports.build_report(ReportQuery(subject="Skylark"))
    assert (report.split.negative, report.split.competitors, report.departments) == (2, 0, ())


async def test_a_department_that_the_playbook_has_lost_is_still_told(
    reports: SentimentReports, store: Store, clock: WoundClock
) -> None:
    await hear(store, clock, "Northwind Go", 1, ["lost"])
    assert [line.name for line in (await reports.build_report(ReportQuery())).departments] == ["care", "pr", "lost"]


async def test_the_home_tab_gets_each_department_in_the_playbooks_order(
    reports: SentimentReports, store: Store, clock: WoundClock
) -> None:
    await hear(store, clock, "Northwind Go", 3, ["pr"])
    assert [(line.name, line.open) for line in await reports.summarize_departments(clock.now())] == [
        ("care", 0),
        ("pr", 3),
    ]


async def test_help_is_an_answer_of_its_own(reports: SentimentReports) -> None:
    assert (await reports.answer_question("U0MIA", "help")).text == "What you can ask with /sentiment"


async def test_what_is_shared_is_what_the_button_carried(
    reports: SentimentReports, store: Store, clock: WoundClock
) -> None:
    await hear(store, clock, "Northwind Go", 3)
    private = await reports.answer_question("U0MIA", "Northwind Go")
    (value,) = [block["elements"][0]["value"] for block in private.blocks if block["type"] == "actions"]
    assert (await reports.share_report("U0MIA", value)).text == private.text
