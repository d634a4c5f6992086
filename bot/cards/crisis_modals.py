"""The form that declares a crisis."""

from collections.abc import Iterable
from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_context, make_plain_text, make_section
from bot.cards.case_mention import format_author, format_kind
from bot.cards.crises import format_crisis_title, list_unfinished
from bot.cards.modals import ModalMetadata
from bot.domain.adoption import UnfinishedWork
from bot.domain.crisis import MAX_HEADLINE_LENGTH, Crisis
from bot.domain.department import Department
from bot.domain.paging.page import Severity

CASES_SHOWN = 5
SEVERITIES = {
    Severity.SEV1: "SEV1: safety, law, a leak; it cannot wait",
    Severity.SEV2: "SEV2: many are against us",
    Severity.SEV3: "SEV3: it may become one",
}


def render_crisis_modal(
    departments: Iterable[Department], origin: ModalMetadata, headline: str = "", suggested_department: str = ""
) -> dict[str, Any]:
    """`chosen` is the department that is suggested."""
    severities = [_make_option(words, one.value) for one, words in SEVERITIES.items()]
    options = [_make_option(one.name, one.name) for one in departments][:99]
    first = next((option for option in options if option["value"] == suggested_department), None)
    people = {"type": "users_select", "placeholder": make_plain_text("Choose a person")}
    written = {"initial_value": headline} if headline else {}
    suggested = {"initial_option": first} if first else {}
    return {
        "type": "modal",
        "callback_id": action_ids.CRISIS_MODAL,
        "title": make_plain_text("Declare a crisis", 24),
        "submit": make_plain_text("Declare", 24),
        "close": make_plain_text("Cancel", 24),
        "private_metadata": origin.to_json(),
        "blocks": [
            _make_input(action_ids.SEVERITY, "How bad is it?", {"type": "radio_buttons", "options": severities}),
            _make_input(
                action_ids.HEADLINE,
                "What has happened?",
                {"type": "plain_text_input", "max_length": MAX_HEADLINE_LENGTH, **written},
            ),
            _make_input(
                action_ids.DEPARTMENT,
                "Whose is it?",
                {"type": "static_select", "options": options, "placeholder": make_plain_text("Choose"), **suggested},
            ),
            _make_input(action_ids.LEAD, "Who leads?", people, hint="They are paged at once, on every channel."),
            _make_input(action_ids.COMMS, "Who speaks for us?", people, optional=True),
            _make_input(action_ids.LEGAL, "Who looks at the law?", people, optional=True),
        ],
    }


def render_close_crisis_modal(crisis: Crisis, unfinished: UnfinishedWork, origin: ModalMetadata) -> dict[str, Any]:
    """Asks whether to close it all the same. Nobody is kept from closing."""
    lines = [f"• {one}" for one in list_unfinished(unfinished)]
    rings = "Its cases call by themselves again." if unfinished.unacknowledged and unfinished.cases else ""
    words = "\n".join((f"{format_crisis_title(crisis)} is not finished:", *lines, rings)).strip()
    return {
        "type": "modal",
        "callback_id": action_ids.CRISIS_CLOSE_MODAL,
        "title": make_plain_text("Close the crisis?", 24),
        "submit": make_plain_text("Close anyway", 24),
        "close": make_plain_text("Keep it open", 24),
        "private_metadata": origin._replace(case=crisis.id).to_json(),
        "blocks": [make_section(make_plain_text(words, 3000)), *_render_unfinished_cases(unfinished)],
    }


def _render_unfinished_cases(unfinished: UnfinishedWork) -> list[Block]:
    shown = [
        f"{format_kind(one)} from {format_author(one.mention)}: {one.status}" for one in unfinished.cases[:CASES_SHOWN]
    ]
    more = len(unfinished.cases) - len(shown)
    shown += [f"and {more} more"] if more > 0 else []
    return [make_context(make_plain_text("\n".join(shown), 2000))] if shown else []


def _make_input(block: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    told = {"hint": make_plain_text(hint)} if hint else {}
    named = {**element, "action_id": action_ids.INPUT}
    return {
        "type": "input",
        "block_id": block,
        "label": make_plain_text(label),
        "element": named,
        "optional": optional,
        **told,
    }


def _make_option(words: str, value: str) -> Block:
    return {"text": make_plain_text(words, 75), "value": value}
