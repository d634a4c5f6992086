"""Claim, Release, Reopen; the buttons of digests, reminders and direct messages."""

import pytest

from bot.cards import action_ids
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.slack_sandbox.block_kit import check_view
from tests.cards.samples import labels, words
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, FakeSlackServer, Workspace

CASE = "ABCDEFGH"
OFFER = "*You can offer:* Apologise, credit up to 50 EUR."


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        (action_ids.CLAIM, ("claim", "ABCDEFGH", ANA)),
        (action_ids.RELEASE, ("release", "ABCDEFGH", ANA)),
        (action_ids.REOPEN, ("reopen", "ABCDEFGH", ANA)),
    ],
)
async def test_a_press_asks_for_this_case_in_the_name_of_the_person_who_pressed(
    button: str, expected: tuple[str, ...], workspace: Workspace, fakes: FakeUseCases
) -> None:
    await workspace.press(button)

    assert fakes.cases.asked == [expected]


async def test_the_card_is_redrawn_in_its_place_and_need_not_be_drawn_again(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.CLAIM)

    assert slack.list_replacements() == ["Complaint from @marta: claimed by <@U0ANA>, due within 4 h"]
    assert [len(answer["attachments"]) for answer in slack.answers if answer["replace_original"]] == [1]
    assert fakes.cases.noted == [fakes.cases.case]


async def test_where_slack_takes_no_answer_any_more_delivery_draws_the_card(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    slack.used_up = True

    await workspace.press(action_ids.CLAIM)

    assert fakes.cases.noted == []
    assert [call["text"] for call in slack.list_calls("chat.postMessage")] == [OFFER]


async def test_a_no_is_whispered_and_leaves_the_card_alone(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.cases.raises = NotAllowed("You already have this one.")

    await workspace.press(action_ids.CLAIM)

    assert [answer.get("replace_original") for answer in slack.answers] == [False]
    assert fakes.cases.noted == []


async def test_a_no_that_cannot_be_whispered_any_more_comes_by_direct_message(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.cases.raises = NotAllowed("You already have this one.")
    slack.used_up = True

    await workspace.press(action_ids.CLAIM)

    assert [(call["channel"], call["text"]) for call in slack.list_calls("chat.postMessage")] == [
        (ANA, "You already have this one.")
    ]


async def test_a_claim_that_stands_is_not_called_unchanged_when_redis_goes_away_after_it(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.cases.raises_when_drawn = StoreUnavailable("Redis does not answer.")

    await workspace.press(action_ids.CLAIM)

    assert slack.list_whispers() == [OFFER]
    assert len(slack.list_replacements()) == 1


async def test_who_claims_is_told_once_and_alone_what_they_can_offer(
    workspace: Workspace, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.CLAIM)

    assert slack.list_whispers() == [OFFER]
    assert "credit up to" not in str([answer for answer in slack.answers if answer["replace_original"]])


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        (action_ids.RELEASE, ("release", CASE, ANA)),
        (action_ids.WHY, ("get", CASE)),
    ],
)
async def test_an_option_of_the_menu_is_a_press_of_the_button_it_stands_for(
    button: str, expected: tuple[str, ...], workspace: Workspace, fakes: FakeUseCases
) -> None:
    await workspace.choose(action_ids.CASE_MENU, action_ids.encode_menu_choice(button, CASE))

    assert fakes.cases.asked[0] == expected


@pytest.mark.parametrize("answer", ['{"ok":false,"error":"invalid_blocks"}', "<!DOCTYPE html><HTML>maintenance</HTML>"])
async def test_a_redrawing_that_slack_did_not_take_is_left_to_delivery(
    answer: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    slack.answers_with = answer

    await workspace.press(action_ids.CLAIM)

    assert fakes.cases.noted == []


async def test_claiming_on_a_digest_redraws_the_digest(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(
        action_ids.CLAIM_IN_DIGEST, "CASE0001", block=action_ids.build_digest_block_id("17-A", "CASE0001")
    )

    assert fakes.cases.asked == [("claim", "CASE0001", ANA)]
    assert fakes.digests.asked == [("digest", "17-A")]
    assert slack.list_replacements() == ["2 new cases for care on one list, 1 unclaimed"]


async def test_a_digest_that_is_gone_does_not_spoil_the_claim(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.digests.raises = NotAllowed("This list is no longer kept.")

    await workspace.press(action_ids.CLAIM_IN_DIGEST, block=action_ids.build_digest_block_id("17-A", "ABCDEFGH"))

    assert (slack.list_replacements(), slack.list_whispers()) == ([], [OFFER])


@pytest.mark.parametrize(
    ("button", "asks", "sentence"),
    [
        (action_ids.CLAIM_HERE, "claim", "claimed the complaint from @marta."),
        (action_ids.KEEP, "keep", "Extended. The complaint from @marta is yours"),
        (action_ids.RELEASE_HERE, "release", "Released. The complaint from @marta is unclaimed"),
    ],
)
async def test_a_message_turns_into_a_sentence_without_buttons(
    button: str, asks: str, sentence: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(button)

    assert fakes.cases.asked == [(asks, "ABCDEFGH", ANA)]
    assert sentence in slack.list_replacements()[0]
    assert "actions" not in [block["type"] for block in slack.answers[0]["blocks"]]


async def test_the_list_behind_a_roll_up_opens_and_follows_each_claim(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.ROLL_UP_LIST, "@U0RAJ care")
    await workspace.press_in_modal(action_ids.ROLL_UP_CLAIM, "CASE0002", "@U0RAJ care")

    [opened], [updated] = slack.list_calls("views.open"), slack.list_calls("views.update")
    for view in (opened["view"], updated["view"]):
        assert check_view(view) == []
        assert labels(view["blocks"]) == ["Claim", "Claim"]
    assert (updated["view_id"], updated["hash"]) == ("V1", "h1")
    assert fakes.roll_ups.asked == [("roll-up", "@U0RAJ care")] * 2
    assert fakes.cases.asked == [("claim", "CASE0002", ANA)]


async def test_what_is_refused_in_the_list_is_shown_above_it(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.cases.raises = NotAllowed("@raj has this one, 52 s before you.")

    await workspace.press_in_modal(action_ids.ROLL_UP_CLAIM, "CASE0002", "@U0RAJ care")

    [updated] = slack.list_calls("views.update")
    assert "@raj has this one" in words(updated["view"]["blocks"])
    assert slack.list_whispers() == []


async def test_a_person_who_acknowledges_in_the_message_sees_the_words_and_can_claim_at_once(
    workspace: Workspace, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.ACKNOWLEDGE_HERE)

    [blocks] = [one["blocks"] for one in slack.answers if one.get("replace_original")]
    assert labels(blocks) == ["Claim", "View case"]
    assert "smoke" in words(blocks)
