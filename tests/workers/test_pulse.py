"""Whether workers step: what the heartbeat hangs on."""

from datetime import UTC, datetime, timedelta

from bot.workers.loop import LATE, Pulse

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def test_a_worker_that_began_and_does_not_step_is_late_and_one_that_never_began_is_not() -> None:
    pulse = Pulse()
    pulse.beat("triage", AT)
    pulse.beat("timers", AT + timedelta(minutes=4))

    assert pulse.late(AT + LATE) == ()
    assert pulse.late(AT + LATE + timedelta(seconds=1)) == ("triage",)
