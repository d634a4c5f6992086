"""Windows that are closed, opened again, cut off, and open side by side."""

from bot.cards import action_ids
from tests.browser import chromium
from tests.browser.conftest import Opens
from tests.browser.demo import Demo, Theatre
from tests.browser.window import Window


def test_after_a_reload_all_is_as_it_was(window: Window) -> None:
    window.opens()
    card = window.card("@marta")
    card.click(action_ids.CLAIM)
    card.offers(action_ids.RELEASE)
    window.types("I am on it")
    window.sees("I am on it", within="#log")
    before = window.words("#log")
    window.reloads()
    window.sees("I am on it", within="#log")
    assert window.words("#log") == before
    assert window.one("#identity").get_property("value") == "ana"


def test_two_windows_stay_in_step(opens: Opens) -> None:
    hers, his = opens().opens("ana"), opens().opens("raj")
    his.card("@marta").offers(action_ids.CLAIM)
    hers.card("@marta").click(action_ids.CLAIM)
    his.card("@marta").offers(action_ids.RELEASE)
    his.card("@marta").says("@ana")
    hers.types("Can anybody look at the belt?")
    his.sees("Can anybody look at the belt?", within="#log")


def test_a_form_that_is_open_in_one_window_is_not_lost_by_a_change_in_the_other(opens: Opens) -> None:
    hers, his = opens().opens("ana"), opens().opens("raj")
    hers.card("@marta").click(action_ids.CLAIM)
    hers.card("@marta").offers(action_ids.RELEASE)
    hers.card("@marta").click(action_ids.RESOLVE)
    with hers.form("Resolve") as form:
        his.types("Any news of the bag?")
        hers.until(lambda: "Any news" in str(hers.one("#log").get_property("textContent")), "the channel goes on")
        form.ticks("Answered")
        form.submits()
    his.card("@marta").offers(action_ids.REOPEN)


def test_a_window_that_was_cut_off_says_so_and_catches_up(window: Window, demo: Demo, theatre: Theatre) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    chromium.goes_offline(window.driver, offline=True)
    theatre.cuts()
    window.until(lambda: window.one("#connection").is_displayed(), "it says that the connection is lost")
    demo.acts("raj", "says", channel="C0CARE", text="said while she was away")
    chromium.goes_offline(window.driver, offline=False)
    window.sees("said while she was away", within="#log")
    window.until(lambda: not window.one("#connection").is_displayed(), "it says so no more")
    assert len(window.all("#log article")) == 2
    lost = chromium.complaints(window.driver)
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in lost), lost
