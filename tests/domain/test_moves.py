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
from tests.domain.made import AT, CARE, SALES, STAFF, after, assessed, case, mention


def moved(decision: CaseDecision) -> Case:
    assert decision.after is not None
    return decision.after


def test_a_claim_has_one_owner_a_lease_and_the_clock_to_resolve() -> None:
    decision = claim(case(), "U0ANA", STAFF, CARE, after(minutes=3))

    owned = moved(decision)
    assert (owned.status, owned.owner, owned.claimed_at) == (Status.CLAIMED, "U0ANA", after(minutes=3))
    assert (owned.lease_ends, owned.due) == (after(minutes=33), after(hours=4))
    assert decision.took == ((Measure.CLAIM, 180.0),)
    assert decision.deadline == after(minutes=18)  # half of the lease


def test_the_clock_to_resolve_runs_from_the_first_opening_not_from_the_claim() -> None:
    second = case(waiting_since=AT - timedelta(hours=1))

    assert moved(claim(second, "U0ANA", STAFF, CARE, AT)).due == after(hours=3)


def test_who_claims_second_changes_nothing() -> None:
    with pytest.raises(Refused):
        claim(case(Status.CLAIMED), "U0BEN", STAFF, CARE, after(seconds=2))


def test_only_the_owner_can_say_that_she_is_still_on_it() -> None:
    with pytest.raises(Refused, match="not yours now"):
        keep(case(Status.CLAIMED), "U0BEN", CARE, after(minutes=20))
    with pytest.raises(Refused, match="not yours now"):
        keep(case(), "U0ANA", CARE, after(minutes=20))


def test_a_released_case_waits_from_now_on() -> None:
    waiting = moved(release(case(Status.CLAIMED), "U0ANA", STAFF, CARE, after(minutes=10)))

    assert (waiting.status, waiting.owner, waiting.lease_ends) == (Status.NEW, "", None)
    assert (waiting.opened_at, waiting.due) == (after(minutes=10), after(minutes=25))
    assert waiting.waiting_since == AT


def test_resolving_takes_a_word_and_stops_every_clock() -> None:
    decision = resolve(case(Status.CLAIMED), "U0ANA", Resolution.FIXED, " sent it on ", STAFF, CARE, after(minutes=30))

    done = moved(decision)
    assert (done.status, done.resolution, done.note) == (Status.RESOLVED, Resolution.FIXED, "sent it on")
    assert (done.due, done.lease_ends, decision.deadline) == (None, None, None)
    assert decision.took == ((Measure.RESOLVE, 1800.0),)


def test_who_resolves_what_nobody_claimed_is_its_owner() -> None:
    done = moved(resolve(case(), "U0BEN", Resolution.SPAM, "", STAFF, CARE, AT))

    assert done.owner == "U0BEN"


def test_who_resolves_anothers_case_as_a_manager_leaves_it_to_its_owner() -> None:
    done = moved(resolve(case(Status.CLAIMED), "U0MIA", Resolution.ANSWERED, "", STAFF, CARE, AT))

    assert done.owner == "U0ANA"
    assert done.history[-1].by == "U0MIA"


def test_a_reopened_case_is_as_new_and_remembers_everything() -> None:
    again = moved(reopen(case(Status.RESOLVED), "U0BEN", STAFF, CARE, after(days=1)))

    assert (again.status, again.owner, again.resolution, again.resolved_at) == (Status.NEW, "", None, None)
    assert (again.waiting_since, again.history[-1].what) == (after(days=1), "reopened")


def test_handing_to_a_person_claims_it_in_her_name_and_tells_her() -> None:
    decision = hand_to_person(case(Status.CLAIMED), "U0ANA", "U0BEN", STAFF, CARE, after(minutes=5))

    assert (moved(decision).owner, moved(decision).lease_ends) == ("U0BEN", after(minutes=35))
    assert [(one.kind, str(one.to)) for one in decision.notifications[1:]] == [(NotificationKind.HANDED, "@U0BEN")]


def test_who_hands_a_case_to_herself_is_not_told_so() -> None:
    decision = hand_to_person(case(), "U0BEN", "U0BEN", STAFF, CARE, AT)

    assert [one.kind for one in decision.notifications] == [NotificationKind.CARD]


@pytest.mark.parametrize(("to", "sentence"), [("U0ANA", "has this one already"), ("U0ZOE", "is no deputy of care")])
def test_a_case_is_handed_to_a_deputy_who_has_it_not_yet(to: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        hand_to_person(case(Status.CLAIMED), "U0ANA", to, STAFF, CARE, AT)


def test_handing_to_a_department_starts_its_clock_and_frees_the_case() -> None:
    decision = hand_to_department(case(Status.CLAIMED), "U0ANA", STAFF, SALES, after(minutes=5))

    there = moved(decision)
    assert (there.department, there.status, there.owner) == ("sales", Status.NEW, "")
    assert (there.opened_at, decision.deadline) == (after(minutes=5), after(minutes=20))
    assert str(decision.notifications[0].to) == "sales"


def test_a_department_is_not_handed_what_it_has() -> None:
    with pytest.raises(Refused, match="care has this case already"):
        hand_to_department(case(), "U0ANA", STAFF, CARE, AT)
    with pytest.raises(Refused, match="care has this case already"):
        not_for_us(case(), "U0ANA", STAFF, CARE, AT, CARE)


@pytest.mark.parametrize(("to", "where", "status"), [(SALES, "sales", Status.NEW), (None, "nobody", Status.RESOLVED)])
def test_what_is_not_for_us_goes_where_it_belongs_and_is_learned_from(to: object, where: str, status: Status) -> None:
    decision = not_for_us(case(), "U0ANA", STAFF, SALES if to else None, AT, CARE)

    [correction] = decision.corrections
    assert (correction.kind, correction.was, correction.now) == (CorrectionKind.DEPARTMENT, "care", where)
    assert correction.by == "U0ANA"
    assert moved(decision).status is status


def test_what_belongs_to_nobody_is_resolved_as_not_about_us() -> None:
    gone = moved(not_for_us(case(Status.CLAIMED), "U0ANA", STAFF, None, after(minutes=2), CARE))

    assert (gone.resolution, gone.owner, gone.due) == (Resolution.NOT_ABOUT_US, "U0ANA", None)


def test_a_mention_that_joined_wrongly_gets_a_case_of_its_own() -> None:
    other = mention(id="x:2", text="Where is the lounge?", author="@kim")
    joined = Joined("x:2", "@kim", "", AT, Joining.COPY)
    both = case(Status.CLAIMED, joined=(joined,), joined_count=1)

    losing = separate(both, other, "U0BEN", STAFF, CARE, after(minutes=5))
    opening = losing.opening
    assert opening is not None

    assert (moved(losing).joined, moved(losing).joined_count, moved(losing).owner) == ((), 0, "U0ANA")
    own = moved(opening)
    assert (own.id, own.version, own.status, own.owner) == (case_id("x:2"), 1, Status.NEW, "")
    assert (own.waiting_since, own.due, own.joined_count) == (after(minutes=5), after(minutes=20), 0)
    assert (losing.separating, opening.before) == ("x:2", None)


def test_who_may_not_answer_may_not_separate() -> None:
    with pytest.raises(Refused, match="Only deputies of care"):
        separate(case(), mention(id="x:2"), "U0ZOE", STAFF, CARE, AT)


def test_from_whom_a_manager_takes_a_case_is_told() -> None:
    hers = case(Status.CLAIMED)
    decisions = (
        release(hers, "U0MIA", STAFF, CARE, AT),
        hand_to_person(hers, "U0MIA", "U0BEN", STAFF, CARE, AT),
        hand_to_department(hers, "U0MIA", STAFF, SALES, AT),
        not_for_us(hers, "U0MIA", STAFF, None, AT, CARE),
        resolve(hers, "U0MIA", Resolution.ANSWERED, "", STAFF, CARE, AT),
    )
    told = [
        [str(n.to) for n in decision.notifications if n.kind is NotificationKind.RELEASED] for decision in decisions
    ]
    assert told == [["@U0ANA"]] * 5


def test_what_she_does_herself_nobody_has_to_tell_her() -> None:
    hers = case(Status.CLAIMED)
    decisions = (
        release(hers, "U0ANA", STAFF, CARE, AT),
        hand_to_person(hers, "U0ANA", "U0BEN", STAFF, CARE, AT),
        resolve(hers, "U0ANA", Resolution.ANSWERED, "", STAFF, CARE, AT),
        keep(hers, "U0ANA", CARE, AT),
    )
    kinds = {n.kind for decision in decisions for n in decision.notifications}
    assert kinds == {NotificationKind.CARD, NotificationKind.HANDED}


def test_a_clock_that_was_set_back_makes_nobody_quicker_than_at_once() -> None:
    early = after(hours=-1)
    decisions = (
        claim(case(), "U0ANA", STAFF, CARE, early),
        resolve(case(), "U0ANA", Resolution.FIXED, "", STAFF, CARE, early),
    )
    assert [seconds for decision in decisions for _, seconds in decision.took] == [0.0, 0.0]


def test_where_nothing_is_listed_as_joined_there_is_nothing_to_separate() -> None:
    with pytest.raises(Refused, match="nothing to separate"):
        may_separate(case(), "U0ANA", STAFF)


def test_what_somebody_did_is_drawn_before_what_a_mention_did_and_a_crisis_before_both() -> None:
    usual = claim(case(), "U0ANA", STAFF, CARE, AT)
    crisis = claim(case(assessment=assessed("intent:crisis")), "U0ANA", STAFF, CARE, AT)

    assert (usual.notifications[0].lane, crisis.notifications[0].lane) == (Lane.CLICK, Lane.CRISIS)


def step(found: Case, transition: Transition, by: str, minutes: int) -> CaseDecision:
    at = after(minutes=minutes)
    match transition:
        case Transition.CLAIM:
            return claim(found, by, STAFF, CARE, at)
        case Transition.RELEASE:
            return release(found, by, STAFF, CARE, at)
        case Transition.RESOLVE:
            return resolve(found, by, Resolution.ANSWERED, "", STAFF, CARE, at)
        case Transition.REOPEN:
            return reopen(found, by, STAFF, CARE, at)
        case Transition.HAND_OVER:
            return hand_to_person(found, by, "U0BEN", STAFF, CARE, at)


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
    done = moved(resolve(case(Status.CLAIMED), "U0MIA", Resolution.FIXED, "", STAFF, CARE, after(minutes=9)))
    assert (done.owner, done.closed_by) == ("U0ANA", "U0MIA")
    reworded = done.having(history=tuple(event._replace(what="said otherwise") for event in done.history))
    assert reworded.closed_by == "U0MIA"
    elsewhere = moved(not_for_us(case(Status.CLAIMED), "U0MIA", STAFF, None, after(minutes=9), CARE))
    assert elsewhere.closed_by == "U0MIA"


def test_in_an_old_body_whoever_did_something_when_it_was_resolved_has_resolved_it() -> None:
    done = moved(resolve(case(Status.CLAIMED), "U0MIA", Resolution.FIXED, "", STAFF, CARE, after(minutes=9)))
    assert done.having(resolved_by="").closed_by == "U0MIA"
    assert done.having(resolved_by="", history=()).closed_by == "U0ANA"


def test_a_case_that_came_back_was_resolved_by_nobody() -> None:
    done = moved(resolve(case(Status.CLAIMED), "U0ANA", Resolution.FIXED, "", STAFF, CARE, after(minutes=9)))
    assert not moved(reopen(done, "U0ANA", STAFF, CARE, after(minutes=10))).resolved_by
