"""Whether workers step: what the heartbeat hangs on."""

from datetime import UTC, datetime, timedelta

from bot.workers.runner import STALLED_AFTER, Liveness

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def test_a_worker_that_began_and_does_not_step_is_late_and_one_that_never_began_is_not() -> None:
    pulse = Liveness()
    pulse.record_step("triage", AT)
    pulse.record_step("timers", AT + timedelta(minutes=4))

    assert pulse.list_stalled(AT + STALLED_AFTER) == ()
    assert pulse.list_stalled(AT + STALLED_AFTER + timedelta(seconds=1)) == ("triage",)
