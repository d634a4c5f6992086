from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_sandbox.workspace import BOT_USER
from tests.slack_sandbox.conftest import World


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_a_message_is_posted_with_a_timestamp_like_slacks(world: World) -> None:
    first, second = await world.post(text="one"), await world.post(text="two")

    assert first.ts.startswith("1700000001.")
    assert len(first.ts.split(".")[1]) == 6
    assert first.ts < second.ts
    assert [message.read_text() for message in world.workspace.find_channel("care").messages] == ["one", "two"]


async def test_timestamps_grow_even_when_the_clock_stands_still(world: World) -> None:
    stamps = [world.workspace.stamps.issue_ts() for _ in range(50)]

    assert stamps == sorted(set(stamps))


async def test_an_update_shows_in_the_message_and_is_marked_as_edited(world: World) -> None:
    message = await world.post(text="new")
    await world.client.chat_update(channel="C0CARE", ts=message.ts, text="claimed")

    assert message.read_text() == "claimed"
    assert message.edited


async def test_a_reply_stands_in_the_thread_and_not_in_the_channel(world: World) -> None:
    message = await world.post()
    reply = await world.post(text="reply", thread_ts=message.ts)

    assert message.thread == [reply]
    assert world.workspace.find_channel("care").messages == [message]


async def test_metadata_comes_back_in_the_history_only_when_asked_for(world: World) -> None:
    told = {"event_type": "case", "event_payload": {"id": "7"}}
    await world.post(metadata=told)
    bare = await world.client.conversations_history(channel="C0CARE")
    full = await world.client.conversations_history(channel="C0CARE", include_all_metadata=True)

    assert "metadata" not in bare["messages"][0]
    assert full["messages"][0]["metadata"] == told


async def test_posting_to_a_person_lands_in_the_conversation_with_them(world: World) -> None:
    message = await world.post(channel="U0ANA")
    opened = await world.client.conversations_open(users="U0ANA")

    assert world.ana.dm_messages == [message]
    assert opened["channel"]["id"] == message.channel


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": "C0SECRET"}, "channel_not_found"),
        ({"channel": "#care"}, "channel_not_found"),
        ({"channel": "C0OUT"}, "not_in_channel"),
        ({"channel": "C0OLD"}, "is_archived"),
        ({"thread_ts": "1.2"}, "thread_not_found"),
        ({"metadata": {"event_type": ""}}, "invalid_metadata_format"),
        ({"blocks": "nonsense"}, "invalid_blocks_format"),
        ({"blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5}, "msg_blocks_too_long"),
    ],
)
async def test_a_post_that_slack_would_refuse_is_refused_with_its_word(
    world: World, arguments: dict[str, Any], word: str
) -> None:
    assert await refusal(world.post(**arguments)) == word


async def test_a_message_with_nothing_in_it_is_refused(world: World) -> None:
    assert await refusal(world.client.api_call("chat.postMessage", json={"channel": "C0CARE"})) == "no_text"


async def test_what_is_wrong_with_the_blocks_is_named_with_its_place(world: World) -> None:
    with pytest.raises(SlackApiError) as refused:
        await world.post(blocks=[{"type": "section", "txt": {}}])

    messages = refused.value.response["response_metadata"]["messages"]
    assert "[ERROR] invalid additional property: txt [json-pointer:/blocks/0]" in messages


async def test_a_text_over_forty_thousand_characters_is_cut(world: World) -> None:
    message = await world.post(text="x" * 50_000)

    assert len(message.text) == 40_000


async def test_only_ones_own_messages_can_be_updated(world: World) -> None:
    said = await world.ana.post_message("hello", in_channel="C0CARE")

    assert await refusal(world.client.chat_update(channel="C0CARE", ts=said.ts, text="no")) == "cant_update_message"
    assert await refusal(world.client.chat_update(channel="C0CARE", ts="1.2", text="no")) == "message_not_found"


async def test_a_call_without_its_scope_is_told_which_one(world: World) -> None:
    world.sandbox.app.scopes = ["chat:write"]
    with pytest.raises(SlackApiError) as refused:
        await world.client.usergroups_users_list(usergroup="S0CARE")

    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "usergroups:read"
    assert refused.value.response["provided"] == "chat:write"


async def test_every_answer_names_the_granted_scopes(world: World) -> None:
    answer = await world.client.auth_test()

    assert "usergroups:read" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(("token", "word"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
async def test_a_wrong_token_opens_nothing(world: World, token: str, word: str) -> None:
    client = AsyncWebClient(token=token, base_url=world.sandbox.api_url)

    assert await refusal(client.auth_test()) == word


async def test_a_revoked_token_opens_nothing(world: World) -> None:
    world.sandbox.revoke_token("account_inactive")

    assert await refusal(world.client.auth_test()) == "account_inactive"


async def test_a_method_that_slack_does_not_have_is_unknown(world: World) -> None:
    assert await refusal(world.client.api_call("chat.shout")) == "unknown_method"


async def test_people_and_groups_can_be_looked_up(world: World) -> None:
    user = await world.client.users_info(user="U0ANA", include_locale=True)
    group = await world.client.usergroups_users_list(usergroup="S0CARE")

    assert user["user"]["locale"] == "pt-PT"
    assert user["user"]["tz_offset"] == 0
    assert group["users"] == ["U0ANA"]


async def test_a_user_group_takes_people_and_is_never_empty(world: World) -> None:
    world.workspace.add_user("U0GONE", "gone").deleted = True
    update = world.client.usergroups_users_update

    await update(usergroup="S0CARE", users=["U0ANA"])
    assert (await world.client.usergroups_users_list(usergroup="S0CARE"))["users"] == ["U0ANA"]
    assert await refusal(update(usergroup="S0CARE", users=[])) == "no_users_provided"
    assert await refusal(update(usergroup="S0CARE", users=["U0NOBODY"])) == "invalid_users"
    assert await refusal(update(usergroup="S0CARE", users=["U0GONE"])) == "invalid_users"
    assert await refusal(update(usergroup="S0NO", users=["U0ANA"])) == "no_such_subteam"


async def test_a_person_in_do_not_disturb_is_said_to_be(world: World) -> None:
    ana = world.workspace.find_user("ana")
    ana.dnd_enabled, ana.dnd_from, ana.dnd_until = True, world.clock() - 60, world.clock() + 60
    answer = await world.client.dnd_teamInfo(users=["U0ANA", "U0RAJ"])

    assert answer["users"]["U0ANA"]["dnd_enabled"]
    assert not answer["users"]["U0RAJ"]["dnd_enabled"]
    start, end = ana.get_dnd_window(world.clock())
    assert start <= world.clock() < end


async def test_a_schedule_of_do_not_disturb_is_said_with_its_running_or_its_next_window(world: World) -> None:
    ana, now = world.workspace.find_user("ana"), int(world.clock())
    ana.dnd_enabled, ana.dnd_from, ana.dnd_until = True, now - 3 * 86_400 - 60, now - 3 * 86_400 + 60
    running = await world.client.dnd_info(user="U0ANA")
    assert (running["next_dnd_start_ts"], running["next_dnd_end_ts"]) == (now - 60, now + 60)
    ana.dnd_from, ana.dnd_until = now - 7_200, now - 3_600
    later = await world.client.dnd_info(user="U0ANA")
    assert (later["next_dnd_start_ts"], later["next_dnd_end_ts"]) == (now + 79_200, now + 82_800)
    assert (await world.client.dnd_info(user="U0RAJ"))["next_dnd_start_ts"] == 1


async def test_that_somebody_paused_notifications_is_shown_to_nobody_else(world: World) -> None:
    for user in ("U0ANA", BOT_USER):
        world.workspace.find_user(user).snoozed_until = world.clock() + 3_600
    others, teams = await world.client.dnd_info(user="U0ANA"), await world.client.dnd_teamInfo(users=["U0ANA"])
    assert not [key for key in (*others.data, *teams["users"]["U0ANA"]) if key.startswith("snooze")]
    assert (await world.client.dnd_info(user=BOT_USER))["snooze_enabled"]


async def test_a_channel_is_made_named_and_filled(world: World) -> None:
    made = await world.client.conversations_create(name="crisis-1")
    channel = made["channel"]["id"]
    await world.client.conversations_invite(channel=channel, users=["U0ANA"])
    await world.client.conversations_setTopic(channel=channel, topic="All hands")
    members = await world.client.conversations_members(channel=channel)

    assert set(members["members"]) == {"U0BOT", "U0ANA"}
    assert await refusal(world.client.conversations_create(name="crisis-1")) == "name_taken"


async def test_a_file_is_uploaded_in_the_three_steps_of_the_sdk(world: World) -> None:
    await world.client.files_upload_v2(content="a,b\n", filename="day.csv", channel="C0CARE", initial_comment="The day")
    [message] = world.workspace.find_channel("care").messages

    assert message.text == "The day"
    assert message.files[0]["size"] == 4


async def test_only_the_person_it_is_for_sees_an_ephemeral_message_until_they_reload(world: World) -> None:
    await world.client.chat_postEphemeral(channel="C0CARE", user="U0ANA", text="psst")

    assert [message.read_text() for message in world.ana.ephemeral_messages] == ["psst"]
    assert world.sandbox.get_user("raj").ephemeral_messages == []
    world.ana.reload_client()
    assert world.ana.ephemeral_messages == []


async def test_a_permalink_leads_to_the_message(world: World) -> None:
    message = await world.post()
    answer = await world.client.chat_getPermalink(channel="C0CARE", message_ts=message.ts)

    assert answer["permalink"].endswith(f"/archives/C0CARE/p{message.ts.replace('.', '')}")


async def test_an_image_shows_only_a_file_that_was_uploaded_completely_and_is_a_picture(world: World) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(8)
    granted = await world.client.files_getUploadURLExternal(filename="chart.png", length=len(png))
    picture = {"type": "image", "slack_file": {"id": granted["file_id"]}, "alt_text": "a chart"}
    with pytest.raises(SlackApiError, match="invalid_blocks") as no:
        await world.client.chat_postMessage(channel="C0CARE", text="a chart", blocks=[picture])
    assert "invalid slack file [json-pointer:/blocks/0/slack_file]" in str(no.value)

    world.clock.pass_(2)
    uploaded = await world.client.files_upload_v2(file=png, filename="chart.png")
    picture["slack_file"] = {"id": uploaded["files"][0]["id"]}
    assert (await world.client.chat_postMessage(channel="C0CARE", text="a chart", blocks=[picture]))["ok"]

    words = await world.client.files_upload_v2(content="a,b", filename="chart.png")
    world.clock.pass_(2)
    picture["slack_file"] = {"id": words["files"][0]["id"]}
    with pytest.raises(SlackApiError, match="invalid slack file"):
        await world.client.chat_postMessage(channel="C0CARE", text="a chart", blocks=[picture])


async def test_a_workspace_may_lack_a_type_of_block(world: World) -> None:
    world.sandbox.workspace.refused_blocks = {"divider"}
    with pytest.raises(SlackApiError, match="unsupported type: divider"):
        await world.client.chat_postMessage(channel="C0CARE", text="a line", blocks=[{"type": "divider"}])
