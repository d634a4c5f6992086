"""Flag for a department: from the menu of a message to a case."""

from typing import Any

from bot.cards import action_ids
from bot.domain.assessment import Intent
from bot.domain.commits import NotAllowed
from bot.slack_sandbox.block_kit import check_view
from bot.usecases.flag_message import FlagRequest
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, FakeSlackServer, Workspace
from tests.handlers.test_open_modals import build_text_state, chosen


def fill_form(**more: dict[str, Any]) -> dict[str, dict[str, Any]]:
    given = {
        action_ids.WORDS: build_text_state("the gate is on fire"),
        action_ids.DEPARTMENT: chosen("pr"),
        action_ids.KIND: chosen("crisis"),
        action_ids.ADDRESS: build_text_state("https://x.example/9"),
        action_ids.AUTHOR: build_text_state("@marta"),
    }
    return given | more


CLOSED = '{"response_action": "clear"}'


async def submit(workspace: Workspace, slack: FakeSlackServer, given: dict[str, Any]) -> str:
    await workspace.flag("the gate is on fire")
    metadata = slack.list_calls("views.open")[0]["view"]["private_metadata"]
    return (await workspace.submit(action_ids.FLAG_MODAL, given, metadata)).body


async def test_the_form_shows_the_words_as_people_read_them(workspace: Workspace, slack: FakeSlackServer) -> None:
    await workspace.flag("look <@U0ANA|ana>: &lt;3 <https://x.example/9|x.example/9>")

    (call,) = slack.list_calls("views.open")
    elements = {block["block_id"]: block["element"] for block in call["view"]["blocks"]}
    assert check_view(call["view"]) == []
    assert elements[action_ids.WORDS]["initial_value"] == "look @ana: <3 https://x.example/9"
    assert elements[action_ids.ADDRESS]["initial_value"] == "https://x.example/9"


async def test_a_message_that_is_only_a_preview_is_flagged_with_its_words(
    workspace: Workspace, slack: FakeSlackServer
) -> None:
    await workspace.flag("", attachments=[{"fallback": "from the feed"}])

    assert "from the feed" in str(slack.list_calls("views.open"))


async def test_earshots_own_messages_are_not_flagged(workspace: Workspace, slack: FakeSlackServer) -> None:
    await workspace.flag("Complaint from @marta", bot_id="B0BOT")

    assert slack.list_calls("views.open") == []
    assert "Hand over" in slack.list_whispers()[0]


async def test_what_was_filled_in_is_flagged_in_the_name_of_the_person_who_did(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    assert await submit(workspace, slack, fill_form()) == CLOSED

    expected = FlagRequest(
        channel="C0LOUNGE",
        ts="1773133200.000100",
        words="the gate is on fire",
        department="pr",
        kind=Intent.CRISIS,
        url="https://x.example/9",
        author="@marta",
    )
    assert fakes.flags.asked == [("flag", ANA, expected)]
    assert slack.list_whispers()[0].startswith("🙏 Thanks.")


async def test_without_an_address_the_message_itself_is_the_post(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await submit(workspace, slack, fill_form(address=build_text_state("")))

    assert fakes.flags.asked[0][2].url == "https://team.slack.example/archives/C1/p1"


async def test_in_a_channel_that_earshot_cannot_see_there_is_no_address(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    slack.errors["chat.getPermalink"] = "channel_not_found"

    await submit(workspace, slack, fill_form(address=build_text_state("")))

    assert not fakes.flags.asked[0][2].url


async def test_a_flag_is_not_lost_with_the_address_of_its_message(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    slack.cut_off.add("chat.getPermalink")

    await submit(workspace, slack, fill_form(address=build_text_state("")))

    assert not fakes.flags.asked[0][2].url
    assert slack.list_whispers()[0].startswith("🙏 Thanks.")


async def test_what_is_missing_is_said_under_its_input(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    said = await submit(workspace, slack, {action_ids.ADDRESS: build_text_state("my diary")})

    assert "Choose a department." in said
    assert "This isn't a web address." in said
    assert fakes.flags.asked == []


async def test_what_was_flagged_before_is_said_to_be(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.flags.raises = NotAllowed("Thank you. <@U0BEN> already flagged this.")

    said = await submit(workspace, slack, fill_form())

    assert "Somebody else already flagged this." in said
