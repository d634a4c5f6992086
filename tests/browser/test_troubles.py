"""A storm, a Slack that is broken, and a skip: started by the controls, and seen in the workspace."""

import pytest

from bot.cards import action_ids
from tests.browser.conftest import TakeScreenshot
from tests.browser.demo_client import Demo
from tests.browser.panel import Panel
from tests.browser.window import Window

STORM = 120
"""More than Slack takes of single cards in a minute, on a machine however slow."""
AUTHORS = ("kofi", "tess", "rui")
LATE = "@northwindair flight {} is late again, terrible service, I want my money back, seat {}"
COVERED = """
const notice = document.querySelector(".notice").getBoundingClientRect();
const controls = [...document.querySelectorAll("button, a, input, select, summary")].filter((one) => !one.closest(".notice"));
const shown = controls.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height);
return shown.filter((one) => {
  const [at, view] = [one.getBoundingClientRect(), one.closest("#log, .panel-body")?.getBoundingClientRect()];
  const [top, bottom] = [Math.max(at.top, view?.top ?? 0), Math.min(at.bottom, view?.bottom ?? innerHeight)];
  return top < bottom && top < notice.bottom && notice.top < bottom && at.left < notice.right && notice.left < at.right;
}).map((one) => one.outerHTML);
"""
"""The controls that a notice lies over."""
CLAIMS = f"#log [data-action={action_ids.CLAIM_IN_DIGEST}]"


def test_a_storm_becomes_a_list_on_which_another_case_follows_each_that_is_claimed(
    window: Window, demo: Demo, take_screenshot: TakeScreenshot
) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    panel = Panel(window)
    panel.submit_form("storm", many=str(STORM), about="lost bags")
    panel.answers(f"{STORM} posts about lost bags")
    window.wait_until(
        lambda: window.find_elements(f"#log [data-action={action_ids.CLAIM_IN_DIGEST}]"), "a list has come"
    )
    take_screenshot(window, "storm")
    window.wait_until(lambda: demo.state["books"]["seen"] == STORM + 1, "all of it is heard")
    window.wait_until(lambda: demo.state["books"]["waiting"] == 0, "all of it is assessed")
    window.wait_until(lambda: demo.find_queue("#care") is None, "nothing is owed to the channel any more")
    books = demo.state["books"]
    assert books["unaccounted"] == 0
    waiting = books["opened"] - 1  # @marta has a card
    window.wait_for_text(f"{waiting} unclaimed", within="#log")
    assert len(window.find_elements(CLAIMS)) == 20, "the others take their place"

    window.press(f"(//div[@id='log']//button[@data-action='{action_ids.CLAIM_IN_DIGEST}'])[last()]")
    window.wait_for_text(f"{waiting - 1} unclaimed", within="#log")
    window.wait_until(lambda: len(window.find_elements(CLAIMS)) == 20, "another one has taken its place")


def test_while_slack_is_down_its_queue_grows_old_and_afterwards_nothing_is_missing(window: Window, demo: Demo) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    panel = Panel(window)
    panel.submit_form("break", how="down", minutes="240")
    panel.answers("Slack is down")
    for number, author in enumerate(AUTHORS):
        demo.publish_post(LATE.format(1200 + number, number), author)
    window.wait_until(lambda: (demo.find_queue("#care") or {"age": 0})["age"] > 5, "the queue has an age")
    panel.open_hood()
    window.wait_for_text("to #care", within="#panel-state")
    assert window.find_accessibility_faults() == []
    assert not [one for one in AUTHORS if f"@{one}" in window.read_text("#log")]
    window.find_card("@marta").click(action_ids.CLAIM)
    window.wait_for_text("Slack is down", within="#notices")
    panel.clear_faults()
    _nothing_is_missing(window, demo)
    _nothing_is_there_twice(window)


@pytest.mark.parametrize("how", ["limited", "slow", "dropped"])
def test_after_whatever_trouble_nothing_is_missing(window: Window, demo: Demo, how: str) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    panel = Panel(window)
    panel.submit_form("break", how=how, minutes="1")
    window.wait_until(lambda: demo.state["trouble"]["how"], "Slack is broken")
    for number, author in enumerate(AUTHORS):
        demo.publish_post(LATE.format(1200 + number, number), author)
    window.wait_until(lambda: demo.state["books"]["opened"] == len(AUTHORS) + 1, "they are in the books")
    window.wait_until(lambda: not demo.state["trouble"]["how"], "the minute is over")
    _nothing_is_missing(window, demo)
    if how != "dropped":  # then a card may be there twice: nobody knows what became of the first
        _nothing_is_there_twice(window)


def _nothing_is_missing(window: Window, demo: Demo) -> None:
    for author in AUTHORS:
        window.find_card(f"@{author}").wait_for_button(action_ids.CLAIM)
    window.wait_until(lambda: demo.find_queue("#care") is None, "nothing is owed any more")


def _nothing_is_there_twice(window: Window) -> None:
    assert len(window.find_elements(f"#log [data-action={action_ids.CLAIM}]")) == len(AUTHORS) + 1


def test_after_a_skip_it_is_said_who_was_reminded_and_they_see_it(window: Window) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    panel = Panel(window)
    panel.skip_hours(2)
    panel.answers("2 hours skipped", "@raj")
    assert window.find_accessibility_faults() == []
    window.switch_user("raj")
    window.open_channel("Earshot")
    window.wait_until(lambda: window.find_elements("#log article"), "a message is there")


def test_what_the_public_is_made_to_say_is_received_and_answered_with_how_it_was_triaged(window: Window) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    panel = Panel(window)
    panel.submit_form("say", text="@northwindair our bags are still in Porto, this is a disgrace", author="@kofi")
    panel.answers("Complaint, negative. Sent to care")
    window.find_card("@kofi").wait_for_button(action_ids.CLAIM)
    panel.open_hood()
    window.wait_for_text("@kofi", "disgrace", within="#panel-state")
    panel.submit_form("say", text="", author="@kofi")
    panel.answers("The post is empty")


def test_teammates_claim_what_nobody_took_and_resolve_it(window: Window) -> None:
    window.open("mia")
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    panel = Panel(window)
    panel.toggle_teammates()
    panel.answers("Teammates claim")
    panel.skip_hours(1)
    panel.answers("1 hour skipped")
    panel.set_speed("60×")
    window.find_card("@marta").wait_for_button(action_ids.REOPEN)


def test_a_pause_stops_the_day_and_not_the_delivery(window: Window, demo: Demo) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    panel = Panel(window)
    panel.set_speed("Pause")
    panel.answers("The day is paused")
    demo.publish_post(LATE.format(1200, 1), "kofi")
    window.find_card("@kofi").wait_for_button(action_ids.CLAIM)
    assert demo.state["speed"] == 0
    for words, told in (("1×", "in real time"), ("10×", "10 times as fast"), ("60×", "60 times as fast")):
        panel.set_speed(words)
        panel.answers(told)


def test_a_notice_covers_no_control_and_is_gone_with_the_person_it_was_for(window: Window) -> None:
    window.open()
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    Panel(window).submit_form("break", how="down", minutes="240")
    window.find_card("@marta").click(action_ids.CLAIM)
    window.wait_for_text("Slack is down", within="#notices")
    assert window.driver.execute_script(COVERED) == []
    window.switch_user("raj")
    assert window.read_text("#notices") == ""
