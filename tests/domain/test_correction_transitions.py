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
from bot.domain.routing import CaseClocks, Route, RouteList, find_route
from tests.domain.samples import (
    AT,
    CARE,
    CLOCKS,
    build_assessment,
    build_case,
    build_context,
    build_mention,
    compute_later,
)

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
    return find_route(RouteList(ROUTES), said, assessment)


def build_assessed_case(status: CaseStatus = CaseStatus.NEW) -> Case:
    return build_case(status, assessment=HEARD)


def correct(found: Case, kind: CorrectionKind, now: str, by: str = "U0ANA", minutes: float = 5) -> CaseDecision:
    return correct_case(
        found, build_context(by, compute_later(minutes=minutes)), CorrectedValue(kind, now), weigh, route_of
    )


def get_changed_case(decision: CaseDecision) -> Case:
    assert decision.after is not None
    return decision.after


@pytest.mark.parametrize(
    ("kind", "now", "labels"),
    [
        (CorrectionKind.SENTIMENT, "neutral", {"sentiment:neutral", "intent:complaint", "intent:question"}),
        (CorrectionKind.INTENT, "need", {"sentiment:negative", "intent:need"}),
    ],
)
def test_the_right_answer_takes_the_place_of_all_that_was_assessed_in_its_dimension(
    kind: CorrectionKind, now: str, labels: set[str]
) -> None:
    found = get_changed_case(correct(build_assessed_case(), kind, now)).assessment

    assert found.labels == labels | {"subject:Northwind", "kind:brand"}
    assert get_label_word(found, kind) == now


def test_a_subject_comes_with_its_kind() -> None:
    right = CorrectedValue(CorrectionKind.SUBJECT, "Skylark", "competitor")
    found = get_changed_case(
        correct_case(build_assessed_case(), build_context("U0ANA"), right, weigh, route_of)
    ).assessment

    assert (found.subject, found.kind) == ("Skylark", "competitor")


def test_a_correction_says_what_was_assessed_even_where_somebody_corrected_it_before() -> None:
    first = get_changed_case(correct(build_assessed_case(), CorrectionKind.SENTIMENT, "neutral"))
    [second] = correct(first, CorrectionKind.SENTIMENT, "positive", "U0BEN").corrections

    assert (second.was, second.now, second.by) == ("negative", "positive", "U0BEN")


@given(said=st.lists(SAID, max_size=8))
def test_whatever_is_said_in_whatever_order_the_last_word_of_each_kind_holds(
    said: list[tuple[CorrectionKind, str]],
) -> None:
    found, last = build_assessed_case(), {kind: get_label_word(HEARD, kind) for kind in KINDS}
    for kind, word in said:
        if last[kind] == word:
            with pytest.raises(NotAllowed):
                correct(found, kind, word)
        else:
            found = get_changed_case(correct(found, kind, word))
            last[kind] = word
    assert {kind: get_label_word(found.assessment, kind) for kind in KINDS} == last
    for kind in KINDS:
        word = get_label_word(HEARD, kind)
        found = found if last[kind] == word else get_changed_case(correct(found, kind, word))
    assert (found.assessment, found.as_heard, found.corrections) == (HEARD, None, ())


def test_what_is_spam_is_closed_and_what_was_assessed_comes_back_when_it_is_opened_again() -> None:
    spam = correct(build_assessed_case(), CorrectionKind.SPAM, "spam")
    assert (get_changed_case(spam).status, get_changed_case(spam).resolution) == (
        CaseStatus.RESOLVED,
        CaseResolution.SPAM,
    )
    again = reopen_with_correction(
        get_changed_case(spam), build_context("U0BEN", compute_later(hours=1)), weigh, route_of
    )
    assert get_changed_case(again).assessment == HEARD
    assert [one.is_undone for one in again.corrections] == [True]


def test_who_resolves_as_spam_what_was_assessed_as_spam_corrects_nothing() -> None:
    spam = build_case(assessment=build_assessment("intent:spam"))

    assert resolve_with_correction(spam, build_context("U0ANA"), CaseResolution.SPAM, "", weigh).corrections == ()
    [one] = resolve_with_correction(
        build_assessed_case(), build_context("U0ANA"), CaseResolution.SPAM, "", weigh
    ).corrections
    assert (one.kind, one.was, one.now) == (CorrectionKind.SPAM, "genuine", "spam")


def test_what_is_resolved_in_any_other_way_corrects_nothing() -> None:
    decision = resolve_with_correction(
        build_assessed_case(), build_context("U0ANA"), CaseResolution.ANSWERED, "", weigh
    )

    assert (decision.corrections, get_changed_case(decision).assessment) == ((), HEARD)


def test_a_closed_case_is_not_closed_again_but_may_still_be_corrected() -> None:
    closed = build_assessed_case(CaseStatus.RESOLVED)

    with pytest.raises(NotAllowed, match="Reopen it first"):
        correct(closed, CorrectionKind.SPAM, "spam")
    assert get_changed_case(correct(closed, CorrectionKind.INTENT, "question")).status is CaseStatus.RESOLVED


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
    before = build_case(assessment=QUIET, route="", clocks=CaseClocks(claim_within=HALF / 3), due=AT + HALF / 3)
    found = get_changed_case(
        correct_case(before, build_context("U0ANA"), CorrectedValue(kind, now, subject_kind), weigh, route_of)
    )
    assert (found.route, found.clocks.claim_within, found.due) == (route, within, AT + within)


def test_who_is_no_deputy_corrects_nothing() -> None:
    with pytest.raises(NotAllowed, match="Only the care department"):
        correct(build_assessed_case(), CorrectionKind.SENTIMENT, "neutral", "U0ZOE")


def test_spam_that_is_none_opens_a_case_that_remembers_what_was_assessed() -> None:
    spam = build_assessment("sentiment:negative", "intent:spam", "intent:complaint")
    decision = restore_from_spam(
        build_mention(), spam, Route(name="complaint", clocks=CLOCKS), CARE, "U0JOE", AT, weigh
    )

    found = get_changed_case(decision)
    assert (found.assessment.labels, found.original_assessment) == (
        frozenset({"sentiment:negative", "intent:complaint"}),
        spam,
    )
    assert found.history[0].by == "U0JOE"
    assert decision.processed is not None
    assert decision.processed.outcome is MentionOutcome.OPENED


def test_what_was_brought_back_and_is_spam_all_the_same_is_closed_as_what_it_was_assessed() -> None:
    spam = build_assessment("sentiment:negative", "intent:spam")
    back = get_changed_case(
        restore_from_spam(build_mention(), spam, Route(name="rest", clocks=CLOCKS), CARE, "U0MIA", AT, weigh)
    )

    after_all = get_changed_case(correct(back, CorrectionKind.SPAM, SPAM))

    assert (after_all.status, after_all.resolution) == (CaseStatus.RESOLVED, CaseResolution.SPAM)
    assert (after_all.assessment, after_all.corrections) == (spam, ())


def test_spam_in_which_nothing_else_was_assessed_is_something_else() -> None:
    decision = restore_from_spam(
        build_mention(), build_assessment("intent:spam"), Route(name="r"), CARE, "U0JOE", AT, weigh
    )

    assert get_changed_case(decision).assessment.labels == {"intent:other"}


def counts(found: Case) -> dict[str, int]:
    return dict(count_precision(found))


def test_a_closed_case_that_nobody_corrected_counts_as_right_in_every_part() -> None:
    assert counts(build_assessed_case(CaseStatus.RESOLVED)) == {"all": 1, "sentiment": 1, "intent": 1, "subject": 1}
    assert counts(build_assessed_case()) == {}


def test_a_case_that_was_corrected_twice_is_wrong_once() -> None:
    found = build_assessed_case(CaseStatus.RESOLVED)
    for kind, word in ((CorrectionKind.INTENT, "need"), (CorrectionKind.SUBJECT, "Skylark")):
        found = get_changed_case(correct(found, kind, word))

    assert counts(found) == {
        **counts(build_assessed_case(CaseStatus.RESOLVED)),
        "all wrong": 1,
        "intent wrong": 1,
        "subject wrong": 1,
    }


def test_of_what_we_were_unsure_no_answer_of_ours_can_be_wrong() -> None:
    unsure = HEARD.model_copy(update={"signals": (Signal("mood", "sentiment:unsure", 0.6), *HEARD.signals[1:])})
    found = build_case(CaseStatus.RESOLVED, assessment=Assessment(signals=unsure.signals))

    assert "sentiment" not in counts(found)
    assert "all wrong" not in counts(get_changed_case(correct(found, CorrectionKind.SENTIMENT, "negative")))


def test_what_we_did_not_bring_does_not_count_for_us() -> None:
    flagged = Assessment(signals=(Signal(COLLEAGUE, "intent:complaint", 1.0),))
    back = restore_from_spam(
        build_mention(), build_assessment("intent:spam"), Route(name="r"), CARE, "U0JOE", AT, weigh
    )

    assert counts(build_case(CaseStatus.RESOLVED, assessment=flagged)) == {}
    assert (
        counts(
            get_changed_case(
                resolve_with_correction(get_changed_case(back), build_context("U0ANA"), CaseResolution.FIXED, "", weigh)
            )
        )
        == {}
    )
    assert get_changed_case(back).corrections[0].now == GENUINE


def test_the_interval_holds_the_share_and_never_leaves_the_scale() -> None:
    for cases, wrong in ((30, 0), (30, 30), (212, 19), (5000, 1)):
        one = PrecisionEstimate(PrecisionAspect.ALL, cases, wrong)
        low, high = one.interval
        assert -1e-9 <= low <= one.percent_right + 1e-9
        assert one.percent_right - 1e-9 <= high <= 100 + 1e-9
