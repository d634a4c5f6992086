"""How fast the page is. The bounds are several times what a person should wait, as the machine of a test has other work;
`pytest -s` shows what was measured.
"""

import asyncio
import functools

import pytest
from selenium import webdriver

from bot.cards import action_ids
from bot.slack_sandbox import posting
from tests.browser.conftest import open_checked_windows
from tests.browser.window import Window
from tests.slack_sandbox.conftest import World
from tests.slack_sandbox.shapes import actions, button, mrkdwn, section

FIRST_CARD, REDRAW, STALL = 1.0, 0.15, 0.05
"""Seconds that a person should wait at most on a machine of their own; a stall is a longer task of the page."""
BUSY = 8
"""How many times as long it may take where everything runs at once on two cores."""
MANY, KEPT = 2_000, 300
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => one.duration / 1000)))
  .observe({type: "longtask", buffered: true});
new MutationObserver(() => {
  if (!window.firstCard && document.querySelector("#log [data-action=case_claim]")) window.firstCard = performance.now() / 1000;
}).observe(document, {childList: true, subtree: true});
"""
CLICK = """
const [control, drawn, done] = [...arguments];
const article = control.closest("article"), start = performance.now();
new MutationObserver((_, watching) => {
  if (!article.querySelector(drawn)) return;
  watching.disconnect();
  done((performance.now() - start) / 1000);
}).observe(article, {childList: true, subtree: true});
control.click();
"""


def _check(what: str, took: float, bound: float) -> None:
    print(f"{what}: {took:.3f} s, where {bound:g} s are meant")  # noqa: T201 - pytest -s shows what was measured
    assert took < bound * BUSY, what


def _watch(window: Window) -> None:
    window.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})


def test_the_first_card_is_there_a_second_after_the_page(window: Window) -> None:
    _watch(window)
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    took = float(window.driver.execute_script("return window.firstCard"))
    _check("first card", took, FIRST_CARD)


def test_a_card_is_redrawn_at_once_after_a_click(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    claim = window.find_element(f"#log [data-action={action_ids.CLAIM}]")
    drawn = f".message-main:not(:has([data-action={action_ids.CLAIM}]))"
    took = float(window.driver.execute_async_script(CLICK, claim, drawn))
    _check("click to redrawn", took, REDRAW)


@pytest.mark.timeout(300)
async def test_a_channel_of_two_thousand_messages_does_not_stall_the_page(
    driver: webdriver.Chrome, world: World
) -> None:
    for number in range(MANY):
        _add_card(world, number)

    def story() -> None:
        with open_checked_windows(driver, world.sandbox.url) as another:
            window = another()
            _watch(window)
            window.open()
            _scroll_up(window, pages=8)
            for number in range(MANY, MANY + 20):
                asyncio.run_coroutine_threadsafe(_post(world, number), loop).result()
            window.press("//*[@id='unseen']")
            window.wait_for_text(f"Post {MANY + 19} of", within="#log")
            assert len(window.find_elements("#log article")) < KEPT
            longest = float(driver.execute_script("return Math.max(0, ...longTasks)"))
            _check("longest task", longest, STALL)

    loop = asyncio.get_running_loop()
    await asyncio.to_thread(story)


def _add_card(world: World, number: int) -> None:
    world.clock.pass_(1)
    words = section(text=mrkdwn(f"Post {number} of a very long day, in which nothing else happened."))
    channel = world.workspace.find_channel("care")
    blocks = [words, actions(button(value=str(number)))]
    posting.add_message(world.workspace, channel, posting.build_app_message(world.workspace, channel, "Post", blocks))


async def _post(world: World, number: int) -> None:
    _add_card(world, number)


def _scroll_up(window: Window, pages: int) -> None:
    for _ in range(pages):
        before = _get_first_id(window)
        window.driver.execute_script("document.getElementById('log').scrollTop = 0")
        window.wait_until(functools.partial(_has_older, window, before), "older ones are read")


def _get_first_id(window: Window) -> str:
    return str(window.find_element("#log article").get_attribute("id"))


def _has_older(window: Window, before: str) -> bool:
    return _get_first_id(window) != before
