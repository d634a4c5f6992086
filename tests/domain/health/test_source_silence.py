"""How long a source is usually silent, and when it is silent unlike itself."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.health.source_silence import (
    MAX_DAYS,
    MIN_SILENCE,
    SILENCE_RATIO,
    SourceActivity,
    detect_silence,
    get_usual_gap,
    record_activity,
)

DAY = 86_400.0
NINE = 20_000 * DAY + 9 * 3600


def build_activity(days: int, every: float) -> SourceActivity:
    """Ten mentions each morning; nobody listens at night."""
    heard = SourceActivity()
    for day in range(days):
        for nth in range(10):
            heard = record_activity(heard, NINE + day * DAY + nth * every, NINE + day * DAY)
    return heard


def test_a_source_with_few_mentions_is_never_silent() -> None:
    assert detect_silence(SourceActivity(), 0.0, NINE) is None
    assert detect_silence(build_activity(2, 180), 0.0, NINE + 30 * DAY) is None


def test_silence_is_four_times_what_is_usual_and_never_below_the_floor() -> None:
    chatty, slow = build_activity(4, 10), build_activity(4, 600)
    assert detect_silence(chatty, 0.0, chatty.last + MIN_SILENCE) is None
    assert detect_silence(chatty, 0.0, chatty.last + MIN_SILENCE + 1) is not None
    assert detect_silence(slow, 0.0, slow.last + SILENCE_RATIO * 600) is None
    found = detect_silence(slow, 0.0, slow.last + SILENCE_RATIO * 600 + 1)
    assert found is not None
    assert found.usual == 600


def test_one_outage_teaches_nothing() -> None:
    heard = build_activity(5, 180)
    after = record_activity(heard, heard.last + 5 * 3600, 0.0)
    again = record_activity(after, NINE + 5 * DAY, NINE + 5 * DAY)
    assert get_usual_gap(again) == 180


def test_what_passed_while_nobody_listened_is_neither_learnt_nor_a_silence() -> None:
    heard = build_activity(4, 180)
    up_since = heard.last + 7200
    assert detect_silence(heard, up_since, up_since + 60) is None
    assert get_usual_gap(record_activity(heard, up_since + 10, up_since)) == get_usual_gap(heard)
    assert detect_silence(heard, up_since, up_since + MIN_SILENCE + 1) is not None


def test_a_night_is_not_held_against_what_is_usual_by_day() -> None:
    heard = build_activity(4, 180)
    night = record_activity(heard, heard.last + 14 * 3600, 0.0)  # half past eleven in the evening
    assert detect_silence(night, 0.0, night.last + 5 * 3600) is None


@given(st.lists(st.floats(1, 200_000), max_size=200), st.floats(0, 300_000))
def test_what_is_kept_is_bounded_and_a_later_look_never_ends_a_silence(gaps: list[float], more: float) -> None:
    heard, at = SourceActivity(), NINE
    for gap in gaps:
        at += gap
        heard = record_activity(heard, at, 0.0)
    assert all(len(days) <= MAX_DAYS for days in heard.longest.values())
    if detect_silence(heard, 0.0, at + 3600) is not None:
        assert detect_silence(heard, 0.0, at + 3600 + more) is not None
