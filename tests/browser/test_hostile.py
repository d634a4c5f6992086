"""Strangers' words are words: they ping nobody, run nothing, and break no card."""

from functools import partial

import pytest
from selenium.webdriver.common.by import By

from bot.cards import action_ids
from tests.browser.demo_client import Demo
from tests.browser.window import Card, Window

AWFUL = "@northwindair terrible service, I want my money back: "
PINGS = "<!channel> <!here> <@U0MIA> <!subteam^S0CARE> @channel"
SCRIPT = "<script>window.owned = true</script>"
HOSTILE = {
    "script": SCRIPT,
    "handler": "<img src=x onerror=\"window.owned = true\"><svg onload='window.owned = true'>",
    "address": "<a href='javascript:window.owned = true'>refund</a> [refund](javascript:window.owned=true)",
    "backwards": "\u202e\u2067gnp.exe\u2069 \u0645\u0631\u062d\u0628\u0627 \u200f\u202d",
    "combining": "Z" + "\u0336\u0489\u0310" * 60 + "algo",
    "markup": "*bold* _it_ ~no~ `code` ```block``` &lt;b&gt; &amp;amp; \\x00",
    "pings": PINGS,
}


def _is_without(card: Card, css: str) -> bool:
    return not card.element.find_elements(By.CSS_SELECTOR, css)


def test_whatever_strangers_say_is_shown_and_runs_pings_and_breaks_nothing(window: Window, demo: Demo) -> None:
    window.open("mia")
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    for name, words in HOSTILE.items():
        demo.publish_post(AWFUL + words, f"mallory_{name}")
    for name in HOSTILE:
        card = window.find_card(f"@mallory_{name}")
        card.wait_for_button(action_ids.CLAIM)
        card.wait_for_text("I want my money back")
        window.wait_until(partial(_is_without, card, ".mention"), f"{name} names nobody of ours")

    assert not window.driver.execute_script("return window.owned")
    assert not window.find_elements("#log :is(script, svg, iframe, img, [onerror], [onload], a[href^='javascript'])")
    window.find_card("@mallory_script").wait_for_text(SCRIPT)
    window.find_card("@mallory_pings").wait_for_text("<!channel>")


@pytest.mark.parametrize("name", ["script", "backwards"])
def test_a_case_of_hostile_words_is_claimed_like_any_other(window: Window, demo: Demo, name: str) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    demo.publish_post(AWFUL + HOSTILE[name], "mallory")
    card = window.find_card("@mallory")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
