"""How often one person is called in a night."""

from datetime import UTC, datetime

import pytest

from bot.domain.pages.budget import night_of, spared
from bot.domain.pages.line import Line


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
    assert spared(Line(("U0BEN", "U0MIA")), spent).people == left


def test_a_night_goes_from_noon_to_noon() -> None:
    evening, morning = datetime(2026, 3, 10, 22, tzinfo=UTC), datetime(2026, 3, 11, 11, 59, tzinfo=UTC)
    assert night_of(evening, "UTC") == night_of(morning, "UTC") == 20260310
    assert night_of(datetime(2026, 3, 11, 12, tzinfo=UTC), "UTC") == 20260311


def test_a_night_is_of_the_place_where_somebody_sleeps() -> None:
    early, late = datetime(2026, 3, 10, 13, tzinfo=UTC), datetime(2026, 3, 10, 17, tzinfo=UTC)
    assert night_of(early, "America/Los_Angeles") == night_of(late, "America/Los_Angeles") == 20260309
    assert night_of(early, "Europe/Lisbon") == night_of(late, "Europe/Lisbon") == 20260310
