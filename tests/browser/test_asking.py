"""What one asks is answered, and the answer agrees with the books."""

import re

from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser.demo import Demo
from tests.browser.window import Window

SAID = (
    ("@northwindair flight 1204 is late again, terrible service, I want my money back", "kofi"),
    ("@northwindair thank you Rosa at gate 12, you were wonderful, best crew ever", "tess"),
    ("I wish @northwindair had a quiet carriage for people who want to sleep", "rui"),
)


def test_the_numbers_of_today_agree_with_the_books(window: Window, demo: Demo) -> None:
    window.opens("mia")
    window.card("@marta").offers(action_ids.CLAIM)
    for text, author in SAID:
        demo.says(text, author)
    window.until(lambda: demo.behind["books"]["opened"] == len(SAID) + 1, "all of them are in the books")
    window.types("/sentiment today")
    books = demo.behind["books"]
    report = "#log article.only-you"
    window.until(lambda: re.search(rf"\b{books['seen']} mentions\b", window.words(report)), "they are as many as seen")
    assert window.shuts_out() == []
    assert books["seen"] == books["opened"] + books["joined"] + books["tallied"] + books["spam"]
    assert books["unaccounted"] == 0


def test_a_slash_lists_what_can_be_asked_and_the_keyboard_chooses_it(window: Window) -> None:
    window.opens("mia")
    field = window.one("#say")
    field.send_keys("/")
    window.sees("/sentiment", within="#commands")
    assert field.get_attribute("aria-expanded") == "true"
    assert window.shuts_out() == []
    field.send_keys(Keys.ENTER)
    assert field.get_property("value") == "/sentiment "
    field.send_keys(Keys.ESCAPE)
    window.until(lambda: not window.one("#commands").is_displayed(), "the list is closed")


def test_the_home_tab_shows_the_case_one_has_and_the_form_opens_from_there(window: Window) -> None:
    window.opens()
    card = window.card("@marta")
    card.click(action_ids.CLAIM)
    card.offers(action_ids.RELEASE)
    window.goes("Earshot Home")
    window.sees("@marta", within="#home")
    assert window.shuts_out() == []


def test_a_message_of_anybody_is_flagged_from_its_menu(window: Window) -> None:
    window.opens("joe")
    window.card("@marta").offers(action_ids.CLAIM)
    window.types("Somebody on the forum says the app shows the wrong gate")
    mine = "(//div[@id='log']//article[contains(., 'wrong gate')])[last()]"
    window.press(f"{mine}//button[@aria-label='More actions']")
    assert window.shuts_out() == []
    window.press("//*[@role='menuitem'][contains(., 'Flag')]")
    window.until(lambda: window.all("#modal[open]"), "a form is open")
    assert window.shuts_out() == []
    window.keys(Keys.ESCAPE)
    window.until(lambda: not window.all("#modal[open]"), "the form is closed")


def test_a_thread_is_answered_beside_its_channel(window: Window) -> None:
    window.opens()
    card = window.card("@marta")
    card.offers(action_ids.CLAIM)
    window.press(f"//article[@id='{card.id}']//button[@aria-label='Reply in thread']")
    window.one("#thread input").send_keys("I know her, I call her", Keys.ENTER)
    window.sees("I know her, I call her", within="#thread [role=log]")
    window.sees("1 reply", within="#log")
    assert window.shuts_out() == []
    window.keys(Keys.ESCAPE)
    window.until(lambda: not window.one("#thread").is_displayed(), "the thread is closed")


def test_what_comes_elsewhere_is_counted_beside_its_channel_until_one_goes_there(window: Window, demo: Demo) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    demo.says("I wish @northwindair had a quiet carriage for people who want to sleep", "rui")
    window.sees("research", "1", within="#nav a.has-unread")
    assert window.shuts_out() == []
    window.goes("research")
    window.card("@rui").offers(action_ids.CLAIM)
    window.until(lambda: not window.all("#nav a.has-unread"), "nothing is unread")
