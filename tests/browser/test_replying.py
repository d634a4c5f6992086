"""Answering in public: three clicks from the card to the filled composer, and nothing that was typed is lost."""

from urllib.parse import parse_qs, urlsplit

from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser.conftest import OpenWindow
from tests.browser.demo_client import Demo
from tests.browser.window import Card, Form, Window

LINK = f"#modal a[data-action='{action_ids.REPLY_OPEN}']"
TEXT = "#modal textarea"


def stay_here(window: Window) -> None:
    """A link is pressed as ever, and leads nowhere: nothing of a story leaves this machine."""
    window.driver.execute_script(
        "document.addEventListener('click', (event) => event.target.closest('a[target]') && event.preventDefault(), true)"
    )


def claim(window: Window) -> Card:
    window.open()
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.REPLY)
    return card


def read_composer(window: Window) -> dict[str, str]:
    parts = urlsplit(str(window.find_element(LINK).get_attribute("href")))
    assert (parts.netloc, parts.path) == ("x.com", "/intent/post")
    return {key: value[0] for key, value in parse_qs(parts.query).items()}


def test_three_clicks_lead_from_the_card_to_the_composer_with_the_reply_in_it(window: Window) -> None:
    card = claim(window)
    stay_here(window)
    card.click(action_ids.REPLY)
    window.wait_for_text("Reply", within="#modal[open] h2")
    assert window.find_accessibility_faults() == []
    Form(window).choose_option("Lost bag")
    window.wait_until(lambda: window.find_elements(LINK), "the composer can be opened")
    assert read_composer(window)["text"] == window.find_element(TEXT).get_property("value")
    assert "characters left" in window.read_text("#modal")
    window.press(f"//dialog[@id='modal']//a[@data-action='{action_ids.REPLY_OPEN}']")
    assert window.find_accessibility_faults() == []
    window.press_keys(Keys.ESCAPE)


def test_a_second_window_sees_that_somebody_is_writing_and_its_form_says_who(open_window: OpenWindow) -> None:
    hers, theirs = open_window().open("ana"), open_window().open("mia")
    hers.find_card("@marta").click(action_ids.CLAIM)
    hers.find_card("@marta").wait_for_button(action_ids.REPLY)
    hers.find_card("@marta").click(action_ids.REPLY)
    with hers.form("Reply"):
        theirs.find_card("@marta").wait_for_text("is writing a reply")
        theirs.find_card("@marta").click(action_ids.REPLY)
        with theirs.form("Reply"):
            theirs.wait_for_text("is writing a reply to this post, too.", within="#modal")
            assert theirs.find_accessibility_faults() == []
            theirs.press_keys(Keys.ESCAPE)
        hers.press_keys(Keys.ESCAPE)
    theirs.wait_until(lambda: "writing" not in theirs.find_card("@marta").words, "the card says so no longer")


def test_who_goes_away_with_the_form_open_is_said_to_write_for_some_minutes_only(
    open_window: OpenWindow, demo: Demo
) -> None:
    hers, theirs = open_window().open("ana"), open_window().open("raj")
    hers.find_card("@marta").click(action_ids.CLAIM)
    hers.find_card("@marta").wait_for_button(action_ids.REPLY)
    hers.find_card("@marta").click(action_ids.REPLY)
    hers.wait_for_text("Reply", within="#modal[open] h2")
    hers.driver.get("about:blank")
    theirs.find_card("@marta").wait_for_text("is writing a reply")
    demo.perform_action("speed", speed=60)
    theirs.wait_until(
        lambda: "Claimed by @ana · due" in (words := theirs.find_card("@marta").words) and "writing" not in words,
        "the clock ends it, and nothing else",
    )
    hers.open("ana")


def test_the_form_counts_and_checks_while_one_types_and_the_cursor_stays_where_it_is(window: Window) -> None:
    card = claim(window)
    card.click(action_ids.REPLY)
    with window.form("Reply"):
        window.find_element(TEXT).send_keys("We are so sorry.")
        window.wait_for_text("264 of 280 characters left.", within="#modal")
        window.press_keys(*[Keys.ARROW_LEFT] * 9, "really ")
        window.wait_for_text("257 of 280 characters left.", within="#modal")
        window.press_keys("and truly ")
        window.wait_for_text("247 of 280 characters left.", within="#modal")
        assert window.find_element(TEXT).get_property("value") == "We are really and truly so sorry."
        window.press_keys(Keys.END, " Here are 900 EUR.")
        window.wait_for_text("900 EUR is more than you can offer", within="#modal")
        assert window.wait_for_focus(TEXT)
        window.press_keys(Keys.ESCAPE)


def test_who_closes_the_form_in_the_middle_of_a_word_finds_it_again_and_is_told_of_no_error(window: Window) -> None:
    card = claim(window)
    card.click(action_ids.REPLY)
    with window.form("Reply"):
        window.find_element(TEXT).send_keys("We look for your ba", Keys.ESCAPE)
    assert window.read_text("#notices") == ""
    card.click(action_ids.REPLY)
    with window.form("Reply"):
        assert window.find_element(TEXT).get_property("value") == "We look for your ba"
        window.wait_for_text("You typed this before you closed the form.", within="#modal")
        assert window.find_accessibility_faults() == []
        window.press_keys(Keys.ESCAPE)


def test_a_form_that_is_closed_with_typed_words_is_told_of_no_error(window: Window) -> None:
    claim(window).click(action_ids.RESOLVE)
    with window.form("Resolve"):
        window.find_element(TEXT).send_keys("They have their ba", Keys.ESCAPE)
    assert window.read_text("#notices") == ""


def test_typed_words_survive_a_saved_reply_and_are_shown_to_copy(window: Window) -> None:
    card = claim(window)
    card.click(action_ids.REPLY)
    with window.form("Reply"):
        window.find_element(TEXT).send_keys("We are so sorry, and sorry again.")
        Form(window).choose_option("Delay")
        window.wait_until(
            lambda: "flight number" in str(window.find_element(TEXT).get_property("value")), "it is put in"
        )
        written = str(window.find_element(TEXT).get_property("value"))
        assert written.startswith("We are so sorry, and sorry again.\n\n")
        window.wait_for_text("This apologizes twice.", within="#modal")
        Form(window).submit()
        window.wait_for_text("Copy & open", within="#modal[open] h2")
        assert read_composer(window)["text"] == written
        assert window.find_accessibility_faults() == []
        window.press_keys(Keys.ESCAPE)
        window.wait_until(lambda: window.find_element(TEXT).get_property("value") == written, "the text is still there")
        window.press_keys(Keys.ESCAPE)


def test_a_reply_to_a_crisis_is_approved_by_a_second_person_and_the_card_says_by_whom(
    open_window: OpenWindow, demo: Demo
) -> None:
    his, hers = open_window().open("ben", "C0PR"), open_window().open("mia", "C0PR")
    demo.publish_post("@northwindair smoke in the cabin of NW331, we had to evacuate, people are hurt", "jo_on_board")
    card = his.find_card("@jo_on_board")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.REPLY)
    card.click(action_ids.REPLY)
    with his.form("Reply"):
        his.wait_for_text("Ask @mia to approve a reply to this kind of post", within="#modal")
        his.find_element(TEXT).send_keys("Everybody is out, and cared for. We tell you more at 10:00.")
        his.press(f"//dialog[@id='modal']//*[@data-action='{action_ids.REPLY_ASK}']")
        his.wait_for_text("Reply waits for @mia. Without an answer by", "it's a no.", within="#modal")
        assert his.find_accessibility_faults() == []
        hers.open_channel("Earshot")
        hers.wait_for_text("@ben asks you to approve the reply", "The reply of @ben:", within="#log")
        hers.press("//div[@id='log']//button[starts-with(normalize-space(.), 'Approve')]")
        hers.wait_for_text("Approved: the reply to the crisis from @jo_on_board. @ben is told.", within="#log")
        his.front()
        his.press_keys(Keys.ESCAPE)
    card.wait_for_text("reply approved by @mia")
    his.open_channel("Earshot")
    his.press("//div[@id='log']//button[starts-with(normalize-space(.), 'Reply…')]")
    with his.form("Reply"):
        his.wait_for_text("Reply approved by @mia.", within="#modal")
        assert his.find_elements(LINK)
        his.press_keys(Keys.ESCAPE)
