"""The menu that corrects, Why?, and the list of spam: acked first, asked of the right use case, answered where asked."""

from typing import Any

import pytest

from bot.cards import action_ids
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.commits import NotAllowed
from bot.domain.routing import NOBODY
from bot.slack_sandbox.block_kit import check_message, check_view
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, FakeSlackServer, Workspace

CASE = "ABCDEFGH"


def chosen(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": {"text": {}, "value": value}}


@pytest.fixture
def origin(slack: FakeSlackServer) -> str:
    return ModalMetadata(CASE, slack.response_url, "C0CARE").to_json()


async def test_what_needs_no_answer_is_corrected_at_once(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.choose(action_ids.CORRECT, action_ids.encode_correction("about", CASE, "not about us"))

    assert fakes.corrections.asked == [("correct", CASE, "about", "not about us", ANA)]
    assert slack.list_replacements()[0].startswith("Complaint from @marta")
    assert slack.list_whispers() == []


@pytest.mark.parametrize("kind", ["sentiment", "intent", "subject"])
async def test_what_needs_an_answer_opens_a_form_without_the_one_that_stands(
    kind: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.choose(action_ids.CORRECT, action_ids.encode_correction(kind, CASE))

    assert fakes.corrections.asked == [("may", CASE, kind, ANA)]
    (call,) = slack.list_calls("views.open")
    assert check_view(call["view"]) == []
    [field] = [block for block in call["view"]["blocks"] if block["type"] == "input"]
    values = [option["value"] for option in field["element"]["options"]]
    assert field["block_id"] == kind
    assert values
    assert not {"negative", "complaint", "Northwind Air"} & set(values)


async def test_no_form_opens_for_a_person_who_may_not(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.corrections.raises = NotAllowed("Only the care department answers these.")

    await workspace.choose(action_ids.CORRECT, action_ids.encode_correction("intent", CASE))

    assert slack.list_calls("views.open") == []
    assert slack.list_whispers() == ["Only the care department answers these."]


async def test_a_form_filled_in_corrects_and_redraws(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    await workspace.submit(action_ids.CORRECT_MODAL, {"intent": chosen("question")}, origin)

    assert fakes.corrections.asked == [("correct", CASE, "intent", "question", ANA)]
    assert len(slack.list_replacements()) == 1


async def test_a_form_without_an_answer_says_so_under_its_input(
    workspace: Workspace, fakes: FakeUseCases, origin: str
) -> None:
    nothing = {"subject": {"type": "static_select", "selected_option": None}}

    response = await workspace.submit(action_ids.CORRECT_MODAL, nothing, origin)

    assert '"subject": "Choose what to change it to."' in (response.body or "")
    assert fakes.corrections.asked == []


@pytest.mark.parametrize(("offer", "said"), [("sales", "to sales."), (NOBODY, "to nobody."), ("", "")])
async def test_where_it_leads_elsewhere_the_person_is_asked(
    offer: str, said: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.corrections.offer = offer

    await workspace.choose(action_ids.CORRECT, action_ids.encode_correction("about", CASE, "not about us"))

    assert [said in words for words in slack.list_whispers()] == ([True] if offer else [])


async def test_the_offer_taken_moves_the_case_and_turns_into_a_sentence(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.MOVE_BY_RULES)

    assert fakes.corrections.asked == [("move", CASE, ANA)]
    assert slack.list_replacements() == ["➡️ Moved the complaint from @marta to <#C0PR>."]


async def test_why_opens_a_form_and_says_nothing_in_the_channel(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.WHY)

    assert fakes.cases.asked == [("get", CASE)]
    (call,) = slack.list_calls("views.open")
    assert check_view(call["view"]) == []
    assert ModalMetadata.from_json(call["view"]["private_metadata"]) == ModalMetadata(
        CASE, slack.response_url, "C0CARE"
    )
    assert slack.answers == []


async def test_a_form_of_why_is_put_on_top_of_it_and_leads_back_to_the_card(
    workspace: Workspace, slack: FakeSlackServer, origin: str
) -> None:
    await workspace.press_in_modal(action_ids.CORRECT, action_ids.encode_correction("intent", CASE), origin)

    (call,) = slack.list_calls("views.push")
    assert call["view"]["private_metadata"] == origin
    assert slack.list_calls("views.open") == []


async def test_what_is_corrected_in_why_is_seen_in_it_and_on_the_card(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    fakes.corrections.offer = "sales"
    value = action_ids.encode_correction("about", CASE, "not about us")
    await workspace.press_in_modal(action_ids.CORRECT_ABOUT, value, origin)

    assert fakes.corrections.asked == [("correct", CASE, "about", "not about us", ANA)]
    assert len(slack.list_replacements()) == 1
    assert slack.list_whispers() == []
    (call,) = slack.list_calls("views.update")
    assert call["view_id"] == "V1"
    assert check_view(call["view"]) == []
    assert "now routes the complaint from @marta to sales" in str(call["view"]["blocks"][0])


async def test_a_refusal_in_why_is_shown_in_it_and_not_behind_it(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    fakes.corrections.raises = NotAllowed("Only the care department answers these.")

    await workspace.press_in_modal(action_ids.CORRECT, action_ids.encode_correction("intent", CASE), origin)

    (call,) = slack.list_calls("views.update")
    assert [block["text"]["text"] for block in call["view"]["blocks"]] == [
        "Only the care department answers these.",
        "Why?",
    ]
    assert check_view(call["view"]) == []
    assert slack.answers == []
    assert slack.list_calls("chat.postMessage") == []


async def test_the_offer_taken_in_why_moves_the_case_and_its_card(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    await workspace.press_in_modal(action_ids.MOVE_BY_RULES, CASE, origin)

    assert fakes.corrections.asked == [("move", CASE, ANA)]
    assert len(slack.list_replacements()) == 1
    (call,) = slack.list_calls("views.update")
    assert "Moved the complaint from @marta" in str(call["view"]["blocks"][0])


@pytest.mark.parametrize("words", ["spam", "SPAM", " spam "])
async def test_spam_is_listed_for_ones_own_eyes(
    words: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.command(words)

    assert fakes.spam.asked == [("page", "")]
    assert slack.list_whispers() == ["9 posts marked as spam lately, newest first"]
    assert check_message(slack.answers[0]["blocks"]) == []


async def test_the_button_on_a_report_shows_the_same(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.SPAM_LIST, "today")

    assert fakes.spam.asked == [("page", "")]
    assert len(slack.list_whispers()) == 1


async def test_older_spam_takes_the_place_of_the_newer(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.SPAM_OLDER, "17-0")

    assert fakes.spam.asked == [("page", "17-0")]
    assert len(slack.list_replacements()) == 1


async def test_what_is_brought_back_is_said_and_gone_from_the_list(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press(action_ids.BRING_BACK, "17-0")

    assert fakes.spam.asked == [("leads to", "17-0"), ("bring back", "17-0", ANA, ""), ("page", "")]
    assert slack.list_whispers()[0].startswith("🙏 Thanks. The complaint from @marta is now a case")
    assert len(slack.list_replacements()) == 1


async def test_what_leads_nowhere_asks_who_should_see_it(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.spam.leads = ""

    await workspace.press(action_ids.BRING_BACK, "17-0")

    (call,) = slack.list_calls("views.open")
    assert check_view(call["view"]) == []
    metadata = call["view"]["private_metadata"]
    assert ModalMetadata.from_json(metadata).case == "17-0"
    response = await workspace.submit(action_ids.BRING_BACK_MODAL, {}, metadata)
    assert "Choose a department." in (response.body or "")
    await workspace.submit(action_ids.BRING_BACK_MODAL, {action_ids.DEPARTMENT: chosen("pr")}, metadata)
    assert fakes.spam.asked[-2:] == [("bring back", "17-0", ANA, "pr"), ("page", "")]
