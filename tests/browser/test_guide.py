"""The first five minutes: the guide from its first step to its last, and a page that is answered on a phone."""

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser import chromium
from tests.browser.conftest import TakeScreenshot, open_checked_windows
from tests.browser.demo_client import Demo, DemoProcess
from tests.browser.panel import Panel
from tests.browser.test_layout import PHONE
from tests.browser.window import Window

PRESSES = 120


@pytest.fixture
def demo(demo_runner: DemoProcess) -> Iterator[Demo]:
    """As a newcomer starts it: teammates answer."""
    yield demo_runner.start_demo(teammates=True)
    demo_runner.end_demo()


@pytest.fixture
def window(driver: webdriver.Chrome, demo: Demo) -> Iterator[Window]:
    with open_checked_windows(driver, demo.url) as another:
        yield another()


def _tab_to(window: Window, css: str) -> None:
    for _ in range(PRESSES):
        if window.wait_for_focus(css):
            return
        window.press_keys(Keys.TAB)
    raise AssertionError(f"{PRESSES} presses of Tab lead to no {css}.")


def _show_step(window: Window, step: str, control: str) -> None:
    """Press *Show me* of a step with the keyboard; the focus goes to the control."""
    window.driver.execute_script("document.getElementById('guide-title').focus()")
    _tab_to(window, f"#guide [data-step={step}] button")
    window.press_keys(Keys.ENTER)
    window.wait_until(lambda: window.wait_for_focus(control), f"the focus is on {control}")


def _is_done(window: Window, step: str) -> bool:
    return bool(window.find_elements(f"#guide .is-done[data-step={step}]"))


def test_the_guide_leads_from_the_first_step_to_the_last_with_the_keyboard_alone(
    window: Window, take_screenshot: TakeScreenshot
) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    assert window.find_accessibility_faults() == []
    take_screenshot(window, "guide")
    _show_step(window, "claim", f"[data-action={action_ids.CLAIM}]")
    assert not _is_done(window, "claim"), "to be shown is not to do it"
    window.press_keys(Keys.ENTER)
    window.wait_until(lambda: _is_done(window, "claim"), "the first step is ticked")
    _show_step(window, "resolve", f"[data-action={action_ids.RESOLVE}]")
    window.press_keys(Keys.ENTER)
    with window.form("Resolve"):
        window.wait_until(lambda: window.wait_for_focus("#modal input"), "the first field is reached")
        window.press_keys(Keys.SPACE)
        _tab_to(window, "#modal [type=submit]")
        window.press_keys(Keys.ENTER)
    window.wait_until(lambda: _is_done(window, "resolve"), "the second step is ticked")
    _show_step(window, "follow_up", f"[data-action={action_ids.FOLLOW_UP_SATISFIED}]")
    window.press_keys(Keys.ENTER)
    window.wait_until(lambda: _is_done(window, "follow_up"), "the third step is ticked")
    _show_step(window, "report", "#say")
    assert window.find_element("#identity").get_property("value") == "mia"
    window.press_keys(Keys.ENTER)
    window.wait_until(lambda: _is_done(window, "report"), "the fourth step is ticked")
    _show_step(window, "night", "[data-doing=night]")
    window.press_keys(Keys.ENTER)
    window.wait_until(lambda: _is_done(window, "night"), "the last step is ticked")
    window.wait_for_text("All done", within="#guide")
    window.wait_until(lambda: window.find_element("#identity").get_property("value") == "ben", "one is @ben")
    window.wait_until(lambda: window.wait_for_focus("#log article, #log article *"), "the focus is on the page")
    window.wait_for_text("smoke in the cabin", within="#log")
    assert window.find_accessibility_faults() == []


def test_what_a_teammate_does_ticks_nothing(window: Window) -> None:
    window.open("mia")
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    Panel(window).skip_hours(1)
    window.find_card("@marta").wait_for_button(action_ids.REOPEN)
    assert not window.find_elements("#guide .is-done")


def test_the_guide_is_closed_and_stays_so_until_it_is_opened_again(window: Window) -> None:
    window.open()
    window.press("//button[@aria-label='Close the guide']")
    assert window.wait_for_focus("#guide-toggle")
    window.reload()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    assert not window.find_element("#guide").is_displayed()
    window.press("//*[@id='guide-toggle']")
    assert window.find_element("#guide").is_displayed()


def test_at_4am_a_page_is_acknowledged_on_a_phone(window: Window, demo: Demo, take_screenshot: TakeScreenshot) -> None:
    chromium.resize_window(window.driver, PHONE)
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    window.press("//button[@aria-label='Close the guide']")
    Panel(window).skip_to_night()
    window.wait_until(lambda: window.find_element("#identity").get_property("value") == "ben", "one is @ben")
    window.wait_until(lambda: not window.find_element("#panel").is_displayed(), "the panel covers nothing")
    window.wait_for_text("smoke in the cabin", within="#log")
    assert window.find_accessibility_faults() == []
    here, before = window.driver.current_window_handle, {*window.driver.window_handles}
    window.press("//*[@id='guide-phone']//a")
    window.wait_until(lambda: {*window.driver.window_handles} - before, "the phone is there")
    window.driver.switch_to.window(({*window.driver.window_handles} - before).pop())
    phone = Window(window.driver, demo.url, window.driver.current_window_handle)
    chromium.resize_window(window.driver, PHONE)
    phone.wait_until(lambda: phone.find_elements("button"), "it can be answered")
    assert window.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert phone.find_accessibility_faults() == []
    take_screenshot(phone, "phone", PHONE)
    phone.press("(//button)[1]")
    phone.wait_until(lambda: phone.read_text("h1") and not phone.find_elements("button"), "it says so")
    phone.close()
    window.driver.switch_to.window(here)
    window.wait_until(lambda: demo.state["guide"]["phone"]["answered_by"] == "ben", "it is known who answered")
    window.wait_until(lambda: not window.find_element("#guide-phone").is_displayed(), "the phone is put away")
