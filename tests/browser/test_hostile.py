"""Strangers' words are words: they ping nobody, run nothing, and break no card."""

import pytest

from bot.cards import action_ids
from tests.browser.demo import Demo
from tests.browser.window import Window

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


def test_whatever_strangers_say_is_shown_and_runs_pings_and_breaks_nothing(window: Window, demo: Demo) -> None:
    window.opens("mia")
    window.card("@marta").offers(action_ids.CLAIM)
    for name, words in HOSTILE.items():
        demo.says(AWFUL + words, f"mallory_{name}")
    for name in HOSTILE:
        window.card(f"@mallory_{name}").offers(action_ids.CLAIM)
        window.card(f"@mallory_{name}").says("I want my money back")

    assert not window.driver.execute_script("return window.owned")
    assert not window.all("#log :is(script, svg, iframe, img, [onerror], [onload], a[href^='javascript'])")
    assert not window.all("#log .mention")
    window.card("@mallory_script").says(SCRIPT)
    window.card("@mallory_pings").says("<!channel>")


@pytest.mark.parametrize("name", ["script", "backwards"])
def test_a_case_of_hostile_words_is_claimed_like_any_other(window: Window, demo: Demo, name: str) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    demo.says(AWFUL + HOSTILE[name], "mallory")
    card = window.card("@mallory")
    card.click(action_ids.CLAIM)
    card.offers(action_ids.RELEASE)
