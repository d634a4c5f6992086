"""A storm is worked together in the page: five people take ten at a time until all are answered."""

import pytest
from selenium.webdriver.common.by import By

from bot.cards import action_ids
from tests.browser.conftest import TakeScreenshot
from tests.browser.demo_client import Demo
from tests.browser.window import Card, Window

FIVE = ("ana", "raj", "mia", "joe", "lea")
MANY = 300
CARD = "//div[@id='log']//article[contains(., 'Spike · Northwind')]"
TALLEST = 320
"""Pixels of the card, of which 19 are for earlier calls while people are paged."""


@pytest.mark.timeout(300)
def test_five_people_answer_a_storm_of_three_hundred_ten_by_ten(
    window: Window, demo: Demo, take_screenshot: TakeScreenshot
) -> None:
    window.open("mia")
    for newcomer in ("joe", "lea"):
        _deputize(window, newcomer)
    demo.perform_action("storm", many=MANY, about="lost bags")
    card = Card(window, CARD)
    card.wait_for_text(f"0 of {MANY} answered")
    card.wait_for_button(action_ids.TAKE_CASES)
    window.wait_until(lambda: card.element.size["height"] <= TALLEST, f"the card has {TALLEST} px at most")
    take_screenshot(window, "storm")
    for tens in (5, 1):  # *Resolve many…* offers fifty
        for person in FIVE:
            window.switch_user(person)
            _show_card(window)
            _answer(window, card, tens)
    _show_card(window)
    card.wait_for_text(f"All answered · {MANY} cases")
    assert not card.actions & {action_ids.TAKE_CASES, action_ids.RESOLVE_MANY}
    assert window.find_accessibility_faults() == []


def _deputize(window: Window, newcomer: str) -> None:
    window.send_message(f"/earshot deputize @{newcomer} care until Friday")
    window.switch_user(newcomer)
    window.open_channel("Earshot")
    window.press("//div[@id='log']//button[.='Accept']")
    window.wait_for_text("Accepted. You can claim cases of care")
    window.switch_user("mia")
    window.open_channel("care")


def _show_card(window: Window) -> None:
    """It may be above many newer messages."""

    def is_there() -> bool:
        if not window.driver.find_elements(By.XPATH, CARD):
            window.find_element("#log .older button").click()
        return bool(window.driver.find_elements(By.XPATH, CARD))

    window.wait_until(is_there, "the card is read")


def _answer(window: Window, card: Card, tens: int) -> None:
    """First from the card, then from the list of what one has taken."""
    lists = "//article[contains(@class, 'only-you')][contains(., 'You have 10 more')]"
    earlier = len(window.driver.find_elements(By.XPATH, lists))
    card.click(action_ids.TAKE_CASES)
    for ten in range(1, tens + 1):
        button = action_ids.RESOLVE_MANY if ten == tens else action_ids.TAKE_CASES
        window.press(f"({lists})[{earlier + ten}]//*[@data-action='{button}']")
    with window.form("Resolve many") as form:
        boxes = window.find_elements("#modal input[type=checkbox]")
        assert len(boxes) == tens * 10
        for box in boxes:
            box.click()
        form.tick_box("Answered")
        form.submit()
    window.wait_for_text(f"{tens * 10} cases resolved: answered.", within="#log article.only-you")
