"""/crisis, its form and its buttons: acked first, asked with what was typed."""

import pytest

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
