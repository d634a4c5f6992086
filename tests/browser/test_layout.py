"""At a phone's width, and with text twice as large, everything is reached and nothing lies over it for good."""

import pytest
from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser import chromium
from tests.browser.panel import Panel
from tests.browser.window import Window

PHONE, DESK = (390, 844), chromium.WINDOW


@pytest.mark.parametrize(("size", "pixels"), [(PHONE, 16), (DESK, 32), (PHONE, 32)], ids=["phone", "200 %", "both"])
def test_a_case_is_claimed_and_the_panel_opened_and_closed(window: Window, size: chromium.Size, pixels: int) -> None:
    chromium.measures(window.driver, size)
    chromium.enlarges_text(window.driver, pixels)
    window.opens()
    card = window.card("@marta")
    card.offers(action_ids.CLAIM)
    assert window.shuts_out() == []
    Panel(window)
    assert _fits(window)
    assert window.shuts_out() == []
    window.keys(Keys.ESCAPE)
    window.until(lambda: not window.one("#panel").is_displayed(), "the panel is closed")
    assert window.holds_the_focus("#panel-toggle")
    card.click(action_ids.CLAIM)
    card.offers(action_ids.RELEASE)
    card.click(action_ids.RESOLVE)
    with window.form("Resolve") as form:
        assert _fits(window)
        assert window.shuts_out() == []
        form.ticks("Answered")
        form.submits()
    card.offers(action_ids.REOPEN)
    window.press("//*[@id='nav-toggle']")
    window.goes("pr")
    assert _fits(window)


def test_the_panel_stands_beside_the_conversation_at_a_desk(window: Window) -> None:
    window.opens()
    Panel(window)
    main, panel = window.one("#main").rect, window.one("#panel").rect
    assert main["x"] + main["width"] <= panel["x"]
    assert _fits(window)


def test_nothing_moves_where_motion_is_not_wanted(window: Window) -> None:
    window.opens()
    moving = "return document.getAnimations().length + [...document.querySelectorAll('*')].filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    assert window.driver.execute_script(moving) == 0


def _fits(window: Window) -> bool:
    """Nothing is to be scrolled sideways."""
    return bool(window.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"))
