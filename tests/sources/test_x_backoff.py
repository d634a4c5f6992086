from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.sources.x_backoff import DENIED, Backoff, compute_backoff
from bot.sources.x_errors import XApiError
from tests.sources.source_fakes import NOON, InstantClock

faults = some.builds(
    XApiError,
    some.just("no"),
    some.sampled_from([0, 401, 403, 429, 500, 503]),
    some.none() | some.timedeltas(timedelta(days=-9), timedelta(days=9)).map(lambda span: NOON + span),
)


@given(faults, some.integers(0, 10_000), some.floats(0, 1))
def test_a_pause_is_never_nothing_and_never_more_than_an_hour(fault: XApiError, tries: int, chance: float) -> None:
    assert 0.5 <= compute_backoff(fault, tries, chance, NOON) <= 3601


@pytest.mark.parametrize(("status", "longest"), [(503, 320), (0, 30)])
def test_pauses_double_up_to_a_bound(status: int, longest: float) -> None:
    pauses = [compute_backoff(XApiError("no", status), tries, 1.0, NOON) for tries in range(12)]
    assert (pauses[:5], pauses[-1]) == ([1, 2, 4, 8, 16], longest)


def test_chance_keeps_two_of_us_apart() -> None:
    fault = XApiError("no", 503)
    assert (
        compute_backoff(fault, 4, 0.0, NOON)
        < compute_backoff(fault, 4, 0.5, NOON)
        < compute_backoff(fault, 4, 1.0, NOON)
    )


def test_what_a_person_must_mend_is_asked_for_rarely() -> None:
    assert compute_backoff(XApiError("no", 401), 0, 1.0, NOON) == DENIED


async def test_a_connection_that_lasted_begins_a_new_row_of_tries() -> None:
    clock = InstantClock()
    pace = Backoff(clock, lambda: 1.0)
    for lasted in (0, 0, 0, 120, 0):
        await pace.wait_turn()
        clock.time += timedelta(seconds=lasted)
        await pace.wait_retry(XApiError("closed"))
    assert clock.slept == [1, 2, 4, 1, 2]
