"""What people do with a case, and what each move owes the world."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case import Case, Joined, Joining, Resolution, Status, case_id
from bot.domain.correction import CorrectionKind
from bot.domain.decision import CaseDecision, Measure, Refused
from bot.domain.lifecycle import Transition
from bot.domain.moves import (
    claim,
    hand_to_department,
    hand_to_person,
    keep,
    may_separate,
    not_for_us,
    release,
    reopen,
    resolve,
    separate,
)
from bot.domain.notification import Lane, NotificationKind
from tests.domain.made import AT, CARE, SALES, after, assessed, case, context, mention


def moved(decision: CaseDecision) -> Case:
    assert decision.after is not None
    return decision.after


def test_a_claim_has_one_owner_a_lease_and_the_clock_to_resolve() -> None:
    decision = claim(case(), context("U0ANA", after(minutes=3)))

    owned = moved(decision)
    assert (owned.status, owned.owner, owned.claimed_at) == (Status.CLAIMED, "U0ANA", after(minutes=3))
    assert (owned.lease_ends, owned.due) == (after(minutes=33), after(hours=4))
    assert decision.took == ((Measure.CLAIM, 180.0),)
    assert decision.deadline == after(minutes=18)  # half of the lease


def test_the_clock_to_resolve_runs_from_the_first_opening_not_from_the_claim() -> None:
    second = case(waiting_since=AT - timedelta(hours=1))

    assert moved(claim(second, context("U0ANA"))).due == after(hours=3)


def test_who_claims_second_changes_nothing() -> None:
    with pytest.raises(Refused):
        claim(case(Status.CLAIMED), context("U0BEN", after(seconds=2)))


def test_only_the_owner_can_say_that_she_is_still_on_it() -> None:
    with pytest.raises(Refused, match="not yours now"):
        keep(case(Status.CLAIMED), context("U0BEN", after(minutes=20)))
    with pytest.raises(Refused, match="not yours now"):
        keep(case(), context("U0ANA", after(minutes=20)))


def test_a_released_case_waits_from_now_on() -> None:
    waiting = moved(release(case(Status.CLAIMED), context("U0ANA", after(minutes=10))))

    assert (waiting.status, waiting.owner, waiting.lease_ends) == (Status.NEW, "", None)
    assert (waiting.opened_at, waiting.due) == (after(minutes=10), after(minutes=25))
    assert waiting.waiting_since == AT


def test_resolving_takes_a_word_and_stops_every_clock() -> None:
    decision = resolve(case(Status.CLAIMED), context("U0ANA", after(minutes=30)), Resolution.FIXED, " sent it on ")

    done = moved(decision)
    assert (done.status, done.resolution, done.note) == (Status.RESOLVED, Resolution.FIXED, "sent it on")
    assert (done.due, done.lease_ends, decision.deadline) == (None, None, None)
    assert decision.took == ((Measure.RESOLVE, 1800.0),)


def test_who_resolves_what_nobody_claimed_is_its_owner() -> None:
    done = moved(resolve(case(), context("U0BEN"), Resolution.SPAM, ""))

    assert done.owner == "U0BEN"


def test_who_resolves_anothers_case_as_a_manager_leaves_it_to_its_owner() -> None:
    done = moved(resolve(case(Status.CLAIMED), context("U0MIA"), Resolution.ANSWERED, ""))

    assert done.owner == "U0ANA"
    assert done.history[-1].by == "U0MIA"


def test_a_reopened_case_is_as_new_and_remembers_everything() -> None:
    again = moved(reopen(case(Status.RESOLVED), context("U0BEN", after(days=1))))

    assert (again.status, again.owner, again.resolution, again.resolved_at) == (Status.NEW, "", None, None)
    assert (again.waiting_since, again.history[-1].what) == (after(days=1), "reopened")


def test_handing_to_a_person_claims_it_in_her_name_and_tells_her() -> None:
    decision = hand_to_person(case(Status.CLAIMED), context("U0ANA", after(minutes=5)), "U0BEN")

    assert (moved(decision).owner, moved(decision).lease_ends) == ("U0BEN", after(minutes=35))
    assert [(one.kind, str(one.to)) for one in decision.notifications[1:]] == [(NotificationKind.HANDED, "@U0BEN")]


def test_who_hands_a_case_to_herself_is_not_told_so() -> None:
    decision = hand_to_person(case(), context("U0BEN"), "U0BEN")

    assert [one.kind for one in decision.notifications] == [NotificationKind.CARD]


@pytest.mark.parametrize(("to", "sentence"), [("U0ANA", "has this one already"), ("U0ZOE", "is no deputy of care")])
def test_a_case_is_handed_to_a_deputy_who_has_it_not_yet(to: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        hand_to_person(case(Status.CLAIMED), context("U0ANA"), to)


def test_handing_to_a_department_starts_its_clock_and_frees_the_case() -> None:
    decision = hand_to_department(case(Status.CLAIMED), context("U0ANA", after(minutes=5)), SALES)

    there = moved(decision)
    assert (there.department, there.status, there.owner) == ("sales", Status.NEW, "")
    assert (there.opened_at, decision.deadline) == (after(minutes=5), after(minutes=20))
    assert str(decision.notifications[0].to) == "sales"


def test_a_department_is_not_handed_what_it_has() -> None:
    with pytest.raises(Refused, match="care has this case already"):
        hand_to_department(case(), context("U0ANA"), CARE)
    with pytest.raises(Refused, match="care has this case already"):
        not_for_us(case(), context("U0ANA"), CARE)


@pytest.mark.parametrize(("to", "where", "status"), [(SALES, "sales", Status.NEW), (None, "nobody", Status.RESOLVED)])
def test_what_is_not_for_us_goes_where_it_belongs_and_is_learned_from(to: object, where: str, status: Status) -> None:
    decision = not_for_us(case(), context("U0ANA"), SALES if to else None)

    [correction] = decision.corrections
    assert (correction.kind, correction.was, correction.now) == (CorrectionKind.DEPARTMENT, "care", where)
    assert correction.by == "U0ANA"
    assert moved(decision).status is status


def test_what_belongs_to_nobody_is_resolved_as_not_about_us() -> None:
    gone = moved(not_for_us(case(Status.CLAIMED), context("U0ANA", after(minutes=2)), None))

    assert (gone.resolution, gone.owner, gone.due) == (Resolution.NOT_ABOUT_US, "U0ANA", None)


def test_a_mention_that_joined_wrongly_gets_a_case_of_its_own() -> None:
    other = mention(id="x:2", text="Where is the lounge?", author="@kim")
    joined = Joined("x:2", "@kim", "", AT, Joining.COPY)
    both = case(Status.CLAIMED, joined=(joined,), joined_count=1)

    losing = separate(both, context("U0BEN", after(minutes=5)), other)
    opening = losing.opening
    assert opening is not None

    assert (moved(losing).joined, moved(losing).joined_count, moved(losing).owner) == ((), 0, "U0ANA")
    own = moved(opening)
    assert (own.id, own.version, own.status, own.owner) == (case_id("x:2"), 1, Status.NEW, "")
    assert (own.waiting_since, own.due, own.joined_count) == (after(minutes=5), after(minutes=20), 0)
    assert (losing.separating, opening.before) == ("x:2", None)


def test_who_may_not_answer_may_not_separate() -> None:
    with pytest.raises(Refused, match="Only deputies of care"):
        separate(case(), context("U0ZOE"), mention(id="x:2"))


def test_from_whom_a_manager_takes_a_case_is_told() -> None:
    hers = case(Status.CLAIMED)
    decisions = (
        release(hers, context("U0MIA")),
        hand_to_person(hers, context("U0MIA"), "U0BEN"),
        hand_to_department(hers, context("U0MIA"), SALES),
        not_for_us(hers, context("U0MIA"), None),
        resolve(hers, context("U0MIA"), Resolution.ANSWERED, ""),
    )
    told = [
        [str(n.to) for n in decision.notifications if n.kind is NotificationKind.RELEASED] for decision in decisions
    ]
    assert told == [["@U0ANA"]] * 5


def test_what_she_does_herself_nobody_has_to_tell_her() -> None:
    hers = case(Status.CLAIMED)
    decisions = (
        release(hers, context("U0ANA")),
        hand_to_person(hers, context("U0ANA"), "U0BEN"),
        resolve(hers, context("U0ANA"), Resolution.ANSWERED, ""),
        keep(hers, context("U0ANA")),
    )
    kinds = {n.kind for decision in decisions for n in decision.notifications}
    assert kinds == {NotificationKind.CARD, NotificationKind.HANDED}


def test_a_clock_that_was_set_back_makes_nobody_quicker_than_at_once() -> None:
    early = after(hours=-1)
    decisions = (
        claim(case(), context("U0ANA", early)),
        resolve(case(), context("U0ANA", early), Resolution.FIXED, ""),
    )
    assert [seconds for decision in decisions for _, seconds in decision.took] == [0.0, 0.0]


def test_where_nothing_is_listed_as_joined_there_is_nothing_to_separate() -> None:
    with pytest.raises(Refused, match="nothing to separate"):
        may_separate(case(), context("U0ANA"))


def test_what_somebody_did_is_drawn_before_what_a_mention_did_and_a_crisis_before_both() -> None:
    usual = claim(case(), context("U0ANA"))
    crisis = claim(case(assessment=assessed("intent:crisis")), context("U0ANA"))

    assert (usual.notifications[0].lane, crisis.notifications[0].lane) == (Lane.CLICK, Lane.CRISIS)


def step(found: Case, transition: Transition, by: str, minutes: int) -> CaseDecision:
    at = after(minutes=minutes)
    match transition:
        case Transition.CLAIM:
            return claim(found, context(by, at))
        case Transition.RELEASE:
            return release(found, context(by, at))
        case Transition.RESOLVE:
            return resolve(found, context(by, at), Resolution.ANSWERED, "")
        case Transition.REOPEN:
            return reopen(found, context(by, at))
        case Transition.HAND_OVER:
            return hand_to_person(found, context(by, at), "U0BEN")


@given(st.lists(st.tuples(st.sampled_from(Transition), st.sampled_from(["U0ANA", "U0BEN", "U0MIA", "U0ZOE"]))))
def test_whatever_people_press_a_case_has_an_owner_exactly_when_somebody_has_it(
    presses: list[tuple[Transition, str]],
) -> None:
    found = case()
    for minutes, (transition, by) in enumerate(presses):
        try:
            decision = step(found, transition, by, minutes)
        except Refused:
            continue
        assert decision.before is found
        assert moved(decision).version == found.version + 1
        found = moved(decision)
        assert bool(found.owner) is (found.status is not Status.NEW)
        assert (found.resolution is not None) is (found.status is Status.RESOLVED)
        assert (found.lease_ends is not None) is (found.status is Status.CLAIMED)
        assert (decision.deadline is None) is (found.status is Status.RESOLVED)


def test_who_resolved_it_is_kept_and_not_read_out_of_sentences() -> None:
    done = moved(resolve(case(Status.CLAIMED), context("U0MIA", after(minutes=9)), Resolution.FIXED, ""))
    assert (done.owner, done.closed_by) == ("U0ANA", "U0MIA")
    reworded = done.having(history=tuple(event._replace(what="said otherwise") for event in done.history))
    assert reworded.closed_by == "U0MIA"
    elsewhere = moved(not_for_us(case(Status.CLAIMED), context("U0MIA", after(minutes=9)), None))
    assert elsewhere.closed_by == "U0MIA"


def test_in_an_old_body_whoever_did_something_when_it_was_resolved_has_resolved_it() -> None:
    done = moved(resolve(case(Status.CLAIMED), context("U0MIA", after(minutes=9)), Resolution.FIXED, ""))
    assert done.having(resolved_by="").closed_by == "U0MIA"
    assert done.having(resolved_by="", history=()).closed_by == "U0ANA"


def test_a_case_that_came_back_was_resolved_by_nobody() -> None:
    done = moved(resolve(case(Status.CLAIMED), context("U0ANA", after(minutes=9)), Resolution.FIXED, ""))
    assert not moved(reopen(done, context("U0ANA", after(minutes=10)))).resolved_by
