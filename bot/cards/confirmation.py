"""The question whether a case is a crisis, while nobody has been paged for it."""

from bot.cards.block_kit import Block, make_button
from bot.domain.case import Case

NOT_YET = "You aren't on a team here, so somebody there confirms it before anybody is paged."


def render_confirm_button(case: Case, action: str) -> Block:
    aloud = "Confirm the crisis, and page whoever is on call"
    return make_button("Confirm crisis", action, case.id, style="danger", a11y_label=aloud)
