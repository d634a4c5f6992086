"""The table of the lifecycle, and the sentences for what it forbids."""

import pytest

from bot.domain.case import CaseStatus
from bot.domain.commits import NotAllowed
from bot.domain.department import DepartmentStaff
from bot.domain.lifecycle import CaseTransition, check_allowed, get_next_status
from tests.domain.samples import STAFF, build_case, compute_later

NEW, CLAIMED, RESOLVED = CaseStatus.NEW, CaseStatus.CLAIMED, CaseStatus.RESOLVED

WALK: dict[tuple[CaseTransition, CaseStatus], CaseStatus | str] = {
    (CaseTransition.CLAIM, NEW): CLAIMED,
    (CaseTransition.CLAIM, CLAIMED): "<@U0ANA> has this one, claimed 5 min ago.",
    (CaseTransition.CLAIM, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (
        CaseTransition.RELEASE,
        NEW,
    ): "Nobody has claimed this case, so there is nothing to release. Press Claim to take it.",
    (CaseTransition.RELEASE, CLAIMED): NEW,
    (CaseTransition.RELEASE, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (CaseTransition.RESOLVE, NEW): RESOLVED,
    (CaseTransition.RESOLVE, CLAIMED): RESOLVED,
    (CaseTransition.RESOLVE, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (CaseTransition.REOPEN, NEW): "This case is still open (new), so there is nothing to reopen.",
    (CaseTransition.REOPEN, CLAIMED): "This case is still open (claimed), so there is nothing to reopen.",
    (CaseTransition.REOPEN, RESOLVED): NEW,
    (CaseTransition.HAND_OVER, NEW): NEW,
    (CaseTransition.HAND_OVER, CLAIMED): NEW,
    (CaseTransition.HAND_OVER, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (CaseTransition.SNOOZE, NEW): NEW,
    (CaseTransition.SNOOZE, CLAIMED): CLAIMED,
    (CaseTransition.SNOOZE, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (CaseTransition.WAKE, NEW): NEW,
    (CaseTransition.WAKE, CLAIMED): CLAIMED,
    (CaseTransition.WAKE, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (
        CaseTransition.REPLY,
        NEW,
    ): "Nobody has claimed this case. Press Claim first, so that only one of you answers.",
    (CaseTransition.REPLY, CLAIMED): CLAIMED,
    (CaseTransition.REPLY, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (CaseTransition.MERGE, NEW): RESOLVED,
    (CaseTransition.MERGE, CLAIMED): RESOLVED,
    (CaseTransition.MERGE, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
}


def outcome(transition: CaseTransition, status: CaseStatus, by: str = "U0BEN") -> CaseStatus | str:
    try:
        return get_next_status(build_case(status), transition, by, compute_later(minutes=5))
    except NotAllowed as no:
        return str(no)


def test_the_table_holds_cell_by_cell() -> None:
    assert {(t, s): outcome(t, s) for t in CaseTransition for s in CaseStatus} == WALK


def test_who_claims_twice_is_told_that_she_has_it() -> None:
    assert outcome(CaseTransition.CLAIM, CLAIMED, by="U0ANA") == "You already have this one."


def test_who_came_second_by_seconds_is_told_by_how_many() -> None:
    with pytest.raises(NotAllowed, match=r"<@U0ANA> has this one, 2 s before you\."):
        get_next_status(build_case(CLAIMED), CaseTransition.CLAIM, "U0BEN", compute_later(seconds=2))


ANYBODY = "U0ZOE"
PERMITTED = {
    # who may do what to a case that Ana has claimed
    ("U0ANA", CaseTransition.RELEASE): "yes",
    ("U0ANA", CaseTransition.RESOLVE): "yes",
    ("U0ANA", CaseTransition.HAND_OVER): "yes",
    ("U0BEN", CaseTransition.CLAIM): "yes",  # the table says who has it
    ("U0BEN", CaseTransition.RELEASE): "no",
    ("U0BEN", CaseTransition.RESOLVE): "no",
    ("U0BEN", CaseTransition.HAND_OVER): "no",
    ("U0BEN", CaseTransition.SNOOZE): "no",
    ("U0ANA", CaseTransition.SNOOZE): "yes",
    ("U0MIA", CaseTransition.RELEASE): "yes",
    ("U0MIA", CaseTransition.RESOLVE): "yes",
    ("U0MIA", CaseTransition.HAND_OVER): "yes",
    (ANYBODY, CaseTransition.CLAIM): "no",
    (ANYBODY, CaseTransition.RELEASE): "no",
    (ANYBODY, CaseTransition.RESOLVE): "no",
    (ANYBODY, CaseTransition.REOPEN): "no",
}


@pytest.mark.parametrize(("by", "transition"), PERMITTED)
def test_a_claimed_case_is_its_owners_or_a_managers_to_move(by: str, transition: CaseTransition) -> None:
    try:
        check_allowed(transition, build_case(CLAIMED), by, STAFF)
        said = "yes"
    except NotAllowed:
        said = "no"

    assert said == PERMITTED[by, transition]


@pytest.mark.parametrize("status", [NEW, RESOLVED])
@pytest.mark.parametrize("by", ["U0BEN", "U0MIA"])
def test_a_case_that_nobody_holds_is_any_deputys_to_move(status: CaseStatus, by: str) -> None:
    for transition in CaseTransition:
        check_allowed(transition, build_case(status), by, STAFF)


def test_who_is_no_deputy_is_told_who_is_and_what_she_may_do_instead() -> None:
    with pytest.raises(NotAllowed) as refused:
        check_allowed(CaseTransition.CLAIM, build_case(), ANYBODY, STAFF)

    assert str(refused.value) == (
        "Only the care department answers these (<@U0ANA>, <@U0BEN>). You can open the post, thank the person, "
        "or tell one of them. <@U0MIA> can deputize you."
    )


def test_a_department_without_deputies_says_so() -> None:
    with pytest.raises(NotAllowed, match=r"\(nobody yet\).* A manager can deputize you\."):
        check_allowed(CaseTransition.CLAIM, build_case(), ANYBODY, DepartmentStaff(department="care"))


def test_where_slack_does_not_say_who_is_a_deputy_nobody_is_told_that_she_is_none() -> None:
    unsure = STAFF.copy_with(unsure=True)
    check_allowed(CaseTransition.CLAIM, build_case(), "U0ANA", unsure)
    with pytest.raises(NotAllowed, match=r"^Slack isn't telling Earshot .* Try again in a minute"):
        check_allowed(CaseTransition.CLAIM, build_case(), ANYBODY, unsure)


def test_who_wants_anothers_case_is_told_whom_to_ask() -> None:
    with pytest.raises(NotAllowed, match=r"Ask <@U0ANA> or a manager to hand it over\."):
        check_allowed(CaseTransition.HAND_OVER, build_case(CLAIMED), "U0BEN", STAFF)
