"""Corrections: what a case is believed to be, and what is undone again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.assessment import Assessment, Signal
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.cases.correction_transitions import (
    CorrectedValue,
    correct_case,
    reopen_with_correction,
    resolve_with_correction,
    restore_from_spam,
)
from bot.domain.commits import CaseDecision, MentionOutcome, NotAllowed
from bot.domain.correction import COLLEAGUE, GENUINE, SPAM, CorrectionKind, get_label_word
from bot.domain.mention import Mention
from bot.domain.reports.precision import PrecisionAspect, PrecisionEstimate, count_precision
from bot.domain.routing import CaseClocks, Route, find_route
from tests.domain.made import AT, CARE, CLOCKS, after, assessed, case, context, mention

HALF = timedelta(minutes=30)
HEARD = Assessment(
    signals=(
        Signal("mood", "sentiment:negative", 0.8, "'worst'"),
        Signal("mood", "sentiment:positive", 0.1, holds=False),
        Signal("intent", "intent:complaint", 0.9),
        Signal("intent", "intent:question", 0.7),
        Signal("subject", "subject:Northwind", 0.9),
        Signal("subject", "kind:brand", 0.9),
    )
)
KINDS = (CorrectionKind.SENTIMENT, CorrectionKind.INTENT, CorrectionKind.SUBJECT)
ANSWERS = {
    CorrectionKind.SENTIMENT: ("negative", "neutral", "positive"),
    CorrectionKind.INTENT: ("complaint", "question", "praise", "crisis", "other"),
    CorrectionKind.SUBJECT: ("Northwind", "Skylark"),
}
SAID = st.sampled_from([(kind, word) for kind, words in ANSWERS.items() for word in words])


def weigh(_: Mention, assessment: Assessment) -> Assessment:
    """As if there were no urgency."""
    return assessment


ROUTES = (
    Route(name="complaint", when={"intent": frozenset({"complaint"})}, to="care", clocks=CLOCKS),
    Route(name="asked", when={"intent": frozenset({"question"})}, to="care", clocks=CaseClocks(claim_within=HALF)),
    Route(
        name="glad", when={"sentiment": frozenset({"positive"})}, to="sales", clocks=CaseClocks(claim_within=2 * HALF)
    ),
    Route(name="rival", when={"subject": frozenset({"Skylark"})}, to="sales", clocks=CaseClocks(claim_within=4 * HALF)),
    Route(name="rest"),
)


def route_of(said: Mention, assessment: Assessment) -> Route:
    return find_route(ROUTES, said, assessment)


def heard(status: CaseStatus = CaseStatus.NEW) -> Case:
    return case(status, assessment=HEARD)


def told(found: Case, kind: CorrectionKind, now: str, by: str = "U0ANA", minutes: float = 5) -> CaseDecision:
    return correct_case(found, context(by, after(minutes=minutes)), CorrectedValue(kind, now), weigh, route_of)


def moved(decision: CaseDecision) -> Case:
    assert decision.after is not None
    return decision.after


@pytest.mark.parametrize(
    ("kind", "now", "labels"),
    [
        (CorrectionKind.SENTIMENT, "neutral", {"sentiment:neutral", "intent:complaint", "intent:question"}),
        (CorrectionKind.INTENT, "need", {"sentiment:negative", "intent:need"}),
    ],
)
def test_the_right_answer_takes_the_place_of_all_that_was_heard_in_its_dimension(
    kind: CorrectionKind, now: str, labels: set[str]
) -> None:
    found = moved(told(heard(), kind, now)).assessment

    assert found.labels == labels | {"subject:Northwind", "kind:brand"}
    assert get_label_word(found, kind) == now


def test_a_subject_comes_with_its_kind() -> None:
    right = CorrectedValue(CorrectionKind.SUBJECT, "Skylark", "competitor")
    found = moved(correct_case(heard(), context("U0ANA"), right, weigh, route_of)).assessment

    assert (found.subject, found.kind) == ("Skylark", "competitor")


def test_a_correction_says_what_was_heard_even_where_somebody_corrected_it_before() -> None:
    first = moved(told(heard(), CorrectionKind.SENTIMENT, "neutral"))
    [second] = told(first, CorrectionKind.SENTIMENT, "positive", "U0BEN").corrections

    assert (second.was, second.now, second.by) == ("negative", "positive", "U0BEN")


@given(said=st.lists(SAID, max_size=8))
def test_whatever_is_said_in_whatever_order_the_last_word_of_each_kind_holds(
    said: list[tuple[CorrectionKind, str]],
) -> None:
    found, last = heard(), {kind: get_label_word(HEARD, kind) for kind in KINDS}
    for kind, word in said:
        if last[kind] == word:
            with pytest.raises(NotAllowed):
                told(found, kind, word)
        else:
            found = moved(told(found, kind, word))
            last[kind] = word
    assert {kind: get_label_word(found.assessment, kind) for kind in KINDS} == last
    for kind in KINDS:
        word = get_label_word(HEARD, kind)
        found = found if last[kind] == word else moved(told(found, kind, word))
    assert (found.assessment, found.as_heard, found.corrections) == (HEARD, None, ())


def test_what_is_spam_is_closed_and_what_was_heard_comes_back_when_it_is_opened_again() -> None:
    spam = told(heard(), CorrectionKind.SPAM, "spam")
    assert (moved(spam).status, moved(spam).resolution) == (CaseStatus.RESOLVED, CaseResolution.SPAM)
    again = reopen_with_correction(moved(spam), context("U0BEN", after(hours=1)), weigh, route_of)
    assert moved(again).assessment == HEARD
    assert [one.is_undone for one in again.corrections] == [True]


def test_who_resolves_as_spam_what_was_heard_as_spam_corrects_nothing() -> None:
    spam = case(assessment=assessed("intent:spam"))

    assert resolve_with_correction(spam, context("U0ANA"), CaseResolution.SPAM, "", weigh).corrections == ()
    [one] = resolve_with_correction(heard(), context("U0ANA"), CaseResolution.SPAM, "", weigh).corrections
    assert (one.kind, one.was, one.now) == (CorrectionKind.SPAM, "genuine", "spam")


def test_what_is_resolved_in_any_other_way_corrects_nothing() -> None:
    decision = resolve_with_correction(heard(), context("U0ANA"), CaseResolution.ANSWERED, "", weigh)

    assert (decision.corrections, moved(decision).assessment) == ((), HEARD)


def test_a_closed_case_is_not_closed_again_but_may_still_be_corrected() -> None:
    closed = heard(CaseStatus.RESOLVED)

    with pytest.raises(NotAllowed, match="Reopen it first"):
        told(closed, CorrectionKind.SPAM, "spam")
    assert moved(told(closed, CorrectionKind.INTENT, "question")).status is CaseStatus.RESOLVED


QUIET = Assessment(signals=tuple(one for one in HEARD.signals if one.dimension != "intent"))


@pytest.mark.parametrize(
    ("kind", "now", "subject_kind", "route", "within"),
    [
        (CorrectionKind.INTENT, "question", "", "asked", HALF),
        (CorrectionKind.INTENT, "complaint", "", "complaint", CLOCKS.claim_within),
        (CorrectionKind.SENTIMENT, "positive", "", "glad", 2 * HALF),
        (CorrectionKind.SUBJECT, "Skylark", "competitor", "rival", 4 * HALF),
        (CorrectionKind.INTENT, "need", "", "", HALF / 3),
    ],
)
def test_whichever_label_is_corrected_its_route_sets_the_clocks_and_nobodys_route_leaves_them(
    kind: CorrectionKind, now: str, subject_kind: str, route: str, within: timedelta
) -> None:
    before = case(assessment=QUIET, route="", clocks=CaseClocks(claim_within=HALF / 3), due=AT + HALF / 3)
    found = moved(correct_case(before, context("U0ANA"), CorrectedValue(kind, now, subject_kind), weigh, route_of))
    assert (found.route, found.clocks.claim_within, found.due) == (route, within, AT + within)


def test_who_is_no_deputy_corrects_nothing() -> None:
    with pytest.raises(NotAllowed, match="Only deputies of care"):
        told(heard(), CorrectionKind.SENTIMENT, "neutral", "U0ZOE")


def test_spam_that_is_none_opens_a_case_that_remembers_what_was_heard() -> None:
    spam = assessed("sentiment:negative", "intent:spam", "intent:complaint")
    decision = restore_from_spam(mention(), spam, Route(name="complaint", clocks=CLOCKS), CARE, "U0JOE", AT, weigh)

    found = moved(decision)
    assert (found.assessment.labels, found.original_assessment) == (
        frozenset({"sentiment:negative", "intent:complaint"}),
        spam,
    )
    assert found.history[0].by == "U0JOE"
    assert decision.processed is not None
    assert decision.processed.outcome is MentionOutcome.OPENED


def test_what_was_brought_back_and_is_spam_all_the_same_is_closed_as_what_it_was_heard() -> None:
    spam = assessed("sentiment:negative", "intent:spam")
    back = moved(restore_from_spam(mention(), spam, Route(name="rest", clocks=CLOCKS), CARE, "U0MIA", AT, weigh))

    after_all = moved(told(back, CorrectionKind.SPAM, SPAM))

    assert (after_all.status, after_all.resolution) == (CaseStatus.RESOLVED, CaseResolution.SPAM)
    assert (after_all.assessment, after_all.corrections) == (spam, ())


def test_spam_in_which_nothing_else_was_heard_is_something_else() -> None:
    decision = restore_from_spam(mention(), assessed("intent:spam"), Route(name="r"), CARE, "U0JOE", AT, weigh)

    assert moved(decision).assessment.labels == {"intent:other"}


def counts(found: Case) -> dict[str, int]:
    return dict(count_precision(found))


def test_a_closed_case_that_nobody_corrected_counts_as_right_in_every_part() -> None:
    assert counts(heard(CaseStatus.RESOLVED)) == {"all": 1, "sentiment": 1, "intent": 1, "subject": 1}
    assert counts(heard()) == {}


def test_a_case_that_was_corrected_twice_is_wrong_once() -> None:
    found = heard(CaseStatus.RESOLVED)
    for kind, word in ((CorrectionKind.INTENT, "need"), (CorrectionKind.SUBJECT, "Skylark")):
        found = moved(told(found, kind, word))

    assert counts(found) == {
        **counts(heard(CaseStatus.RESOLVED)),
        "all wrong": 1,
        "intent wrong": 1,
        "subject wrong": 1,
    }


def test_of_what_we_were_unsure_no_answer_of_ours_can_be_wrong() -> None:
    unsure = HEARD.model_copy(update={"signals": (Signal("mood", "sentiment:unsure", 0.6), *HEARD.signals[1:])})
    found = case(CaseStatus.RESOLVED, assessment=Assessment(signals=unsure.signals))

    assert "sentiment" not in counts(found)
    assert "all wrong" not in counts(moved(told(found, CorrectionKind.SENTIMENT, "negative")))


def test_what_we_did_not_bring_does_not_count_for_us() -> None:
    flagged = Assessment(signals=(Signal(COLLEAGUE, "intent:complaint", 1.0),))
    back = restore_from_spam(mention(), assessed("intent:spam"), Route(name="r"), CARE, "U0JOE", AT, weigh)

    assert counts(case(CaseStatus.RESOLVED, assessment=flagged)) == {}
    assert counts(moved(resolve_with_correction(moved(back), context("U0ANA"), CaseResolution.FIXED, "", weigh))) == {}
    assert moved(back).corrections[0].now == GENUINE


def test_the_interval_holds_the_share_and_never_leaves_the_scale() -> None:
    for cases, wrong in ((30, 0), (30, 30), (212, 19), (5000, 1)):
        one = PrecisionEstimate(PrecisionAspect.ALL, cases, wrong)
        low, high = one.interval
        assert -1e-9 <= low <= one.percent_right + 1e-9
        assert one.percent_right - 1e-9 <= high <= 100 + 1e-9
