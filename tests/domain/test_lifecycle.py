"""The table of the lifecycle, and the sentences for whoever asks for what it forbids."""

import pytest

from bot.domain.case import Status
from bot.domain.decision import Refused
from bot.domain.department import Staff
from bot.domain.lifecycle import Transition, allow, next_status
from tests.domain.made import STAFF, after, case

NEW, CLAIMED, RESOLVED = Status.NEW, Status.CLAIMED, Status.RESOLVED

WALK: dict[tuple[Transition, Status], Status | str] = {
    (Transition.CLAIM, NEW): CLAIMED,
    (Transition.CLAIM, CLAIMED): "<@U0ANA> has this one, claimed 5 min ago.",
    (Transition.CLAIM, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (Transition.RELEASE, NEW): "Nobody has claimed this case, so there is nothing to release. Press Claim to take it.",
    (Transition.RELEASE, CLAIMED): NEW,
    (Transition.RELEASE, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (Transition.RESOLVE, NEW): RESOLVED,
    (Transition.RESOLVE, CLAIMED): RESOLVED,
    (Transition.RESOLVE, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
    (Transition.REOPEN, NEW): "This case is still open (new), so there is nothing to reopen.",
    (Transition.REOPEN, CLAIMED): "This case is still open (claimed), so there is nothing to reopen.",
    (Transition.REOPEN, RESOLVED): NEW,
    (Transition.HAND_OVER, NEW): NEW,
    (Transition.HAND_OVER, CLAIMED): NEW,
    (Transition.HAND_OVER, RESOLVED): "<@U0ANA> resolved this case 4 min ago (answered). Reopen it first.",
}


def outcome(transition: Transition, status: Status, by: str = "U0BEN") -> Status | str:
    try:
        return next_status(case(status), transition, by, after(minutes=5))
    except Refused as no:
        return str(no)


def test_the_table_holds_cell_by_cell() -> None:
    assert {(t, s): outcome(t, s) for t in Transition for s in Status} == WALK


def test_who_claims_twice_is_told_that_she_has_it() -> None:
    assert outcome(Transition.CLAIM, CLAIMED, by="U0ANA") == "You have this one already."


def test_who_came_second_by_seconds_is_told_by_how_many() -> None:
    with pytest.raises(Refused, match=r"<@U0ANA> has this one, 2 s before you\."):
        next_status(case(CLAIMED), Transition.CLAIM, "U0BEN", after(seconds=2))


ANYBODY = "U0ZOE"
PERMITTED = {
    # who may do what to a case that Ana has claimed
    ("U0ANA", Transition.RELEASE): "yes",
    ("U0ANA", Transition.RESOLVE): "yes",
    ("U0ANA", Transition.HAND_OVER): "yes",
    ("U0BEN", Transition.CLAIM): "yes",  # the table says who has it
    ("U0BEN", Transition.RELEASE): "no",
    ("U0BEN", Transition.RESOLVE): "no",
    ("U0BEN", Transition.HAND_OVER): "no",
    ("U0MIA", Transition.RELEASE): "yes",
    ("U0MIA", Transition.RESOLVE): "yes",
    ("U0MIA", Transition.HAND_OVER): "yes",
    (ANYBODY, Transition.CLAIM): "no",
    (ANYBODY, Transition.RELEASE): "no",
    (ANYBODY, Transition.RESOLVE): "no",
    (ANYBODY, Transition.REOPEN): "no",
}


@pytest.mark.parametrize(("by", "transition"), PERMITTED)
def test_a_claimed_case_is_its_owners_or_a_managers_to_move(by: str, transition: Transition) -> None:
    try:
        allow(transition, case(CLAIMED), by, STAFF)
        said = "yes"
    except Refused:
        said = "no"

    assert said == PERMITTED[by, transition]


@pytest.mark.parametrize("status", [NEW, RESOLVED])
@pytest.mark.parametrize("by", ["U0BEN", "U0MIA"])
def test_a_case_that_nobody_holds_is_any_deputys_to_move(status: Status, by: str) -> None:
    for transition in Transition:
        allow(transition, case(status), by, STAFF)


def test_who_is_no_deputy_is_told_who_is_and_what_she_may_do_instead() -> None:
    with pytest.raises(Refused) as refused:
        allow(Transition.CLAIM, case(), ANYBODY, STAFF)

    assert str(refused.value) == (
        "Only deputies of care answer these (<@U0ANA>, <@U0BEN>). You can open the post, thank the person, "
        "or tell one of them. <@U0MIA> can deputise you."
    )


def test_a_department_without_deputies_says_so() -> None:
    with pytest.raises(Refused, match=r"\(nobody yet\).* A manager can deputise you\."):
        allow(Transition.CLAIM, case(), ANYBODY, Staff(department="care"))


def test_where_slack_does_not_say_who_is_a_deputy_nobody_is_told_that_she_is_none() -> None:
    unsure = STAFF.model_copy(update={"unsure": True})
    allow(Transition.CLAIM, case(), "U0ANA", unsure)
    with pytest.raises(Refused, match=r"^Slack does not say right now .* Try again in a minute"):
        allow(Transition.CLAIM, case(), ANYBODY, unsure)


def test_who_wants_anothers_case_is_told_whom_to_ask() -> None:
    with pytest.raises(Refused, match=r"Ask <@U0ANA> or a manager to hand it over\."):
        allow(Transition.HAND_OVER, case(CLAIMED), "U0BEN", STAFF)
