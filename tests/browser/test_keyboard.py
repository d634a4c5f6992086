"""The first story, by somebody who has no mouse."""

from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser.window import Card, Window

STEPS = 80
"""Presses of Tab: more than there are controls on the way."""


def _tabs_to(window: Window, css: str) -> None:
    """Presses Tab until the focus is on it."""
    for _ in range(STEPS):
        if window.wait_for_focus(css):
            return
        window.press_keys(Keys.TAB)
    raise AssertionError(f"{STEPS} presses of Tab lead to no {css}.")


def _holds_the_focus(window: Window, card: Card) -> bool:
    return window.wait_for_focus(f"#{card.id}, #{card.id} *")


def test_a_complaint_is_claimed_and_resolved_with_the_keyboard_alone(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    _tabs_to(window, "#skip")
    window.press_keys(Keys.ENTER)
    _tabs_to(window, f"[data-action={action_ids.CLAIM}]")
    window.press_keys(Keys.ENTER)
    card.wait_for_button(action_ids.RESOLVE)
    assert _holds_the_focus(window, card), "the focus left the card that was redrawn"
    _tabs_to(window, f"[data-action={action_ids.RESOLVE}]")
    window.press_keys(Keys.ENTER)
    with window.form("Resolve"):
        window.wait_until(lambda: window.wait_for_focus("#modal input"), "the first field is reached")
        window.press_keys(Keys.SPACE)
        _tabs_to(window, "#modal [type=submit]")
        window.press_keys(Keys.ENTER)
    card.wait_for_button(action_ids.REOPEN)
    window.wait_until(lambda: _holds_the_focus(window, card), "the form gives the focus back")


def test_escape_closes_the_form_and_gives_the_focus_back_to_its_button(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    card.click(action_ids.RESOLVE)
    with window.form("Resolve"):
        window.press_keys(Keys.ESCAPE)
    window.wait_until(lambda: window.wait_for_focus(f"[data-action={action_ids.RESOLVE}]"), "the button has the focus")
    assert action_ids.RESOLVE in card.actions


def test_what_comes_is_said_to_a_screen_reader(window: Window) -> None:
    window.open()
    window.wait_until(
        lambda: "@marta" in str(window.find_element("#announcer").get_property("textContent")), "the card is announced"
    )
    assert window.find_element("#announcer").get_attribute("aria-live") == "polite"
