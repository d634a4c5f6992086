"""/crisis, its form and its buttons: acked first, asked with what was typed."""

from typing import Any

import pytest

from bot.cards import action_ids
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.adoption import UnfinishedWork
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.slack_sandbox.block_kit import check_view
from tests.cards.samples import build_new_case
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, FakeSlackServer, Workspace

GIVEN: dict[str, dict[str, Any]] = {
    action_ids.SEVERITY: {"selected_option": {"value": "sev1"}},
    action_ids.HEADLINE: {"value": "smoke at gate 14"},
    action_ids.DEPARTMENT: {"selected_option": {"value": "care"}},
    action_ids.LEAD: {"selected_user": ANA},
}


@pytest.mark.parametrize(
    ("typed", "asked_for"),
    [
        ("", ("show",)),
        ("UPDATE we know", ("update", ANA, "we know")),
        ("close", ("ask to close", ANA)),
    ],
)
async def test_what_is_typed_is_asked_and_answered_for_ones_own_eyes(
    typed: str, asked_for: tuple[str, ...], workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    assert (await workspace.command(typed, "/crisis")).status == 200

    [question] = fakes.crises.asked
    assert question[: len(asked_for)] == asked_for
    assert slack.list_whispers() == [" ".join(question)]


async def test_what_is_not_known_is_answered_with_what_is(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    await workspace.command("panic", "/crisis")

    assert not fakes.crises.asked
    assert "`/crisis declare`: opens the form" in slack.list_whispers()[0]


async def test_to_close_what_is_unfinished_opens_a_form_that_says_what_and_closes_only_if_it_is_sent(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.crises.unfinished = UnfinishedWork((build_new_case(),), unacknowledged=True, to_do=("Say <that> we know.",))

    await workspace.command("close", "/crisis")

    (call,) = slack.list_calls("views.open")
    assert check_view(call["view"]) == []
    words = str(call["view"]["blocks"])
    assert "1 open case" in words
    assert "its page is unacknowledged" in words
    assert "not done: Say <that> we know." in words
    assert not slack.list_whispers()

    origin = ModalMetadata.from_json(call["view"]["private_metadata"])
    await workspace.submit(action_ids.CRISIS_CLOSE_MODAL, {}, origin.to_json())

    assert fakes.crises.asked[-1] == ("close", ANA, origin.case)
    assert len(slack.list_whispers()) == 1


@pytest.mark.parametrize("by", ["button", "command"])
async def test_to_declare_opens_a_form_that_slack_takes_with_the_spike_it_was_asked_for(
    by: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    response = await (
        workspace.press(action_ids.CRISIS_DECLARE, "ep-1")
        if by == "button"
        else workspace.command("declare", "/crisis")
    )

    assert response.status == 200
    (call,) = slack.list_calls("views.open")
    assert call["view"]["callback_id"] == action_ids.CRISIS_MODAL
    assert check_view(call["view"]) == []
    assert fakes.crises.asked == [("form", "ep-1" if by == "button" else "")]
    assert ModalMetadata.from_json(call["view"]["private_metadata"]).case == ("ep-1" if by == "button" else "")


async def test_a_form_that_is_filled_in_declares_and_one_that_is_not_says_what_is_missing(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    origin = ModalMetadata("ep-1", slack.response_url).to_json()
    response = await workspace.submit(action_ids.CRISIS_MODAL, {}, origin)

    assert "Choose the incident lead." in (response.body or "")
    assert not fakes.crises.asked

    await workspace.submit(action_ids.CRISIS_MODAL, GIVEN, origin)

    assert fakes.crises.asked == [("declare", ANA, "smoke at gate 14", ANA)]
    assert slack.list_whispers() == [f"declare {ANA} smoke at gate 14 {ANA}"]


@pytest.mark.parametrize(
    "no", [NotAllowed("Only the pr department and the leads of the crisis can do this."), StoreUnavailable()]
)
async def test_a_crisis_that_cannot_be_declared_is_a_sentence_to_the_person_who_asks(
    no: Exception, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.crises.raises = no

    response = await workspace.submit(action_ids.CRISIS_MODAL, GIVEN, ModalMetadata("", slack.response_url).to_json())

    assert (len(slack.list_whispers()), '"response_action": "errors"' in (response.body or "")) == (0, True)


async def test_a_headline_is_not_lost_where_there_is_no_memory_to_put_it_in(
    workspace: Workspace, fakes: FakeUseCases
) -> None:
    fakes.cases.asleep = True

    response = await workspace.submit(action_ids.CRISIS_MODAL, GIVEN, ModalMetadata("").to_json())

    assert "Keep this form open" in (response.body or "")
    assert not fakes.crises.asked
