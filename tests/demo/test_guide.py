"""The guide leads to the follow-up that comes due, and ticks it once a person has answered it."""

from bot.cards import action_ids
from bot.demo.history import backfill_history
from bot.demo.panel.guide import SKIP_BUTTON, GuideProgress, GuideStep
from bot.demo.session import DemoSession
from tests.demo.conftest import FIRST, play_day, start_session


async def find_step(guide: GuideProgress) -> tuple[GuideStep, bool]:
    steps = (await guide.build_guide(None))["steps"]
    [step] = [one for one in steps if one["key"] == "follow_up"]
    return GuideStep(**{name: step[name] for name in GuideStep._fields}), step["done"]


async def test_the_guide_leads_to_who_is_asked_to_follow_up_and_ticks_what_they_answer() -> None:
    async with play_day(FIRST) as session:
        guide = GuideProgress(session)
        assert (await find_step(guide))[0].focus == SKIP_BUTTON
        await backfill_history(session.stage.store, session.stage.app.rules, session.clock.now())
        await start_session(session)
        person = await wait_for_message(session, guide)
        user = session.stage.sandbox.get_user(person)
        [message] = [one for one in user.dm_messages if "Follow-up: is" in one.text]
        step, is_done = await find_step(guide)
        assert not is_done
        assert (step.place, step.focus) == (
            message.channel,
            f'#m-{message.channel}-{message.ts.replace(".", "-")} [data-action="{action_ids.FOLLOW_UP_SATISFIED}"]',
        )
        await user.click_button(message, "Satisfied")
        await session.stage.sandbox.wait_until(lambda: "✅ Satisfied" in user.dm_messages[0].text, within=3)
        assert (await find_step(guide))[1]


async def wait_for_message(session: DemoSession, guide: GuideProgress) -> str:
    for _ in range(2_000):
        step, _ = await find_step(guide)
        if step.person:
            return step.person
        await session.stage.sandbox.wait_until(lambda: True, within=1)
    raise AssertionError(step)
