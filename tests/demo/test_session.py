from datetime import timedelta

from bot.demo.panel import state
from bot.demo.panel.actions import PanelActions
from bot.demo.session import DemoSession


async def test_until_somebody_looks_the_day_stands_still(session: DemoSession) -> None:
    await session.stage.sandbox.deliveries.retry_due_events()

    assert session.clock.speed == 0
    assert session.remaining == 1
    assert not session.stage.workspace.find_channel("care").messages


async def test_what_is_behind_is_told_as_it_is(started: DemoSession, actions: PanelActions) -> None:
    told = await state.build_panel_state(started, actions.faults)

    assert told["day"]["left"] == 0
    assert told["books"]["seen"] == told["books"]["opened"] == 1
    assert told["books"]["unaccounted"] == 0
    [heard] = told["assessments"]
    assert (heard["who"], heard["to"], heard["sentiment"]) == ("@marta", "care", "negative")
    assert heard["because"]
    assert {one["department"] for one in told["on_call"]} >= {"care", "pr"}
    assert any(one["used"] and one["method"] == "chat.postMessage" for one in told["limits"])


async def test_what_is_pending_for_slack_is_named_by_its_channel_and_grows_old(
    started: DemoSession, actions: PanelActions
) -> None:
    await actions.run("break", {"how": "down", "minutes": 240})
    await actions.run("say", {"text": "@northwindair late again, terrible service, my money back", "author": "kofi"})
    store = started.stage.store
    await started.stage.sandbox.wait_until(lambda: started.heard[0].mention.display_name == "@kofi")
    while not await store.outbox.list_queues(1):
        await started.clock.sleep(1)
    then = started.clock.now()
    await started.clock.sleep(5)
    told = await state.build_panel_state(started, actions.faults)

    [owed] = [row for row in told["queues"] if row["worker"] == "delivery"]
    assert owed["what"] == "to #care"
    assert owed["age"] >= (started.clock.now() - then - timedelta(seconds=5)).total_seconds()
    assert told["trouble"]["how"] == "is down"
