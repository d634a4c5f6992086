"""The controls of a case's card, in their order, and when each makes sense."""

from collections.abc import Callable
from typing import NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_button
from bot.cards.case_mention import format_author, format_kind_noun
from bot.cards.modal_blocks import make_option
from bot.domain.assessment import Intent
from bot.domain.case import Case, CaseStatus
from bot.domain.cases import transitions
from bot.domain.commits import CaseDecision
from bot.domain.lifecycle import Context


class CaseButton(NamedTuple):
    """`decide` is what a press does to the case; None where a listener of its own does more, such as open a modal."""

    action: str
    label: str
    is_shown: Callable[[Case], bool]
    decide: Callable[[Case, Context], CaseDecision] | None = None
    leads_in: CaseStatus | None = None
    """The status in which it is a button, because one should do it next. Otherwise it is in the menu."""
    a11y_label: str = ""
    """What a screen reader says; empty: the label, and of whose post."""

    def is_next_step(self, case: Case) -> bool:
        return self.is_shown(case) and case.status is self.leads_in

    def render(self, case: Case) -> Block:
        whose = f"{format_kind_noun(case)} from {format_author(case.mention)}"
        return make_button(
            self.label,
            self.action,
            case.id,
            style="primary"
            if self.is_next_step(case) and not case.is_closed and self.action != action_ids.REPLY
            else "",
            a11y_label=self.a11y_label or f"{self.label.removesuffix('…')}: {whose}",
        )

    def render_option(self, case: Case) -> Block:
        return make_option(self.label, action_ids.encode_menu_choice(self.action, case.id))


def _is_open(case: Case) -> bool:
    return not case.is_closed


BUTTONS = (
    CaseButton(action_ids.CLAIM, "Claim", lambda case: case.status is CaseStatus.NEW, leads_in=CaseStatus.NEW),
    CaseButton(action_ids.REOPEN, "Reopen", lambda case: case.is_closed, leads_in=CaseStatus.RESOLVED),
    CaseButton(action_ids.RELEASE, "Release", lambda case: case.status is CaseStatus.CLAIMED, transitions.release_case),
    CaseButton(action_ids.RESOLVE, "Resolve…", _is_open, leads_in=CaseStatus.CLAIMED),
    CaseButton(action_ids.REPLY, "Reply…", lambda case: case.status is CaseStatus.CLAIMED, leads_in=CaseStatus.CLAIMED),
    CaseButton(action_ids.HAND_OVER, "Hand over…", _is_open),
    CaseButton(action_ids.NOT_FOR_US, "Re-route…", _is_open),
    CaseButton(
        action_ids.THANK,
        "Thank",
        lambda case: case.assessment.intent is Intent.PRAISE and case.has_words,
        a11y_label="Thank the author in Slack. Nothing is posted in public.",
    ),
)
