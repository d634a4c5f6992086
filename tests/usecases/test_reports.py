"""What `/sentiment` answers: to the person who asks, and the same when it is shared in a channel."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage
from bot.domain.case import CaseResolution
from bot.domain.cases.intake import count_only, open_case
from bot.domain.commits import Decision, NotAllowed
from bot.domain.department import Department
from bot.domain.health.issues import HealthIssue, HealthState
from bot.domain.health.source_silence import SourceActivity
from bot.domain.reports.range_points import EXAMPLES
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
    assert await reports.parse_query(words) == asked
    assert await reports.parse_query(asked.command_text) == asked


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("2024", f"Earshot doesn't understand the time “2024”. Try {EXAMPLES}."),
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
        await reports.share_report(JOE, "<!channel> `zzz`", "C0PR", "1.1")
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
    assert (await reports.share_report(MIA, value_of(private), "C0PR", "1.1")).text == private.text
    await receive_posts(harness, GO, 1, ["pr"])
    await harness.open_case(9, (f"subject:{GO}", "kind:brand", "sentiment:negative", "intent:complaint"))
    assert (await reports.share_report(MIA, value_of(private), "C0PR", "1.2")).text != private.text


async def test_of_two_presses_at_once_one_shares(reports: SentimentReports, harness: UseCaseHarness) -> None:
    await receive_posts(harness, GO, 3)
    presses = [reports.share_report(MIA, "today", "C0PR", "1.1") for _ in range(2)]
    answers = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(isinstance(one, NotAllowed) for one in answers) == 1


async def test_a_share_that_was_cut_off_before_the_post_can_be_repeated_after_a_minute(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    await receive_posts(harness, GO, 3)
    asked = MIA, "today", "C0PR", "1.1"
    await reports.share_report(*asked)
    with pytest.raises(NotAllowed, match="is being shared"):
        await reports.share_report(*asked)
    client = harness.store.client
    [key] = [one async for one in client.scan_keys(harness.store.keys.shared_report_key(""))]
    assert 0 < await client.execute("TTL", key) <= 60
    await client.execute("DEL", key)  # the minute is over
    await reports.share_report(*asked)
    await reports.confirm_share(*asked)
    with pytest.raises(NotAllowed, match="shared this report already"):
        await reports.share_report(*asked)
    assert await client.execute("TTL", key) > 60


async def test_a_shared_post_is_seen_only_in_the_channel_of_its_department(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    await receive_posts(harness, GO, 2, ["care", "pr"])
    shown = {}
    for channel in ("C0CARE", "C0ELSEWHERE"):
        message = await reports.share_report(MIA, "today", channel, "1.1")
        words = str(message.blocks)
        shown[channel] = (words.count("Open post") + words.count("No link"), "Posts are left out" in words)
    assert shown == {"C0CARE": (1, True), "C0ELSEWHERE": (0, True)}
    assert "Posts are left out" not in str((await reports.share_report(MIA, "yesterday", "C0CARE", "1.1")).blocks)


async def test_a_time_before_anything_was_counted_is_asked_back(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    started = harness.clock.now() - timedelta(days=3)
    key = harness.store.keys.source_health_key("x")
    await harness.store.client.execute("HSET", key, "started", int(started.timestamp() * 1000))
    await harness.store.client.execute("HSET", harness.store.keys.cursors, "x", "1")
    await reports.answer_question(MIA, "yesterday")
    with pytest.raises(NotAllowed) as no:
        await reports.answer_question(MIA, "1 jan 2026")
    assert "Earshot counts since" in str(no.value)
    assert (await reports.parse_query(str(no.value).split("`")[1])).period.startswith("since")


async def test_a_time_that_was_counted_in_part_says_since_when(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    started = harness.clock.now() - timedelta(days=2)
    key = harness.store.keys.source_health_key("x")
    await harness.store.client.execute("HSET", key, "started", int(started.timestamp() * 1000))
    await harness.store.client.execute("HSET", harness.store.keys.cursors, "x", "1")
    await receive_posts(harness, GO, 40)
    day = f"{started.day} {started:%b}"
    for words in ("month", "this year"):
        assert f"(counted since {day})" in (await reports.answer_question(MIA, words)).text
    month = await reports.build_report(ReportQuery("month"))
    assert len(month.parts) < 3
    assert sum(split.total for _, split in month.parts) == 40
    for words in ("today", "yesterday"):
        assert "counted since" not in (await reports.answer_question(MIA, words)).text
    harness.clock.advance(days=7)
    assert (await reports.build_report(await reports.parse_query("today"))).before != ()
    assert (
        await reports.build_report(await reports.parse_query("week"))
    ).before == ()  # the week before was counted in part


async def test_of_those_who_asked_in_this_time_it_is_counted_who_was_answered_until_now(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    moved, answered, asked, spam = [await harness.open_case(number) for number in range(4)]
    for case, resolution in ((answered, CaseResolution.ANSWERED), (spam, CaseResolution.SPAM)):
        await harness.usecases.cases.resolve(case.id, ANA, resolution)
    await harness.usecases.cases.hand_to_department(moved.id, ANA, "pr")
    assert (await reports.build_report(ReportQuery())).coverage == (3, 1)
    assert (await reports.build_report(ReportQuery(department="care"))).coverage == (2, 1)
    assert (await reports.build_report(ReportQuery(subject=GO))).coverage == (0, 0)
    harness.clock.advance(days=1)
    await harness.usecases.cases.resolve(asked.id, ANA, CaseResolution.FIXED)
    assert (await reports.build_report(ReportQuery("yesterday"))).coverage == (3, 2)
    assert (await reports.build_report(ReportQuery())).coverage == (0, 0)


async def test_a_source_that_is_silent_is_named_in_the_times_that_lack_it(
    reports: SentimentReports, harness: UseCaseHarness
) -> None:
    at = harness.clock.now()
    issue = HealthIssue(name="source:x", sentence="no posts from x", since=at)
    silent = SourceActivity(last=(at - timedelta(hours=1)).timestamp())
    state = HealthState(version=1, troubles={"source:x": issue, "inbox": issue}, heard={"x": silent, "rss": silent})
    await harness.store.health_state.commit(Decision(state, None), at)
    [gap] = (await reports.build_report(ReportQuery())).gaps
    assert (gap.name, gap.since) == ("x", at - timedelta(hours=1))
    assert (await reports.build_report(ReportQuery("yesterday"))).gaps == ()


def value_of(said: RenderedMessage) -> str:
    [buttons] = [block["elements"] for block in said.blocks if block["type"] == "actions"]
    return str(next(one["value"] for one in buttons if one["action_id"] == action_ids.SHARE_REPORT))
