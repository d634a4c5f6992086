"""What one asks is answered, and the answer agrees with the counters."""

import re

from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser.demo_client import Demo
from tests.browser.window import Window

SAID = (
    ("@northwindair flight 1204 is late again, terrible service, I want my money back", "kofi"),
    ("@northwindair thank you Rosa at gate 12, you were wonderful, best crew ever", "tess"),
    ("I wish @northwindair had a quiet carriage for people who want to sleep", "rui"),
)


def test_the_numbers_of_today_agree_with_the_counters(window: Window, demo: Demo) -> None:
    window.open("mia")
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    for text, author in SAID:
        demo.publish_post(text, author)
    window.wait_until(lambda: demo.state["books"]["opened"] == len(SAID) + 1, "all of them are in the books")
    window.send_message("/sentiment today")
    books = demo.state["books"]
    report = "#log article.only-you"
    window.wait_until(
        lambda: re.search(rf"\b{books['seen']} mentions\b", window.read_text(report)), "they are as many as seen"
    )
    assert window.find_accessibility_faults() == []
    assert books["seen"] == books["opened"] + books["joined"] + books["tallied"] + books["spam"]
    assert books["unaccounted"] == 0


def test_a_slash_lists_what_can_be_asked_and_the_keyboard_chooses_it(window: Window) -> None:
    window.open("mia")
    field = window.find_element("#say")
    field.send_keys("/")
    window.wait_for_text("/sentiment", within="#commands")
    assert field.get_attribute("aria-expanded") == "true"
    assert window.find_accessibility_faults() == []
    field.send_keys(Keys.ENTER)
    assert field.get_property("value") == "/sentiment "
    field.send_keys(Keys.ESCAPE)
    window.wait_until(lambda: not window.find_element("#commands").is_displayed(), "the list is closed")


def test_the_home_tab_shows_the_case_one_has_and_the_form_opens_from_there(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    window.open_channel("Earshot Home")
    window.wait_for_text("@marta", within="#home")
    assert window.find_accessibility_faults() == []


def test_a_case_is_claimed_on_the_home_tab_and_the_outcome_is_where_one_clicked(window: Window) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    window.open_channel("Earshot Home")
    window.wait_for_text("Team queues", "@marta", within="#home")
    assert window.find_accessibility_faults() == []
    window.press("//*[@id='home']//button[.='Claim']")
    window.wait_for_text("You claimed the complaint from @marta", "Assigned to me · 1", within="#home")
    assert window.find_accessibility_faults() == []
    window.press("//*[@id='home']//button[.='View']")
    window.wait_for_text("Claimed by @ana", within="#modal")
    assert window.find_accessibility_faults() == []
    window.press_keys(Keys.ESCAPE)


def test_a_message_of_anybody_is_flagged_from_its_menu(window: Window) -> None:
    window.open("joe")
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    window.send_message("Somebody on the forum says the app shows the wrong gate")
    mine = "(//div[@id='log']//article[contains(., 'wrong gate')])[last()]"
    window.press(f"{mine}//button[@aria-label='More actions']")
    assert window.find_accessibility_faults() == []
    window.press("//*[@role='menuitem'][contains(., 'Flag')]")
    window.wait_until(lambda: window.find_elements("#modal[open]"), "a form is open")
    assert window.find_accessibility_faults() == []
    window.press_keys(Keys.ESCAPE)
    window.wait_until(lambda: not window.find_elements("#modal[open]"), "the form is closed")


def test_a_thread_is_answered_beside_its_channel(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    window.press(f"//article[@id='{card.id}']//button[@aria-label='Reply in thread']")
    window.find_element("#thread input").send_keys("I know her, I call her", Keys.ENTER)
    window.wait_for_text("I know her, I call her", within="#thread [role=log]")
    window.wait_for_text("1 reply", within="#log")
    assert window.find_accessibility_faults() == []
    window.press_keys(Keys.ESCAPE)
    window.wait_until(lambda: not window.find_element("#thread").is_displayed(), "the thread is closed")


def test_what_comes_elsewhere_is_counted_beside_its_channel_until_one_goes_there(window: Window, demo: Demo) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    demo.publish_post("I wish @northwindair had a quiet carriage for people who want to sleep", "rui")
    window.wait_for_text("research", "1", within="#nav a.has-unread")
    assert window.find_accessibility_faults() == []
    window.open_channel("research")
    window.find_card("@rui").wait_for_button(action_ids.CLAIM)
    window.wait_until(lambda: not window.find_elements("#nav a.has-unread"), "nothing is unread")
