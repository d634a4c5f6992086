"""What people do with a case, and what each transition notifies."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case import Case, CaseResolution, CaseStatus, JoinedMention, JoinReason, derive_case_id
from bot.domain.cases.snooze_transitions import SnoozeChoice, snooze_case, wake_case
from bot.domain.cases.transitions import (
    check_can_separate,
    claim_case,
    correct_route,
    hand_to_department,
    hand_to_person,
    release_case,
    renew_lease,
    reopen_case,
    resolve_case,
    separate_mention,
)
from bot.domain.commits import CaseDecision, DurationKind, NotAllowed
from bot.domain.correction import CorrectionKind
from bot.domain.lifecycle import CaseTransition
from bot.domain.outbox import NotificationKind, Priority
from tests.domain.samples import (
    AT,
    CARE,
    SALES,
    build_assessment,
    build_case,
    build_context,
    build_mention,
    compute_later,
)


def get_changed_case(decision: CaseDecision) -> Case:
    assert decision.after is not None
    return decision.after


def test_a_claim_has_one_owner_a_lease_and_the_clock_to_resolve() -> None:
    decision = claim_case(build_case(), build_context("U0ANA", compute_later(minutes=3)))

    owned = get_changed_case(decision)
    assert (owned.status, owned.owner, owned.claimed_at) == (CaseStatus.CLAIMED, "U0ANA", compute_later(minutes=3))
    assert (owned.lease_ends, owned.due) == (compute_later(minutes=33), compute_later(hours=4))
    assert decision.durations == ((DurationKind.CLAIM, 180.0),)
    assert decision.deadline == compute_later(minutes=18)  # half of the lease


def test_the_clock_to_resolve_runs_from_the_first_opening_not_from_the_claim() -> None:
    second = build_case(waiting_since=AT - timedelta(hours=1))

    assert get_changed_case(claim_case(second, build_context("U0ANA"))).due == compute_later(hours=3)


def test_who_claims_second_changes_nothing() -> None:
    with pytest.raises(NotAllowed):
        claim_case(build_case(CaseStatus.CLAIMED), build_context("U0BEN", compute_later(seconds=2)))


def test_only_the_owner_can_say_that_she_is_still_on_it() -> None:
    with pytest.raises(NotAllowed, match="You no longer own this case"):
        renew_lease(build_case(CaseStatus.CLAIMED), build_context("U0BEN", compute_later(minutes=20)))
    with pytest.raises(NotAllowed, match="You no longer own this case"):
        renew_lease(build_case(), build_context("U0ANA", compute_later(minutes=20)))


def test_a_released_case_waits_from_now_on() -> None:
    waiting = get_changed_case(
        release_case(build_case(CaseStatus.CLAIMED), build_context("U0ANA", compute_later(minutes=10)))
    )

    assert (waiting.status, waiting.owner, waiting.lease_ends) == (CaseStatus.NEW, "", None)
    assert (waiting.opened_at, waiting.due) == (compute_later(minutes=10), compute_later(minutes=25))
    assert waiting.waiting_since == AT


def test_resolving_takes_a_word_and_stops_every_clock() -> None:
    decision = resolve_case(
        build_case(CaseStatus.CLAIMED),
        build_context("U0ANA", compute_later(minutes=30)),
        CaseResolution.FIXED,
        " sent it on ",
    )

    done = get_changed_case(decision)
    assert (done.status, done.resolution, done.note) == (CaseStatus.RESOLVED, CaseResolution.FIXED, "sent it on")
    assert (done.due, done.lease_ends, decision.deadline) == (None, None, None)
    assert decision.durations == ((DurationKind.RESOLVE, 1800.0),)


def test_who_resolves_what_nobody_claimed_is_its_owner() -> None:
    done = get_changed_case(resolve_case(build_case(), build_context("U0BEN"), CaseResolution.SPAM, ""))

    assert done.owner == "U0BEN"


def test_who_resolves_anothers_case_as_a_manager_leaves_it_to_its_owner() -> None:
    done = get_changed_case(
        resolve_case(build_case(CaseStatus.CLAIMED), build_context("U0MIA"), CaseResolution.ANSWERED, "")
    )

    assert done.owner == "U0ANA"
    assert done.history[-1].by == "U0MIA"


def test_a_reopened_case_is_as_new_and_remembers_everything() -> None:
    again = get_changed_case(
        reopen_case(build_case(CaseStatus.RESOLVED), build_context("U0BEN", compute_later(days=1)))
    )

    assert (again.status, again.owner, again.resolution, again.resolved_at) == (CaseStatus.NEW, "", None, None)
    assert (again.waiting_since, again.history[-1].what) == (compute_later(days=1), "reopened")


def test_handing_to_a_person_claims_it_in_her_name_and_tells_her() -> None:
    decision = hand_to_person(build_case(CaseStatus.CLAIMED), build_context("U0ANA", compute_later(minutes=5)), "U0BEN")

    assert (get_changed_case(decision).owner, get_changed_case(decision).lease_ends) == (
        "U0BEN",
        compute_later(minutes=35),
    )
    assert [(one.kind, str(one.to)) for one in decision.notifications[1:]] == [(NotificationKind.HANDED, "@U0BEN")]


def test_who_hands_a_case_to_herself_is_not_told_so() -> None:
    decision = hand_to_person(build_case(), build_context("U0BEN"), "U0BEN")

    assert [one.kind for one in decision.notifications] == [NotificationKind.CARD]


@pytest.mark.parametrize(
    ("to", "sentence"), [("U0ANA", "already has this one"), ("U0ZOE", "isn't in the care department")]
)
def test_a_case_is_handed_to_a_deputy_who_has_it_not_yet(to: str, sentence: str) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        hand_to_person(build_case(CaseStatus.CLAIMED), build_context("U0ANA"), to)


def test_handing_to_a_department_starts_its_clock_and_frees_the_case() -> None:
    decision = hand_to_department(
        build_case(CaseStatus.CLAIMED), build_context("U0ANA", compute_later(minutes=5)), SALES
    )

    there = get_changed_case(decision)
    assert (there.department, there.status, there.owner) == ("sales", CaseStatus.NEW, "")
    assert (there.opened_at, decision.deadline) == (compute_later(minutes=5), compute_later(minutes=20))
    assert str(decision.notifications[0].to) == "sales"


def test_a_department_is_not_handed_what_it_has() -> None:
    with pytest.raises(NotAllowed, match="care already has this case"):
        hand_to_department(build_case(), build_context("U0ANA"), CARE)
    with pytest.raises(NotAllowed, match="care already has this case"):
        correct_route(build_case(), build_context("U0ANA"), CARE)


@pytest.mark.parametrize(
    ("to", "where", "status"), [(SALES, "sales", CaseStatus.NEW), (None, "nobody", CaseStatus.RESOLVED)]
)
def test_what_is_not_for_us_goes_where_it_belongs_and_is_learned_from(
    to: object, where: str, status: CaseStatus
) -> None:
    decision = correct_route(build_case(), build_context("U0ANA"), SALES if to else None)

    [correction] = decision.corrections
    assert (correction.kind, correction.was, correction.now) == (CorrectionKind.DEPARTMENT, "care", where)
    assert correction.by == "U0ANA"
    assert get_changed_case(decision).status is status


def test_what_belongs_to_nobody_is_resolved_as_not_about_us() -> None:
    gone = get_changed_case(
        correct_route(build_case(CaseStatus.CLAIMED), build_context("U0ANA", compute_later(minutes=2)), None)
    )

    assert (gone.resolution, gone.owner, gone.due) == (CaseResolution.NOT_ABOUT_US, "U0ANA", None)


def test_a_mention_that_joined_wrongly_gets_a_case_of_its_own() -> None:
    other = build_mention(id="x:2", text="Where is the lounge?", author="@kim")
    joined = JoinedMention("x:2", "@kim", "", AT, JoinReason.COPY)
    both = build_case(CaseStatus.CLAIMED, joined=(joined,), joined_count=1)

    losing = separate_mention(both, build_context("U0BEN", compute_later(minutes=5)), other)
    opening = losing.opened_decision
    assert opening is not None

    assert (get_changed_case(losing).joined, get_changed_case(losing).joined_count, get_changed_case(losing).owner) == (
        (),
        0,
        "U0ANA",
    )
    own = get_changed_case(opening)
    assert (own.id, own.version, own.status, own.owner) == (derive_case_id("x:2"), 1, CaseStatus.NEW, "")
    assert (own.waiting_since, own.due, own.joined_count) == (compute_later(minutes=5), compute_later(minutes=20), 0)
    assert (losing.removed_mentions, opening.before) == (("x:2",), None)


def test_who_may_not_answer_may_not_separate() -> None:
    with pytest.raises(NotAllowed, match="Only the care department"):
        separate_mention(build_case(), build_context("U0ZOE"), build_mention(id="x:2"))


def test_from_whom_a_manager_takes_a_case_is_told() -> None:
    hers = build_case(CaseStatus.CLAIMED)
    decisions = (
        release_case(hers, build_context("U0MIA")),
        hand_to_person(hers, build_context("U0MIA"), "U0BEN"),
        hand_to_department(hers, build_context("U0MIA"), SALES),
        correct_route(hers, build_context("U0MIA"), None),
        resolve_case(hers, build_context("U0MIA"), CaseResolution.ANSWERED, ""),
    )
    told = [
        [str(n.to) for n in decision.notifications if n.kind is NotificationKind.RELEASED] for decision in decisions
    ]
    assert told == [["@U0ANA"]] * 5


def test_what_she_does_herself_nobody_has_to_tell_her() -> None:
    hers = build_case(CaseStatus.CLAIMED)
    decisions = (
        release_case(hers, build_context("U0ANA")),
        hand_to_person(hers, build_context("U0ANA"), "U0BEN"),
        resolve_case(hers, build_context("U0ANA"), CaseResolution.ANSWERED, ""),
        renew_lease(hers, build_context("U0ANA")),
    )
    kinds = {n.kind for decision in decisions for n in decision.notifications}
    assert kinds == {NotificationKind.CARD, NotificationKind.HANDED}


def test_a_clock_that_was_set_back_makes_nobody_quicker_than_at_once() -> None:
    early = compute_later(hours=-1)
    decisions = (
        claim_case(build_case(), build_context("U0ANA", early)),
        resolve_case(build_case(), build_context("U0ANA", early), CaseResolution.FIXED, ""),
    )
    assert [seconds for decision in decisions for _, seconds in decision.durations] == [0.0, 0.0]


def test_where_nothing_is_listed_as_joined_there_is_nothing_to_separate() -> None:
    with pytest.raises(NotAllowed, match="nothing to split off"):
        check_can_separate(build_case(), build_context("U0ANA"))


def test_what_somebody_did_is_drawn_before_what_a_mention_did_and_a_crisis_before_both() -> None:
    usual = claim_case(build_case(), build_context("U0ANA"))
    crisis = claim_case(build_case(assessment=build_assessment("intent:crisis")), build_context("U0ANA"))

    assert (usual.notifications[0].priority, crisis.notifications[0].priority) == (Priority.CLICK, Priority.CRISIS)


def step(found: Case, transition: CaseTransition, by: str, minutes: int) -> CaseDecision:
    at = compute_later(minutes=minutes)
    match transition:
        case CaseTransition.CLAIM:
            decision = claim_case(found, build_context(by, at))
        case CaseTransition.RELEASE:
            decision = release_case(found, build_context(by, at))
        case CaseTransition.RESOLVE:
            decision = resolve_case(found, build_context(by, at), CaseResolution.ANSWERED, "")
        case CaseTransition.REOPEN:
            decision = reopen_case(found, build_context(by, at))
        case CaseTransition.HAND_OVER:
            decision = hand_to_person(found, build_context(by, at), "U0BEN")
        case CaseTransition.SNOOZE:
            decision = snooze_case(found, build_context(by, at), SnoozeChoice.HOUR)
        case CaseTransition.WAKE:
            decision = wake_case(found, build_context(by, at))
    return decision


@given(
    st.lists(
        st.tuples(
            st.sampled_from([one for one in CaseTransition if one not in {CaseTransition.REPLY, CaseTransition.MERGE}]),
            st.sampled_from(["U0ANA", "U0BEN", "U0MIA", "U0ZOE"]),
        )
    )
)
def test_whatever_people_press_a_case_has_an_owner_exactly_when_somebody_has_it(
    presses: list[tuple[CaseTransition, str]],
) -> None:
    found = build_case()
    for minutes, (transition, by) in enumerate(presses):
        try:
            decision = step(found, transition, by, minutes)
        except NotAllowed:
            continue
        assert decision.before is found
        assert get_changed_case(decision).version == found.version + 1
        found = get_changed_case(decision)
        assert bool(found.owner) is (found.status is not CaseStatus.NEW)
        assert (found.resolution is not None) is (found.status is CaseStatus.RESOLVED)
        assert (found.lease_ends is not None) is (found.status is CaseStatus.CLAIMED)
        assert (decision.deadline is None) is (found.status is CaseStatus.RESOLVED)


def test_who_resolved_it_is_kept_and_not_read_out_of_sentences() -> None:
    done = get_changed_case(
        resolve_case(
            build_case(CaseStatus.CLAIMED), build_context("U0MIA", compute_later(minutes=9)), CaseResolution.FIXED, ""
        )
    )
    assert (done.owner, done.closed_by) == ("U0ANA", "U0MIA")
    reworded = done.copy_with(history=tuple(event._replace(what="said otherwise") for event in done.history))
    assert reworded.closed_by == "U0MIA"
    elsewhere = get_changed_case(
        correct_route(build_case(CaseStatus.CLAIMED), build_context("U0MIA", compute_later(minutes=9)), None)
    )
    assert elsewhere.closed_by == "U0MIA"


def test_in_an_old_body_the_person_who_did_something_when_it_was_resolved_has_resolved_it() -> None:
    done = get_changed_case(
        resolve_case(
            build_case(CaseStatus.CLAIMED), build_context("U0MIA", compute_later(minutes=9)), CaseResolution.FIXED, ""
        )
    )
    assert done.copy_with(resolved_by="").closed_by == "U0MIA"
    assert done.copy_with(resolved_by="", history=()).closed_by == "U0ANA"


def test_a_case_that_came_back_was_resolved_by_nobody() -> None:
    done = get_changed_case(
        resolve_case(
            build_case(CaseStatus.CLAIMED), build_context("U0ANA", compute_later(minutes=9)), CaseResolution.FIXED, ""
        )
    )
    assert not get_changed_case(reopen_case(done, build_context("U0ANA", compute_later(minutes=10)))).resolved_by
