"""What can be done from the panel, and the sentence that each answers with."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.panel import sample_posts
from bot.demo.panel.actions import InvalidActionError, PanelActions
from bot.demo.session import DemoSession
from tests.demo.conftest import FIRST

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
        ("night", {"hours": 25}, "from 1 to 24"),
        ("speed", {"speed": 7}, "speeds are"),
        ("fly", {}, "nothing of that name"),
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
    told = await actions.run("say", {"text": LATE, "author": "@kofi", "followers": "7"})
    care = started.stage.workspace.find_channel("care")
    await started.stage.sandbox.wait_until(lambda: any("@kofi" in one.text for one in care.messages))

    assert "it goes to care" in told


async def test_while_the_clock_stands_it_is_said_that_cards_wait_for_it(actions: PanelActions) -> None:
    await actions.run("speed", {"speed": 0})

    assert "The clock stands" in await actions.run("say", {"text": LATE, "author": "kofi"})


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

    assert "well again" in await actions.run("mend", {})
    assert actions.faults.describe_fault() == {"how": "", "left": 0.0}
    assert faults.take_call_fault("chat.postMessage") is None


async def test_a_trouble_is_over_when_its_minutes_are(started: DemoSession, actions: PanelActions) -> None:
    await actions.run("break", {"how": "down", "minutes": 1})
    started.clock.set_speed(600)
    async with asyncio.timeout(60):
        while actions.faults.describe_fault()["how"]:
            await started.clock.sleep(1)

    assert not started.stage.sandbox.faults.down


async def test_a_night_passes_as_many_hours_as_asked_and_says_who_was_told(
    started: DemoSession, actions: PanelActions
) -> None:
    before = started.clock.now()
    told = await actions.run("night", {"hours": 2})
    reminded = started.stage.sandbox.get_user("raj").dm_messages

    assert started.clock.now() - before >= timedelta(hours=2)
    assert started.clock.speed == 10
    assert told.startswith("2 hours passed.")
    assert "@raj" in told
    assert any("@marta" in message.text for message in reminded)


async def test_one_night_passes_at_a_time_and_nobody_turns_its_clock(actions: PanelActions) -> None:
    passing = asyncio.create_task(actions.run("night", {"hours": 1}))
    await asyncio.sleep(0)
    with pytest.raises(InvalidActionError, match="passing already"):
        await actions.run("night", {"hours": 1})
    with pytest.raises(InvalidActionError, match="wait until"):
        await actions.run("speed", {"speed": 1})

    assert "1 hour passed" in await passing


async def test_a_crisis_at_4am_calls_until_somebody_acknowledges(started: DemoSession, actions: PanelActions) -> None:
    passing = asyncio.create_task(actions.run("night", {"hours": 20, "crisis": "on"}))
    pr = started.stage.workspace.find_channel("pr")
    async with asyncio.timeout(60):
        await started.stage.sandbox.wait_until(lambda: any("Acknowledge" in str(one.blocks) for one in pr.messages))
    await started.stage.sandbox.get_user("ben").click_button(pr.messages[-1], "Acknowledge")

    told = await passing
    assert "At 04:00 a crisis:" in told
    assert "@ben acknowledged it at 04:0" in told
    assert "nobody claimed the case, so that people were called again from 04:" in told


async def test_a_crisis_that_nobody_answers_is_said_to_have_none(actions: PanelActions) -> None:
    told = await actions.run("night", {"hours": 1, "crisis": "on"})

    assert "a crisis:" in told
    assert "@ben, @mia" in told
    assert told.endswith("Nobody has acknowledged it.")


async def test_a_second_crisis_an_hour_later_calls_by_itself(actions: PanelActions) -> None:
    await actions.run("night", {"hours": 1, "crisis": "on"})
    told = await actions.run("night", {"hours": 1, "crisis": "on"})

    assert re.search(r"At \d\d:\d\d a crisis: \d+ calls, to @ben", told), told
