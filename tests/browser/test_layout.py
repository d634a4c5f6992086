"""At a phone's width, and with text twice as large, everything is reached and nothing lies over it for good."""

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser import chromium
from tests.browser.demo_client import Demo
from tests.browser.panel import Panel
from tests.browser.window import Card, Window

PHONE, DESK = (390, 844), chromium.WINDOW
ORDINARY = "third flight this month and my suitcase is gone AGAIN. two hours at the desk and nobody says anything @northwindair"

LONG = "@northwindair the app charged me twice for seat 14 and nobody can tell me why. awful service"
SHORT = "@northwindair and now my booking is gone too. unacceptable"


@pytest.mark.parametrize(("size", "pixels"), [(PHONE, 16), (DESK, 32), (PHONE, 32)], ids=["phone", "200 %", "both"])
def test_a_case_is_claimed_and_the_panel_opened_and_closed(window: Window, size: chromium.Size, pixels: int) -> None:
    chromium.resize_window(window.driver, size)
    chromium.set_font_size(window.driver, pixels)
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    assert window.find_accessibility_faults() == []
    Panel(window)
    assert _fits(window)
    assert window.find_accessibility_faults() == []
    window.press_keys(Keys.ESCAPE)
    window.wait_until(lambda: not window.find_element("#panel").is_displayed(), "the panel is closed")
    assert window.wait_for_focus("#panel-toggle")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    card.click(action_ids.RESOLVE)
    with window.form("Resolve") as form:
        assert _fits(window)
        assert window.find_accessibility_faults() == []
        form.tick_box("Answered")
        form.submit()
    card.wait_for_button(action_ids.REOPEN)
    window.press("//*[@id='nav-toggle']")
    window.open_channel("pr")
    assert _fits(window)


def test_the_panel_is_beside_the_conversation_on_a_wide_screen(window: Window) -> None:
    window.open()
    Panel(window)
    main, panel = window.find_element("#main").rect, window.find_element("#panel").rect
    assert main["x"] + main["width"] <= panel["x"]
    assert _fits(window)


def test_nothing_moves_where_motion_is_not_wanted(window: Window) -> None:
    window.open()
    moving = "return document.getAnimations().length + [...document.querySelectorAll('*')].filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    assert window.driver.execute_script(moving) == 0


def _fits(window: Window) -> bool:
    """Nothing is to be scrolled sideways."""
    return bool(window.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"))


def test_a_card_is_low_and_has_three_things_to_press(window: Window, demo: Demo) -> None:
    chromium.resize_window(window.driver, (700, 900))
    demo.publish_post(ORDINARY, "kofi")
    window.open()
    card = window.find_card("@kofi")
    card.wait_for_button(action_ids.CLAIM)
    assert card.element.size["height"] <= 160
    assert len(card.element.find_elements(By.CSS_SELECTOR, ".message-body :is(button, a, select)")) == 3
    colours = "return getComputedStyle(arguments[0].querySelector('.attachment')).getPropertyValue('--edge')"
    assert window.driver.execute_script(colours, card.element) == "#d9971e"
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    assert card.element.size["height"] <= 160


def test_a_card_with_the_history_of_its_author_says_it_whole_and_is_as_low(window: Window, demo: Demo) -> None:
    chromium.resize_window(window.driver, (700, 900))
    demo.publish_post(ORDINARY, "kofi")
    window.open()
    card = window.find_card("@kofi")
    card.wait_for_button(action_ids.CLAIM)
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    card.click(action_ids.RESOLVE)
    with window.form("Resolve") as form:
        form.tick_box("Answered")
        form.submit()
    card.wait_for_button(action_ids.REOPEN)
    demo.publish_post("@northwindair thank you for the wonderful crew this morning, so kind to my mother", "kofi")
    for number, text in enumerate((LONG, SHORT), start=3):
        demo.publish_post(text, "kofi")
        card = Card(window, f"(//div[@id='log']//article[contains(., '{text[:40]}')])[last()]")
        card.wait_for_button(action_ids.CLAIM)
        history = rf"{number}(rd|th) contact within a day · 1 answered by @ana on \d+ \w+ · praised once"
        assert re.search(history, card.element.text)
        assert ("@ana has another case of this person" in card.element.text) is (text == SHORT)
        assert card.element.size["height"] <= 160
        card.click(action_ids.CLAIM)
        if text == LONG:  # they were answered just now, and nobody has another case yet
            window.press("//dialog[@open]//button[.='Claim anyway']")
        card.wait_for_button(action_ids.RESOLVE)
        assert re.search(history, card.element.text)
        assert card.element.size["height"] <= 160


def test_a_form_that_was_left_open_does_not_come_back_with_the_page(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    card.choose_in_menu("Why?")
    window.wait_for_text("Why this case?", within="#modal h2")
    window.open("ben")
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    assert not window.find_elements("#modal[open]")
    window.find_card("@marta").choose_in_menu("Why?")
    window.wait_for_text("Why this case?", within="#modal h2")
    window.press_keys(Keys.ESCAPE)


def test_why_is_read_and_corrected_from_the_keyboard(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    card.choose_in_menu("Why?")
    with window.form("Why this case?"):
        window.wait_for_text("Reads as negative", "History", within="#modal")
        assert window.find_accessibility_faults() == []
        window.press("//dialog[@id='modal']//button[normalize-space(.)='Change sentiment…']")
        window.wait_until(lambda: window.find_elements("#modal select"), "the form is on top")
        window.press_keys(Keys.ESCAPE)
        window.wait_for_text("Why this case?", within="#modal h2")
        window.press("//dialog[@id='modal']//button[normalize-space(.)='Spam']")
        window.wait_for_text("Corrected by", within="#modal")
        assert window.find_accessibility_faults() == []
        window.press_keys(Keys.ESCAPE)
    card.wait_for_text("Resolved", "spam")
