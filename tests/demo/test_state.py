"""What the panel shows of what happens behind the workspace."""

from datetime import timedelta

from bot.demo.clocks import FastClock
from bot.demo.panel import state
from bot.demo.panel.fault_injection import FaultInjector
from bot.demo.session import DemoSession, compute_start
from bot.demo.setup import load_demo_inputs, run_demo_app
from bot.demo.simulated_users import SimulatedUsers
from bot.domain.health.issues import CHECK_INTERVAL, HealthSnapshot, HealthState, check_health
from tests.demo.conftest import FIRST


async def test_what_is_pending_for_operators_who_have_no_channel_is_shown_all_the_same() -> None:
    playbook = load_demo_inputs(None, None).playbook
    assert playbook is not None
    clock = FastClock(compute_start([FIRST]), 0)
    stuck = HealthSnapshot(last_mentions={}, inbox=timedelta(hours=1))
    async with run_demo_app(playbook, clock) as stage:
        session = DemoSession(stage, clock, [FIRST], SimulatedUsers(stage.sandbox, playbook.current))
        suspected = check_health(HealthState(), stuck, clock.now())
        sure = check_health(suspected.after, stuck, clock.now() + CHECK_INTERVAL)
        for decision in (suspected, sure):
            await stage.store.health_state.commit(decision, clock.now())

        told = await state.build_panel_state(session, FaultInjector(session))

    assert [row["length"] for row in told["queues"] if row["what"] == "to operators"] == [1]
