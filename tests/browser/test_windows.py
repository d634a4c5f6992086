"""Windows that are closed, opened again, cut off, and open side by side."""

import re

from bot.cards import action_ids
from tests.browser import chromium
from tests.browser.conftest import OpenWindow
from tests.browser.demo_client import Demo, DemoProcess
from tests.browser.window import Window

AGES = re.compile(r"just now|\d+ (?:min|h|d) ago")


def _read_log(window: Window) -> str:
    """Return the words of the channel, without the ages of posts, which go on."""
    return AGES.sub("", window.read_text("#log"))


def test_after_a_reload_all_is_as_it_was(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    window.send_message("I am on it")
    window.wait_for_text("I am on it", within="#log")
    before = _read_log(window)
    window.reload()
    window.wait_for_text("I am on it", within="#log")
    assert _read_log(window) == before
    assert window.find_element("#identity").get_property("value") == "ana"


def test_two_windows_stay_in_step(open_window: OpenWindow) -> None:
    hers, his = open_window().open("ana"), open_window().open("raj")
    his.find_card("@marta").wait_for_button(action_ids.CLAIM)
    hers.find_card("@marta").click(action_ids.CLAIM)
    his.find_card("@marta").wait_for_button(action_ids.RESOLVE)
    his.find_card("@marta").wait_for_text("@ana")
    hers.send_message("Can anybody look at the belt?")
    his.wait_for_text("Can anybody look at the belt?", within="#log")


def test_a_form_that_is_open_in_one_window_is_not_lost_by_a_change_in_the_other(open_window: OpenWindow) -> None:
    hers, his = open_window().open("ana"), open_window().open("raj")
    hers.find_card("@marta").click(action_ids.CLAIM)
    hers.find_card("@marta").wait_for_button(action_ids.RESOLVE)
    hers.find_card("@marta").click(action_ids.RESOLVE)
    with hers.form("Resolve") as form:
        his.send_message("Any news of the bag?")
        hers.wait_until(
            lambda: "Any news" in str(hers.find_element("#log").get_property("textContent")), "the channel goes on"
        )
        form.tick_box("Answered")
        form.submit()
    his.find_card("@marta").wait_for_button(action_ids.REOPEN)


def test_a_window_that_was_cut_off_says_so_and_catches_up(window: Window, demo: Demo, demo_runner: DemoProcess) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    chromium.set_offline(window.driver, offline=True)
    demo_runner.drop_streams()
    window.wait_until(lambda: window.find_element("#connection").is_displayed(), "it says that the connection is lost")
    demo.act_as("raj", "says", channel="C0CARE", text="said while she was away")
    chromium.set_offline(window.driver, offline=False)
    window.wait_for_text("said while she was away", within="#log")
    window.wait_until(lambda: not window.find_element("#connection").is_displayed(), "it says so no more")
    shown = [one.text for one in window.find_elements("#log article")]
    assert sum("said while she was away" in one for one in shown) == 1
    assert len(set(shown)) == len(shown), "nothing is there twice"
    lost = chromium.read_console_errors(window.driver)
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in lost), lost
