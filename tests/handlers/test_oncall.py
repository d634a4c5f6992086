"""/oncall and its buttons: acked first, asked of the right use case with the words that were typed, answered there."""

import pytest

from bot.cards import action_ids
from bot.domain.commits import NotAllowed
from handlers.commands import oncall
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, FakeSlackServer, Workspace


@pytest.mark.parametrize(
    ("typed", "asked_for"),
    [
        ("", ("show", ANA, "")),
        ("care", ("show", ANA, "care")),
        ("take", ("take", ANA, "")),
        ("TAKE care until 08:00", ("take", ANA, "care until 08:00")),
        ("swap <@U0BEN|ben> Fri", ("swap", ANA, "<@U0BEN|ben> Fri")),
        ("cover me until 08:00", ("cover", ANA, "me until 08:00")),
    ],
)
async def test_what_is_typed_is_asked_and_answered_for_ones_own_eyes(
    typed: str, asked_for: tuple[str, ...], workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    assert (await workspace.command(typed, "/oncall")).status == 200

    assert fakes.oncall.asked == [asked_for]
    assert slack.list_whispers() == [" ".join(asked_for)]


async def test_a_drill_is_asked_for_with_the_department_that_was_typed(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.command("drill care", "/oncall")

    assert fakes.drills.asked == [("drill", ANA, "care")]
    assert slack.list_whispers() == [f"drill {ANA} care"]


async def test_help_names_every_subcommand(workspace: Workspace, slack: FakeSlackServer) -> None:
    await workspace.command("help", "/oncall")

    [answer] = slack.answers
    assert all(one.hint in str(answer) for one in oncall.SUBCOMMANDS.values())


def test_the_usage_and_the_help_of_a_subcommand_begin_with_its_name() -> None:
    assert all(one.usage.split()[0] == name for name, one in oncall.SUBCOMMANDS.items())
    assert all(one.hint.startswith(f"`/oncall {name}") for name, one in oncall.SUBCOMMANDS.items())


async def test_a_no_is_a_sentence(workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer) -> None:
    fakes.oncall.raises = NotAllowed("You are on call already.")

    await workspace.command("take", "/oncall")

    assert slack.list_whispers() == ["You are on call already."]


@pytest.mark.parametrize(
    ("button", "asked_for"),
    [
        (action_ids.ONCALL_TAKE, ("take", ANA, "nights")),
        (action_ids.ONCALL_COVER, ("cover", ANA, "me nights")),
        (action_ids.ONCALL_ANSWER, ("answer", ANA, "nights")),
        (action_ids.ONCALL_FILL, ("fill", ANA, "nights")),
        (action_ids.ONCALL_UNDO, ("undo", ANA, "nights")),
    ],
)
async def test_a_button_asks_for_what_it_says(
    button: str, asked_for: tuple[str, ...], workspace: Workspace, fakes: FakeUseCases
) -> None:
    assert (await workspace.press(button, "nights")).status == 200

    assert fakes.oncall.asked == [asked_for]


@pytest.mark.parametrize(("typed", "words"), [("calendar", ""), ("calendar revoke care", "revoke care")])
async def test_a_calendar_is_asked_of_the_feeds(
    typed: str, words: str, workspace: Workspace, fakes: FakeUseCases
) -> None:
    await workspace.command(typed, "/oncall")

    assert fakes.feeds.asked == [("address", ANA, words)]
