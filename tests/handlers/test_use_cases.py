"""/sentiment, Share here, the Home tab, and what happens when Slack takes its access back."""

import pytest

from bot.cards import action_ids
from bot.domain.commits import StoreUnavailable
from bot.slack_sandbox.block_kit import check_view
from tests.cards.test_chart_picture import needs_font
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, CARD, FakeSlackServer, Workspace


async def test_the_answer_to_sentiment_is_for_the_person_who_asks(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    response = await workspace.command("today")

    assert response.body == ""
    assert fakes.reports.asked == [("answer", ANA, "today")]
    assert slack.list_whispers() == ["Today: 3 posts"]


async def test_a_channel_named_in_the_question_is_its_name(workspace: Workspace, fakes: FakeUseCases) -> None:
    await workspace.command("week &lt;3 <#C0CARE|care> <@U0ANA|ana>")

    assert fakes.reports.asked == [("answer", ANA, "week <3 care @ana")]


async def test_the_tempo_gets_the_id_of_the_person_who_was_named(workspace: Workspace, fakes: FakeUseCases) -> None:
    await workspace.command("tempo <@U0ANA|ana> today <#C0CARE|care>")

    assert fakes.tempo.asked == [("tempo", ANA, "<@U0ANA|ana> today care")]


async def test_a_preview_gets_the_terms_as_they_were_typed(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.command("Preview &quot;north &amp; wind&quot; <#C0CARE|care>")

    assert fakes.previews.asked == [("preview", '"north & wind" care')]
    assert slack.list_whispers()[0].startswith("Earshot has not read any posts yet")


async def test_a_campaign_is_started_with_its_name_as_it_was_typed(workspace: Workspace, fakes: FakeUseCases) -> None:
    await workspace.command("Campaign start Spring sale for Northwind Air")

    assert fakes.campaigns.asked == [("campaign", ANA, "start Spring sale for Northwind Air")]


async def test_a_digest_is_set_with_the_ids_of_channels_and_stopped_by_its_button(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.command("Digest daily 8:00 in <#C0PR|pr>")
    await workspace.press(action_ids.DIGEST_STOP, "U0ANA-daily-#C0PR")

    assert fakes.report_schedules.asked == [
        ("digest", ANA, "daily 8:00 in <#C0PR|pr>", "C0CARE"),
        ("stop digest", ANA, "U0ANA-daily-#C0PR"),
    ]
    assert slack.list_replacements() == ["Stopped"]


async def test_a_suggested_theme_is_added_from_its_menu(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.command("themes last week")
    await workspace.choose(action_ids.THEME_ADD, "legroom")

    assert fakes.themes.asked == [("themes", ANA, "last week"), ("add", ANA, "legroom", "legroom")]
    assert slack.list_whispers()[-1] == "It begins now"


async def test_a_report_leads_to_its_themes(workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer) -> None:
    await workspace.press(action_ids.SHOW_THEMES, "last week care")

    assert fakes.themes.asked == [("themes", ANA, "last week care")]
    assert len(slack.list_whispers()) == 1


async def test_episodes_are_listed_and_each_button_leads_to_a_page(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.command("episodes")
    await workspace.press(action_ids.EPISODE_SHOW, "ep-1")
    await workspace.press(action_ids.EPISODE_LIST, "")

    assert fakes.episodes.asked == [("list",), ("show", "ep-1"), ("list",)]
    assert slack.list_replacements() == ["Spring sale: 40 mentions", "Episodes and campaigns"]


async def test_share_here_posts_to_everybody(workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer) -> None:
    await workspace.press(action_ids.SHARE_REPORT, "week care")

    shared = (ANA, "week care", CARD, "1.1")
    assert fakes.reports.asked == [("share", *shared), ("confirm share", *shared)]
    assert [(answer["response_type"], answer["text"]) for answer in slack.answers] == [
        ("in_channel", "Today: 3 posts, shared")
    ]


@pytest.mark.parametrize("action", [action_ids.SHOW_YESTERDAY, action_ids.SHOW_WEEK, action_ids.SHOW_MONTH])
async def test_another_time_replaces_the_answer(
    action: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action, "yesterday care")

    assert fakes.reports.asked == [("answer", ANA, "yesterday care")]
    assert slack.list_replacements() == ["Today: 3 posts"]


async def test_a_subject_or_department_is_chosen_from_a_menu(workspace: Workspace, fakes: FakeUseCases) -> None:
    await workspace.choose(action_ids.SHOW_SCOPE, "today Northwind Go")

    assert fakes.reports.asked == [("answer", ANA, "today Northwind Go")]


@needs_font
async def test_where_slack_refuses_a_chart_a_picture_of_it_is_sent(
    workspace: Workspace, slack: FakeSlackServer
) -> None:
    slack.refuses_blocks = {"data_visualization"}
    await workspace.command("today")

    [answer] = slack.answers
    [words, picture] = answer["blocks"]
    assert (words["type"], picture["slack_file"]) == ("section", {"id": "F1"})
    assert picture["alt_text"] == "Mentions. negative: at most 3, at a"
    assert slack.pictures["F1"].startswith(b"\x89PNG")
    assert "channel_id" not in slack.list_calls("files.completeUploadExternal")[0]


@pytest.mark.parametrize("error", ["files.getUploadURLExternal", "files.completeUploadExternal", "image"])
async def test_where_slack_takes_no_picture_the_words_are_sent(
    error: str, workspace: Workspace, slack: FakeSlackServer
) -> None:
    slack.refuses_blocks = {"data_visualization", "image"} if error == "image" else {"data_visualization"}
    slack.errors[error] = "missing_scope"
    await workspace.command("today")

    assert slack.list_whispers() == ["Today: 3 posts"]
    assert [block["type"] for block in slack.answers[0]["blocks"]] == ["section"]


async def test_opening_the_home_tab_draws_it(workspace: Workspace, slack: FakeSlackServer) -> None:
    await workspace.event({"type": "app_home_opened", "user": ANA, "tab": "home"})

    (call,) = slack.list_calls("views.publish")
    assert call["user_id"] == ANA
    assert check_view(call["view"]) == []
    assert "1 overdue" in str(call["view"])


async def test_opening_another_tab_draws_nothing(workspace: Workspace, slack: FakeSlackServer) -> None:
    await workspace.event({"type": "app_home_opened", "user": ANA, "tab": "messages"})

    assert slack.calls == []


async def test_the_home_tab_says_so_when_redis_is_away(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.home.raises = StoreUnavailable("Redis does not answer.")

    await workspace.event({"type": "app_home_opened", "user": ANA, "tab": "home"})

    assert "can't reach its database" in str(slack.list_calls("views.publish"))


async def test_a_home_tab_that_slack_does_not_take_bothers_nobody(workspace: Workspace, slack: FakeSlackServer) -> None:
    slack.errors["views.publish"] = "internal_error"

    response = await workspace.event({"type": "app_home_opened", "user": ANA, "tab": "home"})

    assert response.status == 200
    assert slack.list_calls("chat.postMessage") == []


async def test_losing_access_is_acked(workspace: Workspace) -> None:
    assert (await workspace.event({"type": "app_uninstalled"})).status == 200
    assert (await workspace.event({"type": "tokens_revoked", "tokens": {}})).status == 200
