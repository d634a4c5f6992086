"""Slack is down, slow, full, or does not want us: what is pending waits, and is there when it can be."""

from bot.slack_sandbox import FaultKind, InjectedFault
from tests.scenarios.sample_posts import LATE, LOST, WISH, build_complaint
from tests.scenarios.slack_views import OFFER
from tests.scenarios.world import World


async def test_slack_is_down_for_an_hour_and_nothing_is_missing(world: World) -> None:
    world.sandbox.faults.down = True
    for number in range(6):
        await world.receive(build_complaint(number), by=f"person{number}")
        await world.advance(minutes=10)
    status, state = await world.fetch("/statusz")
    assert (status, state["troubles"]["slack"]) == (
        200,
        "Slack does not answer. Messages wait, and are sent when it is back.",
    )
    assert await world.fetch("/readyz") == (200, {"ready": True, "why": ""})
    world.sandbox.faults.down = False
    await world.advance(minutes=4)
    shown = [message.words for message in [*world.channel("#care").cards, *world.channel("#care").digests]]
    assert [sum(build_complaint(number) in words for words in shown) for number in range(6)] == [1] * 6
    assert not world.channel("#care").thread_replies, "who saw no card needs no reminder of it"
    assert (await world.fetch("/statusz"))[1]["troubles"] == {}


async def test_after_an_outage_of_twenty_seconds_what_was_pending_comes_within_ten(world: World) -> None:
    world.sandbox.faults.down = True
    for number in range(8):
        await world.receive(build_complaint(number), by=f"person{number}")
    await world.advance(seconds=20)
    world.sandbox.faults.down = False
    await world.advance(seconds=11)

    assert len(world.channel("#care").cards) >= 4, "one a second and a quarter, which is Slack's limit of a channel"
    await world.advance(seconds=8)
    assert len(world.channel("#care").cards) == 8


async def test_slack_says_too_many_requests_for_a_minute_and_is_left_alone_as_long_as_it_asks(world: World) -> None:
    full = InjectedFault(FaultKind.RATELIMITED, methods=["chat.postMessage"], seconds=30, times=2)
    world.sandbox.faults.add(full)
    for number in range(3):
        await world.receive(build_complaint(number), by=f"person{number}")
    await world.advance(minutes=2)
    assert full.happened == 2
    assert len(world.channel("#care").cards) == 3


async def test_an_answer_that_is_lost_makes_no_second_card_where_we_may_look(world: World) -> None:
    world.sandbox.app.scopes = [*world.sandbox.app.scopes, "channels:history"]
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=["chat.postMessage"]))
    await world.receive(LOST)
    await world.advance(minutes=3)
    assert len(world.channel("#care").cards) == 1
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_a_private_channel_that_may_not_be_read_hinders_no_search_in_a_public_one(world: World) -> None:
    world.sandbox.app.scopes = [*world.sandbox.app.scopes, "channels:history"]
    world.sandbox.workspace.find_channel("#research").is_private = True
    for words, channel in ((WISH, "#research"), (LOST, "#care")):
        world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=["chat.postMessage"]))
        await world.receive(words)
        await world.advance(minutes=3)
        assert len(world.channel(channel).cards) == (2 if channel == "#research" else 1)


async def test_a_post_that_was_dropped_on_its_way_is_there_a_minute_later(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_BEFORE, methods=["chat.postMessage"]))
    await world.receive(LOST)
    assert not world.channel("#care").cards
    await world.advance(minutes=2)
    assert len(world.channel("#care").cards) == 1


async def test_a_channel_that_was_archived_is_told_of_once_and_its_cases_come_when_it_is_back(world: World) -> None:
    care = world.sandbox.workspace.find_channel("#care")
    care.is_archived = True
    await world.receive(LOST)
    await world.receive(LATE, by="pedro")
    await world.advance(minutes=10)
    [told] = world.channel("#ops").messages
    assert "Earshot can't post cards for care (#care)." in told.words
    assert "Unarchive it" in told.words
    care.is_archived = False
    await world.advance(minutes=3)
    assert {card.words.split(" · ")[1].split()[0] for card in world.channel("#care").cards} == {"@marta", "@pedro"}
    assert len(world.channel("#ops").messages) == 1
    assert (await world.fetch("/statusz"))[1]["troubles"] == {}


async def test_a_channel_that_became_read_only_is_told_of_with_slacks_word(world: World) -> None:
    word = "restricted_action_read_only_channel"
    closed = InjectedFault(FaultKind.ERROR, methods=["chat.postMessage"], channels=["C0CARE"], times=None, word=word)
    world.sandbox.faults.add(closed)
    await world.receive(LOST)
    await world.advance(minutes=10)
    [told] = world.channel("#ops").messages
    assert word in told.words
    assert "allow Earshot" in told.words
    world.sandbox.faults.remove(closed)
    await world.advance(minutes=3)
    assert len(world.channel("#care").cards) == 1


async def test_a_bot_that_was_removed_from_a_channel_tells_a_manager_how_to_bring_it_back(world: World) -> None:
    pr = world.sandbox.workspace.find_channel("#pr")
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    pr.bot_is_member = False
    await card.hand_over(by="ana", department="pr")
    await world.advance(minutes=1)
    assert "Invite Earshot: type /invite @Earshot there." in world.person("mia").dm.words
    pr.bot_is_member = True
    await world.advance(minutes=2)
    assert "Unclaimed" in world.channel("#pr").card("@marta").words


async def test_a_token_that_slack_refuses_is_said_and_all_is_delivered_when_it_is_granted_again(world: World) -> None:
    world.sandbox.revoke_token()
    await world.receive(LOST)
    await world.receive(LATE, by="pedro")
    await world.advance(minutes=5)
    _, state = await world.fetch("/statusz")
    assert state["troubles"]["slack"].startswith(
        "Slack does not accept the token (token_revoked). Check SLACK_BOT_TOKEN"
    )
    world.sandbox.revoke_token("")
    await world.advance(minutes=2)
    assert len(world.channel("#care").cards) == 2
    assert (await world.fetch("/statusz"))[1]["troubles"] == {}


async def test_a_card_that_somebody_deleted_comes_again_when_its_case_changes(world: World) -> None:
    await world.receive(LOST, conversation="c1")
    care = world.sandbox.workspace.find_channel("#care")
    care.remove(care.messages[0])
    await world.receive("hello? anybody?", conversation="c1")
    await world.advance(seconds=10)
    [card] = world.channel("#care").cards
    assert "1 later post" in card.words


async def test_the_same_click_delivered_twice_does_nothing_twice(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    world.sandbox.faults.add(InjectedFault(FaultKind.DUPLICATE_DELIVERY))
    await card.click("Claim", by="ana")
    assert (await card.explain()).count("claimed by @ana") == 1
    assert sorted(world.person("ana").whispers) == sorted(["You already have this one.", OFFER])


async def test_a_click_that_comes_too_late_to_be_trusted_changes_nothing(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    world.sandbox.faults.add(InjectedFault(FaultKind.LATE_DELIVERY, seconds=400))
    outcome = await card.click("Claim", by="ana")
    assert outcome.status == 401
    assert "Unclaimed" in card.words
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_a_click_whose_answer_is_lost_is_drawn_by_delivery_instead(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_BEFORE, methods=["response_url"]))
    await card.click("Claim", by="ana")
    await world.advance(seconds=10)
    assert "Claimed by @ana" in card.words


async def test_a_form_that_slack_is_too_slow_to_open_asks_for_another_press(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    world.sandbox.faults.add(InjectedFault(FaultKind.ERROR, methods=["views.open"], word="expired_trigger_id"))
    await card.click("Resolve…", by="ana")
    assert world.person("ana").last_whisper == "Slack took too long to open the form. Press the button again."
    await card.resolve("answered", by="ana")
    assert "Resolved by @ana" in card.words
