"""What the panel shows of what happens behind the workspace."""

from datetime import timedelta

from bot.demo.cast import Cast
from bot.demo.clocks import FastClock
from bot.demo.panel import state
from bot.demo.panel.trouble import Trouble
from bot.demo.reading import read
from bot.demo.show import Show, start_of
from bot.demo.staging import set_up
from bot.domain.vigil.troubles import CHECK_INTERVAL, HealthSnapshot, HealthState, check_health
from tests.demo.conftest import FIRST


async def test_what_is_owed_to_operators_who_have_no_channel_is_shown_all_the_same() -> None:
    playbook = read(None, None).playbook
    assert playbook is not None
    clock = FastClock(start_of([FIRST]), 0)
    stuck = HealthSnapshot(last_mentions={}, inbox=timedelta(hours=1))
    async with set_up(playbook, clock) as stage:
        show = Show(stage, clock, [FIRST], Cast(stage.sandbox, stage.workspace, playbook.current))
        suspected = check_health(HealthState(), stuck, clock.now())
        sure = check_health(suspected.after, stuck, clock.now() + CHECK_INTERVAL)
        for decision in (suspected, sure):
            await stage.store.health_state.commit(decision, clock.now())

        told = await state.read(show, Trouble(show))

    assert [row["length"] for row in told["queues"] if row["what"] == "to operators"] == [1]
