"""What `/sentiment` answers: to the person who asks, and the same when it is shared in a channel."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.cards.block_kit import RenderedMessage
from bot.domain.case import CaseResolution
from bot.domain.cases.intake import count_only, open_case
from bot.domain.commits import NotAllowed
from bot.domain.department import Department
from bot.domain.reports.report import ReportQuery
from bot.domain.routing import Route
from bot.usecases.reports import SentimentReports
from tests.domain.samples import build_assessment
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, JOE, MIA, UseCaseHarness

GO, RIVAL = "Northwind Go", "Skylark Airways"


@pytest.fixture
def reports(harness: UseCaseHarness) -> SentimentReports:
    found = harness.usecases.reports
    assert isinstance(found, SentimentReports)
    return found


async def receive_posts(
    harness: UseCaseHarness, subject: str, times: int = 1, departments: Sequence[str] = ("care",)
) -> None:
    """So many negative posts about this subject, a minute after the other up to now, to these departments in turn."""
    for number in range(times):
        at = harness.clock.now() - timedelta(minutes=number)
        said = harness.build_mention(number, id=f"t:{subject}-{number}".replace(" ", "-"), created_at=at)
        found = build_assessment(f"subject:{subject}", "kind:brand", "sentiment:negative")
        department = Department(name=departments[number % len(departments)], channel="C")
        await harness.commit(
            open_case(said, found, Route(name="r", to=department.name), department, harness.clock.now())
        )


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("", ReportQuery()),
        ("  TODAY ", ReportQuery()),
        ("week  northwind go", ReportQuery("week", subject=GO)),
        ("yesterday care", ReportQuery("yesterday", department="care")),
        ("care", ReportQuery(department="care")),
        ("today food &amp; drink", ReportQuery(subject="Food & Drink")),
    ],
)
async def test_what_is_asked_is_understood_in_any_case_and_spacing(
    reports: SentimentReports, words: str, asked: ReportQuery
) -> None:
    assert reports.parse_query(words) == asked
    assert reports.parse_query(asked.command_text) == asked


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("tody", "Earshot doesn't know “tody”. Did you mean `today`?"),
        ("hlep", "Earshot doesn't know “hlep”. Did you mean `help`?"),
        ("wek care", "Earshot doesn't know “wek”. Did you mean `week care`?"),
        ("week nortwind go", "There's no subject or department “nortwind go”. Did you mean `week Northwind Go`?"),
        ("week car", "There's no subject or department “car”. Did you mean `week care`?"),
    ],
)
async def test_a_wrong_word_gets_the_nearest_right_one(reports: SentimentReports, words: str, answer: str) -> None:
    with pytest.raises(NotAllowed) as no:
        await reports.answer_question(JOE, words)
    assert str(no.value) == answer


async def test_a_word_like_no_other_gets_all_there_are_and_pings_nobody(reports: SentimentReports) -> None:
    with pytest.raises(NotAllowed) as no:
        await reports.share_report(JOE, "<!channel> `zzz`")
    assert "<!channel>" not in str(no.value)
    assert "Departments: care, pr, ops, sales." in str(no.value)


async def test_the_report_adds_up_what_was_received_and_shows_the_posts(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    await receive_posts(harness, GO, 5, ["care", "pr"])
    await receive_posts(harness, RIVAL, 2)
    report = await reports.build_report(ReportQuery())

    assert (report.split.total, report.split.negative, report.split.competitors) == (7, 5, 2)
    assert len(report.top_cases) == 3
    assert all(case.assessment.subject == GO for case in report.top_cases)
    assert [(line.name, line.open) for line in report.departments] == [("care", 5), ("pr", 2), ("ops", 0), ("sales", 0)]


async def test_what_no_department_saw_is_counted_with_the_rest(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    praised = build_assessment(f"subject:{GO}", "kind:product", "sentiment:positive", "intent:praise")
    decision = count_only(harness.build_mention(1), praised, harness.clock.now())
    await harness.store.cases.commit(decision, harness.clock.now())
    report = await reports.build_report(ReportQuery())
    assert (report.split.total, report.split.positive) == (1, 1)


async def test_how_fast_a_department_claims_and_resolves_is_told_with_what_came_of_it(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    for number, resolution in enumerate((CaseResolution.ANSWERED, CaseResolution.NO_ACTION)):
        case = await harness.open_case(number)
        harness.clock.advance(minutes=4)
        await harness.usecases.cases.claim(case.id, ANA)
        harness.clock.advance(minutes=6)
        await harness.usecases.cases.resolve(case.id, ANA, resolution)

    [care] = (await reports.build_report(ReportQuery(department="care"))).departments
    assert (care.open, care.answered, care.closed_otherwise) == (0, 1, 1)
    assert care.claim is not None
    assert care.resolve is not None
    assert (care.claim.median, care.resolve.median) == (240, 600)


async def test_yesterday_has_nothing_of_today(reports: SentimentReports, harness: UseCaseHarness) -> None:
    await receive_posts(harness, GO, 3)
    assert (await reports.build_report(ReportQuery("yesterday"))).split.total == 0
    harness.clock.advance(days=1)
    assert (await reports.build_report(ReportQuery("yesterday"))).split.total == 3


async def test_a_competitor_that_is_asked_for_has_a_split_of_its_own(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    await receive_posts(harness, RIVAL, 2)
    report = await reports.build_report(ReportQuery(subject=RIVAL))
    assert (report.split.negative, report.split.competitors, report.departments) == (2, 0, ())


async def test_a_department_that_the_playbook_has_lost_is_still_told(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    await receive_posts(harness, GO, 1, ["lost"])
    lines = (await reports.build_report(ReportQuery())).departments
    assert [line.name for line in lines] == ["care", "pr", "ops", "sales", "lost"]


async def test_the_home_tab_gets_each_department_in_the_playbooks_order(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    await receive_posts(harness, GO, 3, ["pr"])
    lines = await reports.summarize_departments(harness.clock.now())
    assert [(line.name, line.open) for line in lines] == [("care", 0), ("pr", 3), ("ops", 0), ("sales", 0)]


async def test_a_post_that_turned_out_to_be_spam_or_cannot_be_read_is_not_shown(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    spam, unread, shown = [await harness.open_case(number) for number in range(3)]
    await harness.usecases.cases.resolve(spam.id, ANA, CaseResolution.SPAM)
    await make_unreadable(harness.store, harness.store.keys.case_key(unread.id), status="pondered")

    assert [case.id for case in (await reports.build_report(ReportQuery())).top_cases] == [shown.id]


async def test_help_names_what_may_be_asked_and_how_often_the_assessment_is_right(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    said = await reports.answer_question(JOE, " Help ")
    assert said.text == "What you can ask /sentiment"
    for name in ("Northwind Go", "sales"):
        assert name in str(said.blocks)


async def test_who_asks_changes_nothing_of_the_answer(reports: SentimentReports, harness: UseCaseHarness) -> None:
    await receive_posts(harness, GO, 3)
    assert await reports.answer_question(JOE, "") == await reports.answer_question(MIA, "today")


async def test_what_is_shared_is_what_the_button_carried_as_it_is_now(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    await receive_posts(harness, GO, 3)
    private = await reports.answer_question(MIA, GO)
    assert (await reports.share_report(MIA, value_of(private))).text == private.text
    await receive_posts(harness, GO, 1, ["pr"])
    await harness.open_case(9, (f"subject:{GO}", "kind:brand", "sentiment:negative", "intent:complaint"))
    assert (await reports.share_report(MIA, value_of(private))).text != private.text


def value_of(said: RenderedMessage) -> str:
    [value] = [block["elements"][0]["value"] for block in said.blocks if block["type"] == "actions"]
    return str(value)
