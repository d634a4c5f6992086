"""What can be done from the panel, and the sentence that each answers with."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import action_ids
from bot.demo.panel import sample_posts
from bot.demo.panel.actions import InvalidActionError, PanelActions
from bot.demo.session import OPENING, DemoSession
from bot.domain.audit import AuditAction
from bot.domain.case import derive_case_id
from tests.demo.conftest import FIRST, play_day, start_session

START = FIRST.created_at
LATE = "@northwindair late again, terrible service, I want my money back"


@pytest.mark.parametrize(
    ("what", "asked", "why"),
    [
        ("say", {"text": "  "}, "empty"),
        ("say", {"text": "hm", "outlet": "carrier pigeon"}, "outlets"),
        ("say", {"text": "hm", "followers": "many"}, "whole number"),
        ("storm", {"many": 0}, "from 1 to 2,000"),
        ("storm", {"many": 2001}, "from 1 to 2,000"),
        ("break", {"how": "sideways", "minutes": 1}, "Slack can be"),
        ("break", {"how": "down", "minutes": 241}, "from 1 to 240"),
        ("skip", {"hours": 25}, "from 1 to 24"),
        ("speed", {"speed": 7}, "speeds are"),
        ("fly", {}, "no such action"),
    ],
)
async def test_nonsense_is_refused_in_a_sentence(
    actions: PanelActions, what: str, asked: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidActionError, match=why):
        await actions.run(what, asked)


async def test_what_is_said_becomes_a_card_and_is_told_where_it_goes(
    started: DemoSession, actions: PanelActions
) -> None:
    told, _ = await actions.run("say", {"text": LATE, "author": "@kofi", "followers": "7"})
    care = started.stage.workspace.find_channel("care")
    await started.stage.sandbox.wait_until(lambda: any("@kofi" in one.text for one in care.messages))

    assert told == "Complaint, negative. Sent to care by the rule “complaint”."


async def test_a_pause_holds_back_the_day_and_what_is_on_its_way_arrives(
    started: DemoSession, actions: PanelActions
) -> None:
    paused, _ = await actions.run("speed", {"speed": 0})
    await actions.run("say", {"text": LATE, "author": "kofi"})
    care = started.stage.workspace.find_channel("care")
    await started.stage.sandbox.wait_until(lambda: any("@kofi" in one.text for one in care.messages))

    assert paused == "The day is paused. What is on its way still arrives."
    assert started.speed == 0


def test_no_two_posts_of_a_storm_are_alike() -> None:
    from_all = list(sample_posts.sample_storm(50, "lost bags", "@northwindair", START))

    assert len({one.text for one in from_all}) == 50
    assert len({one.id for one in from_all}) == 50
    assert len({one.author.id for one in from_all}) == 50
    assert all("lost bags" in one.text and "@northwindair" in one.text for one in from_all)


async def test_a_new_trouble_takes_the_place_of_the_old_and_outlives_its_end(
    started: DemoSession, actions: PanelActions
) -> None:
    faults = started.stage.sandbox.faults
    await actions.run("break", {"how": "down", "minutes": 1})
    await actions.run("break", {"how": "slow", "minutes": 60})
    assert not faults.down
    started.clock.set_speed(600)
    await started.clock.sleep(120)
    assert actions.faults.describe_fault()["how"]

    assert (await actions.run("mend", {})).did == "Slack is back. Sending the backlog."
    assert actions.faults.describe_fault() == {"how": "", "left": 0.0}
    assert faults.take_call_fault("chat.postMessage") is None


async def test_a_trouble_is_over_when_its_minutes_are(started: DemoSession, actions: PanelActions) -> None:
    await actions.run("break", {"how": "down", "minutes": 1})
    started.clock.set_speed(600)
    async with asyncio.timeout(60):
        while actions.faults.describe_fault()["how"]:
            await started.clock.sleep(1)

    assert not started.stage.sandbox.faults.down


async def test_a_skip_goes_through_every_deadline_and_says_who_was_told(
    started: DemoSession, actions: PanelActions
) -> None:
    started.teammates = False
    before, speed = started.clock.now(), started.speed
    told, _ = await actions.run("skip", {"hours": 2})

    assert started.clock.now() - before >= timedelta(hours=2)
    assert started.speed == speed
    assert told.startswith("2 hours skipped.")
    assert "@raj" in told
    assert started.stage.sandbox.get_user("raj").dm_messages


async def test_deadlines_are_handled_within_seconds_of_when_they_are_due_however_long_the_skip(
    started: DemoSession, actions: PanelActions
) -> None:
    started.teammates = False
    await actions.run("skip", {"hours": 8})
    [case] = (await started.stage.store.cases.find([derive_case_id(FIRST.id)])).values()
    first = next(event for event in case.history if event.what.startswith(AuditAction.REMINDED))

    assert timedelta(minutes=15) <= first.at - case.opened_at < timedelta(minutes=15, seconds=5)


async def test_one_skip_runs_at_a_time_and_nobody_turns_its_clock(actions: PanelActions) -> None:
    passing = asyncio.create_task(actions.run("skip", {"hours": 1}))
    await asyncio.sleep(0)
    for what, asked in (("skip", {"hours": 1}), ("night", {}), ("speed", {"speed": 1})):
        with pytest.raises(InvalidActionError, match="A skip is running"):
            await actions.run(what, asked)

    assert (await passing).did.startswith("1 hour skipped")


async def test_at_4am_the_person_on_call_is_paged_with_a_link_for_their_phone(
    started: DemoSession, actions: PanelActions
) -> None:
    told, person = await actions.run("night", {})
    ben = started.stage.sandbox.get_user("ben")

    assert told.startswith("It is 04:00. A crisis came in, and @ben is paged.")
    assert person == "ben"
    assert f"{started.clock.now():%H:%M}" == "04:00"
    assert started.speed == 1
    assert any("smoke" in one.text for one in ben.dm_messages)


async def test_the_posts_of_the_day_wait_for_the_night_to_be_over() -> None:
    noon = FIRST.copy_with(id="x:2", created_at=FIRST.created_at + timedelta(hours=3))
    opening = [FIRST.copy_with(id=f"x:a{number}") for number in range(OPENING)]
    async with play_day(*opening, noon) as show:
        await start_session(show)
        await show.stage.sandbox.wait_until(lambda: show.remaining == 1)
        before, due = show.clock.now(), show.next_post_at
        await PanelActions(show).run("night", {})

        assert due is not None
        assert show.next_post_at is not None
        assert abs(show.next_post_at - due - (show.clock.now() - before)) < timedelta(minutes=1)
        assert show.remaining == 1


async def test_after_the_night_a_skip_tells_who_was_called_and_who_acknowledged(
    started: DemoSession, actions: PanelActions
) -> None:
    await actions.run("night", {})
    ben = started.stage.sandbox.get_user("ben")
    page = next(one for one in reversed(ben.dm_messages) if "smoke" in one.text)
    await ben.click_button(page, action_ids.ACKNOWLEDGE_HERE)
    told, _ = await actions.run("skip", {"hours": 1})

    assert "The crisis of 04:00:" in told
    assert "@ben acknowledged at 04:0" in told


async def test_a_crisis_that_nobody_answers_is_said_to_have_none(started: DemoSession, actions: PanelActions) -> None:
    started.teammates = False
    await actions.run("night", {})
    told, _ = await actions.run("skip", {"hours": 1})

    assert "@ben, @mia" in told
    assert told.endswith("Nobody has acknowledged it.")
