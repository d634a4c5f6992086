"""The form that declares a crisis."""

from collections.abc import Iterable
from typing import Any

from bot.cards import buttons, drawing, said
from bot.cards import crisis as crisis_card
from bot.cards.drawing import Block
from bot.cards.modals import Origin
from bot.domain.adoption import UnfinishedWork
from bot.domain.crisis import MAX_HEADLINE_LENGTH, Crisis
from bot.domain.department import Department
from bot.domain.pages.page import Severity

CASES_SHOWN = 5
SEVERITIES = {
    Severity.SEV1: "SEV1: safety, law, a leak; it cannot wait",
    Severity.SEV2: "SEV2: many are against us",
    Severity.SEV3: "SEV3: it may become one",
}


def form(departments: Iterable[Department], origin: Origin, headline: str = "", chosen: str = "") -> dict[str, Any]:
    """`chosen` is the department that is suggested."""
    severities = [_option(words, one.value) for one, words in SEVERITIES.items()]
    options = [_option(one.name, one.name) for one in departments][:99]
    first = next((option for option in options if option["value"] == chosen), None)
    people = {"type": "users_select", "placeholder": drawing.plain("Choose a person")}
    written = {"initial_value": headline} if headline else {}
    suggested = {"initial_option": first} if first else {}
    return {
        "type": "modal",
        "callback_id": buttons.CRISIS_MODAL,
        "title": drawing.plain("Declare a crisis", 24),
        "submit": drawing.plain("Declare", 24),
        "close": drawing.plain("Cancel", 24),
        "private_metadata": origin.packed(),
        "blocks": [
            _input(buttons.SEVERITY, "How bad is it?", {"type": "radio_buttons", "options": severities}),
            _input(
                buttons.HEADLINE,
                "What has happened?",
                {"type": "plain_text_input", "max_length": MAX_HEADLINE_LENGTH, **written},
            ),
            _input(
                buttons.DEPARTMENT,
                "Whose is it?",
                {"type": "static_select", "options": options, "placeholder": drawing.plain("Choose"), **suggested},
            ),
            _input(buttons.LEAD, "Who leads?", people, hint="They are paged at once, on every channel."),
            _input(buttons.COMMS, "Who speaks for us?", people, optional=True),
            _input(buttons.LEGAL, "Who looks at the law?", people, optional=True),
        ],
    }


def close(crisis: Crisis, unfinished: UnfinishedWork, origin: Origin) -> dict[str, Any]:
    """Asks whether to close it all the same. Nobody is kept from closing."""
    lines = [f"• {one}" for one in crisis_card.left(unfinished)]
    rings = "Its cases call by themselves again." if unfinished.unacknowledged and unfinished.cases else ""
    words = "\n".join((f"{crisis_card.title(crisis)} is not finished:", *lines, rings)).strip()
    return {
        "type": "modal",
        "callback_id": buttons.CRISIS_CLOSE_MODAL,
        "title": drawing.plain("Close the crisis?", 24),
        "submit": drawing.plain("Close anyway", 24),
        "close": drawing.plain("Keep it open", 24),
        "private_metadata": origin._replace(case=crisis.id).packed(),
        "blocks": [drawing.section(drawing.plain(words, 3000)), *_case_lines(unfinished)],
    }


def _case_lines(unfinished: UnfinishedWork) -> list[Block]:
    shown = [f"{said.name(one)} from {said.who(one.mention)}: {one.status}" for one in unfinished.cases[:CASES_SHOWN]]
    more = len(unfinished.cases) - len(shown)
    shown += [f"and {more} more"] if more > 0 else []
    return [drawing.context(drawing.plain("\n".join(shown), 2000))] if shown else []


def _input(block: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    told = {"hint": drawing.plain(hint)} if hint else {}
    named = {**element, "action_id": buttons.INPUT}
    return {
        "type": "input",
        "block_id": block,
        "label": drawing.plain(label),
        "element": named,
        "optional": optional,
        **told,
    }


def _option(words: str, value: str) -> Block:
    return {"text": drawing.plain(words, 75), "value": value}
