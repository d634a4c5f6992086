"""The form that resolves many cases at once."""

import pytest

from bot.cards import action_ids
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.owner_brief import OwnerBrief
from bot.cards.storms import OwnCases, render_resolve_many_modal
from bot.domain.case import CaseResolution
from bot.domain.department import Department
from tests.cards.samples import AT, CARE, PR, build_claimed_case

WON, SAVED, LOST = CaseResolution.WON, CaseResolution.SAVED, CaseResolution.LOST
EVERYWHERE = ["answered", "fixed", "no action", "spam", "not about us"]


def list_outcomes(*departments: Department) -> list[str]:
    own, briefs = OwnCases([build_claimed_case()], "", AT), [OwnerBrief(one) for one in departments]
    modal = render_resolve_many_modal(own, ModalMetadata("X", "", ""), briefs)
    [choice] = [one for one in modal["blocks"] if one.get("block_id") == action_ids.RESOLUTION]
    return [option["value"] for option in choice["element"]["options"]]


@pytest.mark.parametrize(
    ("pr", "offered"), [((WON, LOST), ["won", "lost"]), ((SAVED, LOST), ["lost"]), ((), [])], ids=["all", "one", "none"]
)
def test_many_cases_can_end_as_what_all_their_departments_count(
    pr: tuple[CaseResolution, ...], offered: list[str]
) -> None:
    care = CARE.copy_with(outcomes=(WON, LOST))
    assert list_outcomes(care, PR.copy_with(outcomes=pr)) == [*offered, *EVERYWHERE]


def test_without_a_department_there_are_the_outcomes_that_all_have() -> None:
    assert list_outcomes() == EVERYWHERE
