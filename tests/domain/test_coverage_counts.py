"""Who asked and who was answered, as reports count it."""

from datetime import timedelta

import pytest

from bot.domain.case import CaseResolution, CaseStatus, PublicReply
from bot.domain.cases.coverage import list_coverage_counts
from tests.domain.samples import AT, build_assessment, build_case

ASKED, BOTH = {("care", "asked")}, {("care", "asked"), ("care", "asked answered")}


@pytest.mark.parametrize(
    ("resolution", "counts"),
    [
        (CaseResolution.ANSWERED, BOTH),
        (CaseResolution.FIXED, BOTH),
        (CaseResolution.ANSWERED_OUTSIDE, BOTH),
        (CaseResolution.NO_ACTION, ASKED),
        (CaseResolution.SPAM, set()),
        (CaseResolution.NOT_ABOUT_US, set()),
    ],
)
def test_an_answer_counts_and_what_was_no_request_does_not(
    resolution: CaseResolution, counts: set[tuple[str, str]]
) -> None:
    complaint = build_assessment("intent:complaint", "kind:brand")
    case = build_case(CaseStatus.RESOLVED, assessment=complaint, resolution=resolution, department="care")
    assert list_coverage_counts(case) == counts


@pytest.mark.parametrize("labels", [("intent:praise", "kind:brand"), ("intent:complaint", "kind:competitor")])
def test_praise_and_complaints_about_others_ask_us_nothing(labels: tuple[str, ...]) -> None:
    assert list_coverage_counts(build_case(assessment=build_assessment(*labels))) == frozenset()


def test_an_open_case_asks_and_our_public_reply_answers_it() -> None:
    asking = build_case(assessment=build_assessment("intent:question", "kind:brand"), department="care")
    assert list_coverage_counts(asking) == ASKED
    reply = PublicReply("northwindair", AT + timedelta(minutes=5), "", "x:2")
    assert list_coverage_counts(asking.copy_with(public_replies=(reply,))) == BOTH
    assert list_coverage_counts(asking.copy_with(merged_into="C2")) == frozenset()
