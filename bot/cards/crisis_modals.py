"""The modals that declare a crisis and close it."""

from collections.abc import Iterable
from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_context, make_plain_text, make_section
from bot.cards.case_mention import format_author, format_kind
from bot.cards.crises import format_crisis_title, list_unfinished
from bot.cards.modal_blocks import ModalMetadata, make_department_options, make_input, make_modal, make_option
from bot.domain.adoption import UnfinishedWork
from bot.domain.crisis import MAX_HEADLINE_LENGTH, Crisis
from bot.domain.department import Department
from bot.domain.paging.page import Severity

CASES_SHOWN = 5
SEVERITIES = {
    Severity.SEV1: "SEV1 – safety, legal or a data leak",
    Severity.SEV2: "SEV2 – widespread criticism",
    Severity.SEV3: "SEV3 – could escalate",
}


def render_crisis_modal(
    departments: Iterable[Department], origin: ModalMetadata, headline: str = "", suggested_department: str = ""
) -> dict[str, Any]:
    severities = [make_option(words, one.value) for one, words in SEVERITIES.items()]
    options = make_department_options(departments)
    suggested = [option for option in options if option["value"] == suggested_department][:1]
    choice: Block = {"type": "static_select", "options": options, "placeholder": make_plain_text("Choose")}
    choice |= {"initial_option": suggested[0]} if suggested else {}
    people = {"type": "users_select", "placeholder": make_plain_text("Choose a person")}
    written: Block = {"type": "plain_text_input", "max_length": MAX_HEADLINE_LENGTH}
    written |= {"initial_value": headline} if headline else {}
    return make_modal(
        action_ids.CRISIS_MODAL,
        "Declare a crisis",
        "Declare",
        origin,
        make_input(action_ids.SEVERITY, "Severity", {"type": "radio_buttons", "options": severities}),
        make_input(action_ids.HEADLINE, "What happened?", written),
        make_input(action_ids.DEPARTMENT, "Which department?", choice),
        make_input(action_ids.LEAD, "Incident lead", people, hint="Paged immediately on all channels."),
        make_input(action_ids.COMMS, "Comms lead", people, optional=True),
        make_input(action_ids.LEGAL, "Legal lead", people, optional=True),
    )


def render_close_crisis_modal(crisis: Crisis, unfinished: UnfinishedWork, origin: ModalMetadata) -> dict[str, Any]:
    """Return the question whether to close an unfinished crisis, which is always allowed."""
    lines = [f"• {one}" for one in list_unfinished(unfinished)]
    rings = "If you close it, its cases page people again." if unfinished.unacknowledged and unfinished.cases else ""
    words = "\n".join((f"{format_crisis_title(crisis)} isn't finished:", *lines, rings)).strip()
    return make_modal(
        action_ids.CRISIS_CLOSE_MODAL,
        "Close crisis?",
        "Close anyway",
        origin._replace(case=crisis.id),
        make_section(make_plain_text(words)),
        *_render_unfinished_cases(unfinished),
        close="Keep it open",
    )


def _render_unfinished_cases(unfinished: UnfinishedWork) -> list[Block]:
    shown = [
        f"{format_kind(one)} from {format_author(one.mention)}: {one.status}" for one in unfinished.cases[:CASES_SHOWN]
    ]
    more = len(unfinished.cases) - len(shown)
    shown += [f"and {more} more"] if more > 0 else []
    return [make_context(make_plain_text("\n".join(shown), 2000))] if shown else []
