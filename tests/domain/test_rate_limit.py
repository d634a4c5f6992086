"""How often one person is called in a night."""

from datetime import UTC, datetime

import pytest

from bot.domain.paging.rate_limit import drop_over_budget, get_night_number
from bot.domain.paging.targets import EscalationTargets


@pytest.mark.parametrize(
    ("spent", "left"),
    [
        ((), ("U0BEN", "U0MIA")),
        (("U0BEN",), ("U0MIA",)),
        (("U0BEN", "U0MIA"), ("U0BEN", "U0MIA")),  # somebody has to
    ],
)
def test_who_was_called_often_enough_is_passed_over_while_anybody_is_left(
    spent: tuple[str, ...], left: tuple[str, ...]
) -> None:
    assert drop_over_budget(EscalationTargets(("U0BEN", "U0MIA")), spent).people == left


def test_a_night_goes_from_noon_to_noon() -> None:
    evening, morning = datetime(2026, 3, 10, 22, tzinfo=UTC), datetime(2026, 3, 11, 11, 59, tzinfo=UTC)
    assert get_night_number(evening, "UTC") == get_night_number(morning, "UTC") == 20260310
    assert get_night_number(datetime(2026, 3, 11, 12, tzinfo=UTC), "UTC") == 20260311


def test_a_night_is_of_the_place_where_somebody_sleeps() -> None:
    early, late = datetime(2026, 3, 10, 13, tzinfo=UTC), datetime(2026, 3, 10, 17, tzinfo=UTC)
    assert get_night_number(early, "America/Los_Angeles") == get_night_number(late, "America/Los_Angeles") == 20260309
    assert get_night_number(early, "Europe/Lisbon") == get_night_number(late, "Europe/Lisbon") == 20260310
