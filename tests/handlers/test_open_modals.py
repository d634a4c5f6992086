"""Forms: opened where they may be filled in, checked, and answered where they were opened."""

import json
from typing import Any

import pytest

from bot.cards import action_ids
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.case import derive_case_id
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.slack_sandbox.block_kit import check_view
from handlers.responder import AWAY
from tests.cards.samples import PR, build_claimed_case, build_joined_mention
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, FakeSlackServer, Workspace

CASE = "ABCDEFGH"
CLOSED = '{"response_action": "clear"}'


@pytest.fixture
def origin(slack: FakeSlackServer) -> str:
    return ModalMetadata(CASE, slack.response_url, "C0CARE").to_json()


def chosen(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": {"text": {}, "value": value}}


def build_text_state(value: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def person(value: str | None) -> dict[str, Any]:
    return {"type": "users_select", "selected_user": value}


@pytest.mark.parametrize(
    ("button", "callback"),
    [
        (action_ids.RESOLVE, action_ids.RESOLVE_MODAL),
        (action_ids.HAND_OVER, action_ids.HAND_OVER_MODAL),
        (action_ids.NOT_FOR_US, action_ids.NOT_FOR_US_MODAL),
        (action_ids.SEPARATE, action_ids.SEPARATE_MODAL),
    ],
)
async def test_a_form_opens_that_slack_takes_and_remembers_where_it_was_opened(
    button: str, callback: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.cases.case = build_claimed_case(joined=build_joined_mention(3), joined_count=3)

    await workspace.press(button)

    (call,) = slack.list_calls("views.open")
    assert call["trigger_id"] == "1.2.3"
    assert call["view"]["callback_id"] == callback
    assert check_view(call["view"]) == []
    assert ModalMetadata.from_json(call["view"]["private_metadata"]) == ModalMetadata(
        CASE, slack.response_url, "C0CARE"
    )


async def test_no_form_opens_that_would_be_filled_in_for_nothing(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.cases.raises = NotAllowed("This case was resolved 3 min ago (answered). Reopen it first.")

    await workspace.press(action_ids.RESOLVE)

    assert slack.list_calls("views.open") == []
    assert slack.list_whispers() == ["This case was resolved 3 min ago (answered). Reopen it first."]


async def test_where_slack_was_too_slow_for_a_form_the_person_is_told_to_press_again(
    workspace: Workspace, slack: FakeSlackServer
) -> None:
    slack.errors["views.open"] = "expired_trigger_id"

    await workspace.press(action_ids.RESOLVE)

    assert slack.list_whispers() == ["Slack took too long to open the form. Press the button again."]


async def test_resolving_redraws_the_card_the_form_was_opened_from(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    given = {action_ids.RESOLUTION: chosen("fixed"), action_ids.NOTE: build_text_state(" rebooked ")}

    response = await workspace.submit(action_ids.RESOLVE_MODAL, given, origin)

    assert response.body == CLOSED
    assert fakes.cases.asked == [("resolve", CASE, ANA, "fixed", "rebooked")]
    assert len(slack.list_replacements()) == 1
    assert fakes.cases.noted == [fakes.cases.case]


async def test_a_note_is_not_lost_where_there_is_no_memory_to_put_it_in(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    fakes.cases.asleep = True
    given = {action_ids.RESOLUTION: chosen("fixed"), action_ids.NOTE: build_text_state("a long story")}

    response = await workspace.submit(action_ids.RESOLVE_MODAL, given, origin)

    assert '"response_action": "errors"' in (response.body or "")
    assert "Keep this form open" in (response.body or "")
    assert (fakes.cases.asked, slack.answers) == ([], [])


async def test_a_form_that_was_open_for_too_long_still_counts(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    slack.used_up = True

    await workspace.submit(action_ids.RESOLVE_MODAL, {action_ids.RESOLUTION: chosen("fixed")}, origin)

    assert fakes.cases.asked == [("resolve", CASE, ANA, "fixed", "")]
    assert slack.list_calls("chat.postMessage") == []


@pytest.mark.parametrize(
    ("callback", "given", "under", "words"),
    [
        (
            action_ids.RESOLVE_MODAL,
            {action_ids.NOTE: build_text_state("x")},
            action_ids.RESOLUTION,
            "Choose an outcome.",
        ),
        (
            action_ids.RESOLVE_MODAL,
            {action_ids.RESOLUTION: chosen("eaten")},
            action_ids.RESOLUTION,
            "Choose an outcome.",
        ),
        (
            action_ids.HAND_OVER_MODAL,
            {action_ids.PERSON: person(None)},
            action_ids.PERSON,
            "Choose a person or a department.",
        ),
        (
            action_ids.HAND_OVER_MODAL,
            {action_ids.PERSON: person("U0BEN"), action_ids.DEPARTMENT: chosen("pr")},
            action_ids.PERSON,
            "Choose a person or a department, not both.",
        ),
        (action_ids.NOT_FOR_US_MODAL, {}, action_ids.DEPARTMENT, "Choose a department, or nobody."),
        (action_ids.SEPARATE_MODAL, {}, action_ids.MENTION, "Choose the post that doesn't belong here."),
    ],
)
async def test_what_is_missing_is_said_under_its_input_and_nothing_is_done(
    callback: str, given: dict[str, Any], under: str, words: str, workspace: Workspace, fakes: FakeUseCases, origin: str
) -> None:
    response = await workspace.submit(callback, given, origin)

    assert words in (response.body or "")
    assert f'"{under}"' in (response.body or "")
    assert fakes.cases.asked == []


async def test_a_hand_over_to_a_person_keeps_the_card_where_it_is(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    await workspace.submit(action_ids.HAND_OVER_MODAL, {action_ids.PERSON: person("U0BEN")}, origin)

    assert fakes.cases.asked == [("hand to person", CASE, ANA, "U0BEN")]
    assert slack.list_replacements()[0].startswith("Complaint from @marta")


async def test_a_hand_over_to_a_department_leaves_a_card_that_points_there(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    fakes.cases.department = PR

    await workspace.submit(action_ids.HAND_OVER_MODAL, {action_ids.DEPARTMENT: chosen("pr")}, origin)

    assert fakes.cases.asked == [("hand to department", CASE, ANA, "pr")]
    assert slack.list_replacements()[0].startswith("Moved to pr")
    assert fakes.cases.noted == []


async def test_what_is_nobodys_is_corrected_to_nobody(workspace: Workspace, fakes: FakeUseCases, origin: str) -> None:
    await workspace.submit(action_ids.NOT_FOR_US_MODAL, {action_ids.DEPARTMENT: chosen(action_ids.NOBODY)}, origin)

    assert fakes.cases.asked == [("not for us", CASE, ANA, None)]


async def test_what_is_anothers_goes_there(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    fakes.cases.department = PR

    await workspace.submit(action_ids.NOT_FOR_US_MODAL, {action_ids.DEPARTMENT: chosen("pr")}, origin)

    assert fakes.cases.asked == [("not for us", CASE, ANA, "pr")]
    assert slack.list_replacements()[0].startswith("Moved to pr")


async def test_a_post_is_separated_by_the_name_its_own_case_will_have(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    fakes.cases.case = build_claimed_case(joined=build_joined_mention(1), joined_count=1)
    await workspace.press(action_ids.SEPARATE)
    option = slack.list_calls("views.open")[0]["view"]["blocks"][1]["element"]["options"][0]["value"]

    await workspace.submit(action_ids.SEPARATE_MODAL, {action_ids.MENTION: chosen(option)}, origin)

    assert fakes.cases.asked[-1] == ("separate", CASE, ANA, derive_case_id("x:2"))


FORMS: dict[str, tuple[str, str, dict[str, dict[str, Any]]]] = {
    "resolve": (action_ids.RESOLVE_MODAL, action_ids.RESOLUTION, {action_ids.RESOLUTION: chosen("fixed")}),
    "hand over to a person": (action_ids.HAND_OVER_MODAL, action_ids.PERSON, {action_ids.PERSON: person("U0TOM")}),
    "hand over to a department": (
        action_ids.HAND_OVER_MODAL,
        action_ids.DEPARTMENT,
        {action_ids.DEPARTMENT: chosen("pr")},
    ),
    "not for us": (action_ids.NOT_FOR_US_MODAL, action_ids.DEPARTMENT, {action_ids.DEPARTMENT: chosen("pr")}),
    "separate": (action_ids.SEPARATE_MODAL, action_ids.MENTION, {action_ids.MENTION: chosen("x:2")}),
    "bring back": (action_ids.BRING_BACK_MODAL, action_ids.DEPARTMENT, {action_ids.DEPARTMENT: chosen("pr")}),
    "correct": (action_ids.CORRECT_MODAL, "intent", {"intent": chosen("question")}),
    "flag": (
        action_ids.FLAG_MODAL,
        action_ids.WORDS,
        {
            action_ids.WORDS: build_text_state("fire"),
            action_ids.DEPARTMENT: chosen("pr"),
            action_ids.KIND: chosen("crisis"),
            action_ids.ADDRESS: build_text_state("https://x.example/9"),
        },
    ),
    "declare": (
        action_ids.CRISIS_MODAL,
        action_ids.HEADLINE,
        {
            action_ids.SEVERITY: chosen("sev1"),
            action_ids.HEADLINE: build_text_state("fire"),
            action_ids.DEPARTMENT: chosen("pr"),
            action_ids.LEAD: person("U0ANA"),
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
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str, form: str, no: Exception, words: str
) -> None:
    modal, block, given = FORMS[form]
    for one in fakes.all():
        one.raises = no

    response = await workspace.submit(modal, given, origin)

    assert json.loads(response.body or "{}") == {"response_action": "errors", "errors": {block: words}}
    assert slack.list_whispers() == []


async def test_a_no_that_leads_to_where_it_was_done_closes_the_form_and_is_said_with_its_link(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer, origin: str
) -> None:
    fakes.flags.raises = NotAllowed("Thank you. It is case A in <#C0PR>.")
    modal, _, given = FORMS["flag"]

    response = await workspace.submit(modal, given, origin)

    assert (response.body, slack.list_whispers()) == (CLOSED, ["Thank you. It is case A in <#C0PR>."])


async def test_who_is_chosen_and_is_no_deputy_is_called_this_person(
    workspace: Workspace, fakes: FakeUseCases, origin: str
) -> None:
    fakes.cases.raises = NotAllowed("<@U0TOM> isn't in the care department.")

    response = await workspace.submit(action_ids.HAND_OVER_MODAL, {action_ids.PERSON: person("U0TOM")}, origin)

    assert "This person isn't in the care department" in (response.body or "")


async def test_a_form_from_the_home_tab_brings_the_home_tab_up_to_date(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.press_at_home(action_ids.RESOLVE)
    metadata = slack.list_calls("views.open")[0]["view"]["private_metadata"]

    await workspace.submit(action_ids.RESOLVE_MODAL, {action_ids.RESOLUTION: chosen("fixed")}, metadata)

    assert fakes.home.asked == [("home", ANA)]
    assert len(slack.list_calls("views.publish")) == 1
