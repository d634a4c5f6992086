"""A manager makes a colleague a deputy, who accepts the policy and claims."""

from bot.cards import action_ids
from tests.browser.window import Window


def test_a_manager_makes_a_deputy_who_accepts_and_claims(window: Window) -> None:
    window.open("mia")
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    window.send_message("/earshot help")
    window.wait_for_text("/earshot deputize @ana care until Friday", within="#log article.only-you")
    window.send_message("/earshot deputize @joe care until Friday")
    window.wait_for_text("is a deputy of care until", "Undo")
    assert window.find_accessibility_faults() == []

    window.switch_user("joe")
    window.open_channel("Earshot")
    window.wait_for_text("made you a deputy of care", "You can offer")
    assert window.find_accessibility_faults() == []
    window.press("//div[@id='log']//button[.='Accept']")
    window.wait_for_text("Accepted. You can claim cases of care")
    window.open_channel("care")
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.wait_for_text("@joe")
