"""A crisis is declared, updated, ticked off and closed by who may, and by two at once."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cards.block_kit import RenderedMessage
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.commits import NotAllowed
from bot.domain.crises.transitions import assign_channel
from bot.domain.crisis import Crisis, CrisisDeclaration
from bot.domain.paging.page import Severity
from bot.domain.spikes.episode import Episode
from bot.domain.spikes.episode_page import get_episode_page_id as page_of_episode
from tests.store.samples import EPISODE
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, CRISIS, JOE, LEA, MIA, OLA, TOM, UseCaseHarness
from tests.usecases.race import Race

FORM = CrisisDeclaration(Severity.SEV1, "Smoke in <one> cabin", "pr", lead=OLA, comms=TOM)
OPENED = ModalMetadata("", channel="C0PR")


async def declare(harness: UseCaseHarness, by: str = MIA, told: CrisisDeclaration = FORM) -> Crisis:
    before = {one.id for one in await harness.store.crises.list_open_crises()}
    await harness.usecases.crises.declare(by, told)
    [crisis] = [one for one in await harness.store.crises.list_open_crises() if one.id not in before]
    return crisis


async def read_crisis(harness: UseCaseHarness, name: str) -> Crisis:
    found = await harness.store.crises.find(name)
    assert found is not None
    return found


async def keep_episode(harness: UseCaseHarness, **changes: Any) -> Episode:
    at = harness.clock.now()
    times = {"started_at": at - timedelta(minutes=40), "opened_at": at - timedelta(minutes=30), "ended_at": None}
    episode = EPISODE.model_copy(update={**times, "department": "care", **changes})
    key = harness.store.keys.episode_key(episode.id)
    await harness.store.client.execute("HSET", key, "v", episode.version, "body", episode.model_dump_json())
    return episode


async def test_a_declared_crisis_calls_its_lead_and_asks_for_an_update(harness: UseCaseHarness) -> None:
    said = await harness.usecases.crises.declare(MIA, FORM)

    [crisis] = await harness.store.crises.list_open_crises()
    page = await harness.store.pages.get(crisis.page)
    assert "Declared: *SEV1 · Smoke in &lt;one&gt; cabin*. <@U0OLA> is being paged." in said.text
    assert (page.first, page.severity, page.department) == (OLA, Severity.SEV1, "pr")
    assert crisis.update_due == harness.clock.now() + timedelta(minutes=20)
    assert [item.do for item in crisis.checklist] == ["Stop scheduled posts.", "Say that we know."]
    assert await harness.store.client.execute("XLEN", harness.store.keys.audit) == 1


@pytest.mark.parametrize("by", [JOE, ANA])
async def test_who_does_not_answer_for_its_department_declares_none(by: str, harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="Only the pr department and the leads of the crisis"):
        await harness.usecases.crises.declare(by, FORM)
    assert await harness.store.crises.list_open_crises() == []


async def test_while_slack_does_not_say_who_is_a_deputy_nobody_is_told_that_they_are_none(
    harness: UseCaseHarness,
) -> None:
    harness.slack.hide_groups()
    with pytest.raises(NotAllowed, match="Slack isn't telling Earshot"):
        await harness.usecases.crises.declare("U0PAM", FORM)
    assert (await declare(harness, LEA)).declared_by == LEA


async def test_a_department_that_is_none_is_refused(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="no department 'legal'"):
        await harness.usecases.crises.declare(MIA, FORM._replace(department="legal"))


async def test_it_takes_over_the_open_crisis_cases_of_its_department_and_their_pages(harness: UseCaseHarness) -> None:
    one, _ = await harness.open_case(1, CRISIS), await harness.open_case(2)
    page = await harness.store.pages.find_for_case(one)
    harness.clock.advance(minutes=9)
    crisis = await declare(harness)

    assert page is not None
    assert (crisis.cases, crisis.pages) == ((one.id,), (page.id,))
    assert crisis.origin.began_at == one.waiting_since


async def test_cases_that_another_crisis_has_are_not_taken_over_again(harness: UseCaseHarness) -> None:
    await harness.open_case(1, CRISIS)
    await declare(harness)
    harness.clock.advance(seconds=1)
    second = await harness.open_case(2, CRISIS)
    assert (await declare(harness, LEA)).cases == (second.id,)


async def test_who_presses_twice_declares_one_crisis(harness: UseCaseHarness) -> None:
    first = await declare(harness)
    await harness.usecases.crises.declare(MIA, FORM)
    assert await harness.store.crises.list_open_crises() == [first]


async def test_of_two_who_declare_one_episode_at_once_the_second_is_told_who_did(
    harness: UseCaseHarness, race: Race
) -> None:
    episode = await keep_episode(harness)
    form = FORM._replace(department="care", episode=episode.id)
    won = await race.run(*(race.usecases.crises.declare(by, form) for by in (ANA, MIA)))

    [crisis] = await harness.store.crises.list_open_crises()
    [told] = won.told
    assert told.startswith(f"<@{crisis.declared_by}> already declared this crisis: *SEV1")
    assert crisis.pages == (page_of_episode(episode),)
    assert (crisis.origin.began_at, crisis.origin.subject) == (episode.started_at, episode.subject)


async def test_an_episode_has_one_crisis_at_a_time_and_may_have_another_once_it_is_closed(
    harness: UseCaseHarness,
) -> None:
    form = FORM._replace(department="care", episode=(await keep_episode(harness)).id)
    first = await declare(harness, ANA, form)
    with pytest.raises(NotAllowed, match="<@U0ANA> already declared this crisis"):
        await harness.usecases.crises.declare(MIA, form)
    await harness.usecases.crises.close(ANA, first.id)
    assert (await declare(harness, MIA, form)).id != first.id


async def test_its_form_begins_with_the_episode_on_whose_card_it_was_asked_for(harness: UseCaseHarness) -> None:
    episode = await keep_episode(harness)
    shown = str(await harness.usecases.crises.build_form(OPENED._replace(case=episode.id)))
    assert f"Spike about {episode.subject}" in shown
    assert "Spike about" not in str(await harness.usecases.crises.build_form(OPENED))
    assert "Spike about" not in str(await harness.usecases.crises.build_form(OPENED._replace(case="ep-gone")))


async def test_an_update_is_said_and_the_next_one_is_due(harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    harness.clock.advance(minutes=15)
    await harness.usecases.crises.update(TOM, "  The cabin\n is empty ", "C0ELSEWHERE")

    kept = await read_crisis(harness, crisis.id)
    assert (kept.status, kept.updates[-1].by) == ("The cabin is empty", TOM)
    assert kept.update_due == harness.clock.now() + timedelta(minutes=20)
    assert f"news {crisis.id} 1 pr" in await harness.list_pending()


@pytest.mark.parametrize(("words", "no"), [(" \n", "Add what is new"), ("x" * 501, "can have 500 characters")])
async def test_an_update_that_says_nothing_or_too_much_is_refused(words: str, no: str, harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    with pytest.raises(NotAllowed, match=no):
        await harness.usecases.crises.update(MIA, words, "")
    assert await read_crisis(harness, crisis.id) == crisis


async def test_of_two_updates_at_once_both_are_kept(harness: UseCaseHarness, race: Race) -> None:
    crisis = await declare(harness)
    await race.run(*(race.usecases.crises.update(by, f"said by {by}", "") for by in (OLA, TOM)))
    assert {one.by for one in (await read_crisis(harness, crisis.id)).updates} == {OLA, TOM}


async def test_of_two_crises_the_one_of_this_channel_is_meant_and_elsewhere_it_is_asked(
    harness: UseCaseHarness,
) -> None:
    first = await declare(harness)
    harness.clock.advance(seconds=1)
    await declare(harness, MIA, FORM._replace(department="care"))
    with pytest.raises(NotAllowed, match=r"More than one crisis is open\. Type this in the channel"):
        await harness.usecases.crises.update(MIA, "news", "C0LOBBY")
    at = harness.clock.now()
    await harness.store.crises.change(first.id, lambda one: assign_channel(one, "C0FIRST", "", at), at)
    await harness.usecases.crises.update(MIA, "news", "C0FIRST")
    assert (await read_crisis(harness, first.id)).status == "news"


async def test_without_a_crisis_every_word_about_one_is_refused_with_the_way_to_declare_it(
    harness: UseCaseHarness,
) -> None:
    with pytest.raises(NotAllowed, match="Declare one with `/crisis declare`"):
        await harness.usecases.crises.update(MIA, "news", "")
    with pytest.raises(NotAllowed, match="No open crisis"):
        await harness.usecases.crises.request_close(MIA, "", OPENED)
    for asked in (
        harness.usecases.crises.close(MIA, "gone"),
        harness.usecases.crises.complete_checklist_item(MIA, "gone/0"),
    ):
        with pytest.raises(NotAllowed, match="This crisis is too old"):
            await asked


async def test_what_is_done_is_ticked_off_once(harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    await harness.usecases.crises.complete_checklist_item(TOM, f"{crisis.id}/1")
    with pytest.raises(NotAllowed, match="<@U0TOM> already did this"):
        await harness.usecases.crises.complete_checklist_item(MIA, f"{crisis.id}/1")
    with pytest.raises(NotAllowed, match="no longer on the checklist"):
        await harness.usecases.crises.complete_checklist_item(MIA, f"{crisis.id}/2")
    with pytest.raises(NotAllowed, match="Only the pr department"):
        await harness.usecases.crises.complete_checklist_item(JOE, f"{crisis.id}/0")

    assert [item.done_by for item in (await read_crisis(harness, crisis.id)).checklist] == ["", TOM]


async def test_of_two_who_tick_off_one_thing_at_once_one_did_it(harness: UseCaseHarness, race: Race) -> None:
    crisis = await declare(harness)
    won = await race.run(*(race.usecases.crises.complete_checklist_item(by, f"{crisis.id}/0") for by in (OLA, TOM)))
    by = (await read_crisis(harness, crisis.id)).checklist[0].done_by
    assert won.told == (f"<@{by}> already did this.",)


async def test_who_closes_what_is_unfinished_is_asked_first(harness: UseCaseHarness) -> None:
    case = await harness.open_case(1, CRISIS)
    crisis = await declare(harness)
    form = await harness.usecases.crises.request_close(OLA, "", OPENED)

    assert isinstance(form, dict)
    for word in (
        "1 open case",
        "its page is unacknowledged",
        "Stop scheduled posts.",
        f"from {case.mention.display_name}: new",
    ):
        assert word in str(form), word
    assert (await read_crisis(harness, crisis.id)).is_open


async def test_a_crisis_case_that_came_after_it_was_declared_is_unfinished_too(harness: UseCaseHarness) -> None:
    await declare(harness)
    await harness.open_case(1)
    assert "open case" not in str(await harness.usecases.crises.request_close(OLA, "", OPENED))
    await harness.open_case(2, CRISIS)
    assert "1 open case" in str(await harness.usecases.crises.request_close(OLA, "", OPENED))


async def test_a_crisis_with_nothing_left_to_do_is_closed_without_a_question(harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    await harness.usecases.pages.acknowledge(crisis.page, OLA, "Slack")
    for number in (0, 1):
        await harness.usecases.crises.complete_checklist_item(TOM, f"{crisis.id}/{number}")
    said = await harness.usecases.crises.request_close(OLA, "", OPENED)

    assert isinstance(said, RenderedMessage)
    assert await harness.store.crises.list_open_crises() == []
    assert (await read_crisis(harness, crisis.id)).timeline[-1].what == "closed it"


async def test_a_closed_crisis_says_what_was_unfinished_and_how_it_went(harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    harness.clock.advance(minutes=30)
    for number in range(3):
        await harness.open_case(number)
    harness.clock.advance(minutes=30)
    await harness.usecases.crises.close(OLA, crisis.id)

    kept = await read_crisis(harness, crisis.id)
    assert kept.went is not None
    assert (kept.went.before.posts, kept.went.during.posts, kept.update_due) == (0, 3, None)
    assert "not done: Stop scheduled posts." in kept.timeline[-1].what
    assert f"review {crisis.id} 0 pr" in await harness.list_pending()
    with pytest.raises(NotAllowed, match="<@U0OLA> closed this crisis"):
        await harness.usecases.crises.close(MIA, crisis.id)


async def test_of_two_who_close_it_at_once_one_does(harness: UseCaseHarness, race: Race) -> None:
    crisis = await declare(harness)
    won = await race.run(*(race.usecases.crises.close(by, crisis.id) for by in (OLA, MIA)))
    by = (await read_crisis(harness, crisis.id)).closed_by
    assert won.told == (f"<@{by}> closed this crisis.",)


async def test_who_has_nothing_to_do_with_it_does_not_close_it(harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    with pytest.raises(NotAllowed, match="Only the pr department"):
        await harness.usecases.crises.close(ANA, crisis.id)
    with pytest.raises(NotAllowed, match="Only the pr department"):
        await harness.usecases.crises.request_close(ANA, "", OPENED)


async def test_what_is_pinned_where_it_is_talked_about_enters_the_timeline_once(harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    for channel in ("C0PR", "C0PR", "C0CARE"):
        await harness.usecases.crises.add_pinned_message(JOE, channel, "1.2", "Gate 4 is <closed>")

    kept = await read_crisis(harness, crisis.id)
    assert [line.what for line in kept.timeline[1:]] == ["pinned: “Gate 4 is &lt;closed&gt;”"]
    assert kept.pinned == ("1.2",)


async def test_what_is_pinned_once_it_is_closed_changes_nothing(harness: UseCaseHarness) -> None:
    crisis = await declare(harness)
    await harness.usecases.crises.close(MIA, crisis.id)
    await harness.usecases.crises.add_pinned_message(JOE, "C0PR", "1.2", "late")
    assert (await read_crisis(harness, crisis.id)).pinned == ()


async def test_of_two_pins_at_once_both_are_kept(harness: UseCaseHarness, race: Race) -> None:
    crisis = await declare(harness)
    await race.run(*(race.usecases.crises.add_pinned_message(JOE, "C0PR", ts, "words") for ts in ("1.2", "1.3")))
    assert sorted((await read_crisis(harness, crisis.id)).pinned) == ["1.2", "1.3"]


async def test_everybody_may_ask_which_crises_are_open(harness: UseCaseHarness) -> None:
    assert "No open crisis" in (await harness.usecases.crises.show_open_crises()).text
    await declare(harness)
    assert "Smoke in &lt;one&gt; cabin" in str((await harness.usecases.crises.show_open_crises()).blocks)


async def test_a_crisis_of_a_newer_release_is_refused_and_hides_no_other(harness: UseCaseHarness) -> None:
    first = await declare(harness)
    harness.clock.advance(seconds=1)
    second = await declare(harness, LEA)
    spoilt = await make_unreadable(harness.store, harness.store.keys.crisis_key(first.id), told={"severity": "sev9"})
    with pytest.raises(NotAllowed, match="This crisis was written by a newer release"):
        await harness.usecases.crises.close(MIA, first.id)

    assert await harness.store.crises.list_open_crises() == [second]
    assert await harness.store.client.execute("HGET", harness.store.keys.crisis_key(first.id), "body") == spoilt
