"""The address of a calendar: what it says is ours, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.oncall.calendar_link import CalendarLink, sign_calendar_link, verify_calendar_link

SECRET = b"s" * 32


@given(st.text(min_size=1), st.integers(0, 10**6))
def test_what_was_signed_is_read_whatever_the_name(whose: str, serial: int) -> None:
    written = (
        sign_calendar_link(SECRET, CalendarLink(whose, serial))
        if whose.encode("utf-8", "ignore").decode() == whose
        else ""
    )

    assert not written or verify_calendar_link(SECRET, written) == CalendarLink(whose, serial)


def test_an_address_can_stand_in_a_url() -> None:
    assert set(sign_calendar_link(SECRET, CalendarLink("Care nights / été?", 3))) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    )


@pytest.mark.parametrize("written", ["", ".", "x", "é.é", "MC5VMEFOQQ", "MC5VMEFOQQ.", "MC5VMEFOQQ.AAAA"])
def test_what_we_did_not_sign_is_nothing(written: str) -> None:
    assert verify_calendar_link(SECRET, written) is None


@given(st.data())
def test_one_letter_changed_is_nothing(data: st.DataObject) -> None:
    written = sign_calendar_link(SECRET, CalendarLink("U0ANA", 0))
    place = data.draw(st.integers(0, len(written) - 1))
    letter = data.draw(st.sampled_from("aAbB01-_.").filter(lambda one: one != written[place]))
    found = verify_calendar_link(SECRET, written[:place] + letter + written[place + 1 :])

    assert found is None
    assert verify_calendar_link(b"t" * 32, written) is None
