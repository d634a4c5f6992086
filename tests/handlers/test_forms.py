"""Forms: opened where they may be filled in, checked, and answered where they were opened."""

import json
from typing import Any

import pytest

from bot.cards import buttons
from bot.cards.modals import ModalMetadata
from bot.domain.case import derive_case_id
from bot.domain.decision import NotAllowed, StoreUnavailable
from bot.sandbox.blocks import check_view
from handlers.reply import AWAY
from tests.cards.samples import PR, claimed, joined
from tests.handlers.conftest import Asked
from tests.handlers.slack import ANA, Slack, Workspace

CASE = "ABCDEFGH"


@pytest.fixture
def origin(slack: Slack) -> str:
    return ModalMetadata(CASE, slack.response_url, "C0CARE").to_json()


def chosen(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": {"text": {}, "value": value}}


def typed(value: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def person(value: str | None) -> dict[str, Any]:
    return {"type": "users_select", "selected_user": value}


@pytest.mark.parametrize(
    ("button", "callback"),
    [
        (buttons.RESOLVE, buttons.RESOLVE_MODAL),
        (buttons.HAND_OVER, buttons.HAND_OVER_MODAL),
        (buttons.NOT_FOR_US, buttons.NOT_FOR_US_MODAL),
        (buttons.SEPARATE, buttons.SEPARATE_MODAL),
    ],
)
async def test_a_form_opens_that_slack_takes_and_remembers_where_it_was_opened(
    button: str, callback: str, workspace: Workspace, asked: Asked, slack: Slack
) -> None:
    asked.cases.case = claimed(joined=joined(3), joined_count=3)

    await workspace.press(button)

    (call,) = slack.asked("views.open")
    assert call["trigger_id"] == "1.2.3"
    assert call["view"]["callback_id"] == callback
    assert check_view(call["view"]) == []
    assert ModalMetadata.from_json(call["view"]["private_metadata"]) == ModalMetadata(
        CASE, slack.response_url, "C0CARE"
    )


async def test_no_form_opens_that_would_be_filled_in_for_nothing(
    workspace: Workspace, asked: Asked, slack: Slack
) -> None:
    asked.cases.raises = NotAllowed("This case was resolved 3 min ago (answered). Reopen it first.")

    await workspace.press(buttons.RESOLVE)

    assert slack.asked("views.open") == []
    assert slack.whispered() == ["This case was resolved 3 min ago (answered). Reopen it first."]


async def test_where_slack_was_too_slow_for_a_form_the_person_is_told_to_press_again(
    workspace: Workspace, slack: Slack
) -> None:
    slack.errors["views.open"] = "expired_trigger_id"

    await workspace.press(buttons.RESOLVE)

    assert slack.whispered() == ["Slack took too long to open the form. Press the button once more."]


async def test_resolving_redraws_the_card_the_form_was_opened_from(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str
) -> None:
    given = {buttons.RESOLUTION: chosen("fixed"), buttons.NOTE: typed(" rebooked ")}

    response = await workspace.submit(buttons.RESOLVE_MODAL, given, origin)

    assert response.body == ""
    assert asked.cases.asked == [("resolve", CASE, ANA, "fixed", "rebooked")]
    assert len(slack.redrawn()) == 1
    assert asked.cases.noted == [asked.cases.case]


async def test_a_note_is_not_lost_where_there_is_no_memory_to_put_it_in(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str
) -> None:
    asked.cases.asleep = True
    given = {buttons.RESOLUTION: chosen("fixed"), buttons.NOTE: typed("a long story")}

    response = await workspace.submit(buttons.RESOLVE_MODAL, given, origin)

    assert '"response_action": "errors"' in (response.body or "")
    assert "Keep this form open" in (response.body or "")
    assert (asked.cases.asked, slack.answers) == ([], [])


async def test_a_form_that_was_open_for_too_long_still_counts(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str
) -> None:
    slack.used_up = True

    await workspace.submit(buttons.RESOLVE_MODAL, {buttons.RESOLUTION: chosen("fixed")}, origin)

    assert asked.cases.asked == [("resolve", CASE, ANA, "fixed", "")]
    assert slack.asked("chat.postMessage") == []


@pytest.mark.parametrize(
    ("callback", "given", "under", "words"),
    [
        (buttons.RESOLVE_MODAL, {buttons.NOTE: typed("x")}, buttons.RESOLUTION, "Choose how it ended."),
        (buttons.RESOLVE_MODAL, {buttons.RESOLUTION: chosen("eaten")}, buttons.RESOLUTION, "Choose how it ended."),
        (buttons.HAND_OVER_MODAL, {buttons.PERSON: person(None)}, buttons.PERSON, "Choose a person or a department."),
        (
            buttons.HAND_OVER_MODAL,
            {buttons.PERSON: person("U0BEN"), buttons.DEPARTMENT: chosen("pr")},
            buttons.PERSON,
            "Choose a person or a department, not both: a case has one owner.",
        ),
        (buttons.NOT_FOR_US_MODAL, {}, buttons.DEPARTMENT, "Choose whose it is, or nobody."),
        (buttons.SEPARATE_MODAL, {}, buttons.MENTION, "Choose the post that does not belong here."),
    ],
)
async def test_what_is_missing_is_said_under_its_input_and_nothing_is_done(
    callback: str, given: dict[str, Any], under: str, words: str, workspace: Workspace, asked: Asked, origin: str
) -> None:
    response = await workspace.submit(callback, given, origin)

    assert words in (response.body or "")
    assert f'"{under}"' in (response.body or "")
    assert asked.cases.asked == []


async def test_a_hand_over_to_a_person_keeps_the_card_where_it_is(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str
) -> None:
    await workspace.submit(buttons.HAND_OVER_MODAL, {buttons.PERSON: person("U0BEN")}, origin)

    assert asked.cases.asked == [("hand to person", CASE, ANA, "U0BEN")]
    assert slack.redrawn()[0].startswith("Complaint for care")


async def test_a_hand_over_to_a_department_leaves_a_card_that_points_there(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str
) -> None:
    asked.cases.department = PR

    await workspace.submit(buttons.HAND_OVER_MODAL, {buttons.DEPARTMENT: chosen("pr")}, origin)

    assert asked.cases.asked == [("hand to department", CASE, ANA, "pr")]
    assert slack.redrawn()[0].startswith("Moved to pr")
    assert asked.cases.noted == []


async def test_what_is_nobodys_is_corrected_to_nobody(workspace: Workspace, asked: Asked, origin: str) -> None:
    await workspace.submit(buttons.NOT_FOR_US_MODAL, {buttons.DEPARTMENT: chosen(buttons.NOBODY)}, origin)

    assert asked.cases.asked == [("not for us", CASE, ANA, None)]


async def test_what_is_anothers_goes_there(workspace: Workspace, asked: Asked, slack: Slack, origin: str) -> None:
    asked.cases.department = PR

    await workspace.submit(buttons.NOT_FOR_US_MODAL, {buttons.DEPARTMENT: chosen("pr")}, origin)

    assert asked.cases.asked == [("not for us", CASE, ANA, "pr")]
    assert slack.redrawn()[0].startswith("Moved to pr")


async def test_a_post_is_separated_by_the_name_its_own_case_will_have(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str
) -> None:
    asked.cases.case = claimed(joined=joined(1), joined_count=1)
    await workspace.press(buttons.SEPARATE)
    option = slack.asked("views.open")[0]["view"]["blocks"][1]["element"]["options"][0]["value"]

    await workspace.submit(buttons.SEPARATE_MODAL, {buttons.MENTION: chosen(option)}, origin)

    assert asked.cases.asked[-1] == ("separate", CASE, ANA, derive_case_id("x:2"))


FORMS: dict[str, tuple[str, str, dict[str, dict[str, Any]]]] = {
    "resolve": (buttons.RESOLVE_MODAL, buttons.RESOLUTION, {buttons.RESOLUTION: chosen("fixed")}),
    "hand over to a person": (buttons.HAND_OVER_MODAL, buttons.PERSON, {buttons.PERSON: person("U0TOM")}),
    "hand over to a department": (buttons.HAND_OVER_MODAL, buttons.DEPARTMENT, {buttons.DEPARTMENT: chosen("pr")}),
    "not for us": (buttons.NOT_FOR_US_MODAL, buttons.DEPARTMENT, {buttons.DEPARTMENT: chosen("pr")}),
    "separate": (buttons.SEPARATE_MODAL, buttons.MENTION, {buttons.MENTION: chosen("x:2")}),
    "bring back": (buttons.BRING_BACK_MODAL, buttons.DEPARTMENT, {buttons.DEPARTMENT: chosen("pr")}),
    "correct": (buttons.CORRECT_MODAL, "intent", {"intent": chosen("question")}),
    "flag": (
        buttons.FLAG_MODAL,
        buttons.WORDS,
        {
            buttons.WORDS: typed("fire"),
            buttons.DEPARTMENT: chosen("pr"),
            buttons.KIND: chosen("crisis"),
            buttons.ADDRESS: typed("https://x.example/9"),
        },
    ),
    "declare": (
        buttons.CRISIS_MODAL,
        buttons.HEADLINE,
        {
            buttons.SEVERITY: chosen("sev1"),
            buttons.HEADLINE: typed("fire"),
            buttons.DEPARTMENT: chosen("pr"),
            buttons.LEAD: person("U0ANA"),
        },
    ),
}


@pytest.mark.parametrize(
    ("no", "words"),
    [
        (
            NotAllowed("<@U0BEN> has this one. Ask <@U0BEN> or a *manager*."),
            "Somebody else has this one. Ask them or a manager.",
        ),
        (NotAllowed("Tom &amp; Ana are away."), "Tom & Ana are away."),
        (StoreUnavailable("Redis does not answer."), AWAY),
    ],
)
@pytest.mark.parametrize("form", FORMS)
async def test_a_no_is_said_in_the_form_which_stays_open(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str, form: str, no: Exception, words: str
) -> None:
    modal, block, given = FORMS[form]
    for one in asked.all():
        one.raises = no

    response = await workspace.submit(modal, given, origin)

    assert json.loads(response.body or "{}") == {"response_action": "errors", "errors": {block: words}}
    assert slack.whispered() == []


async def test_a_no_that_leads_to_where_it_was_done_closes_the_form_and_is_said_with_its_link(
    workspace: Workspace, asked: Asked, slack: Slack, origin: str
) -> None:
    asked.flags.raises = NotAllowed("Thank you. It is case A in <#C0PR>.")
    modal, _, given = FORMS["flag"]

    response = await workspace.submit(modal, given, origin)

    assert (response.body, slack.whispered()) == ("", ["Thank you. It is case A in <#C0PR>."])


async def test_who_is_chosen_and_is_no_deputy_is_called_this_person(
    workspace: Workspace, asked: Asked, origin: str
) -> None:
    asked.cases.raises = NotAllowed("<@U0TOM> is no deputy of care, so could not answer it.")

    response = await workspace.submit(buttons.HAND_OVER_MODAL, {buttons.PERSON: person("U0TOM")}, origin)

    assert "This person is no deputy of care" in (response.body or "")


async def test_a_form_from_the_home_tab_brings_the_home_tab_up_to_date(
    workspace: Workspace, asked: Asked, slack: Slack
) -> None:
    await workspace.press_at_home(buttons.RESOLVE)
    metadata = slack.asked("views.open")[0]["view"]["private_metadata"]

    await workspace.submit(buttons.RESOLVE_MODAL, {buttons.RESOLUTION: chosen("fixed")}, metadata)

    assert asked.home.asked == [("home", ANA)]
    assert len(slack.asked("views.publish")) == 1
