"""/crisis, its form and its buttons: acked first, asked with what was typed."""

from typing import Any

import pytest

from bot.cards import buttons
from bot.cards.modals import Origin
from tests.handlers.conftest import Asked
from tests.handlers.slack import ANA, Slack, Workspace


@pytest.mark.parametrize(
    ("typed", "asked_for"),
    [
        ("", ("show",)),
        ("UPDATE we know", ("update", ANA, "we know")),
        ("close", ("close", ANA)),
    ],
)
async def test_what_is_typed_is_asked_and_answered_for_ones_own_eyes(
    typed: str, asked_for: tuple[str, ...], workspace: Workspace, asked: Asked, slack: Slack
) -> None:
    assert (await workspace.command(typed, "/crisis")).status == 200

    [question] = asked.crises.asked
    assert question[: len(asked_for)] == asked_for
    assert slack.whispered() == [" ".join(question)]


async def test_what_is_not_known_is_answered_with_what_is(workspace: Workspace, asked: Asked, slack: Slack) -> None:
    await workspace.command("panic", "/crisis")

    assert not asked.crises.asked
    assert "`/crisis declare` opens a form" in slack.whispered()[0]


async def test_a_headline_is_not_lost_where_there_is_no_memory_to_put_it_in(workspace: Workspace, asked: Asked) -> None:
    asked.cases.asleep = True
    given: dict[str, dict[str, Any]] = {
        buttons.SEVERITY: {"selected_option": {"value": "sev1"}},
        buttons.HEADLINE: {"value": "smoke at gate 14"},
        buttons.DEPARTMENT: {"selected_option": {"value": "care"}},
        buttons.LEAD: {"selected_user": ANA},
    }

    response = await workspace.submit(buttons.CRISIS_MODAL, given, Origin("").packed())

    assert "Keep this form open" in (response.body or "")
    assert not asked.crises.asked
