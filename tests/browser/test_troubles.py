"""A storm, a Slack that is broken, and a night: begun behind the scenes, and seen in the workspace."""

import pytest

from bot.cards import action_ids
from tests.browser.conftest import Photographs
from tests.browser.demo import Demo
from tests.browser.panel import Panel
from tests.browser.window import Window

STORM = 120
"""More than Slack takes of single cards in a minute, on a machine however slow."""
AUTHORS = ("kofi", "tess", "rui")
LATE = "@northwindair flight {} is late again, terrible service, I want my money back, seat {}"
ALL_CLAIMS = f"#log :is([data-action={action_ids.CLAIM}], [data-action={action_ids.CLAIM_IN_DIGEST}])"


def test_a_storm_becomes_a_list_from_which_every_case_can_be_claimed(
    window: Window, demo: Demo, photographs: Photographs
) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    panel = Panel(window)
    panel.does("storm", many=str(STORM), about="lost bags")
    panel.answers(f"{STORM} posts about lost bags")
    window.until(lambda: window.all(f"#log [data-action={action_ids.CLAIM_IN_DIGEST}]"), "a list has come")
    photographs(window, "storm")
    window.until(lambda: demo.behind["books"]["seen"] == STORM + 1, "all of it is heard")
    window.until(lambda: demo.behind["books"]["waiting"] == 0, "all of it is assessed")
    window.until(lambda: demo.owed("#care") is None, "nothing is owed to the channel any more")
    books = demo.behind["books"]
    assert books["unaccounted"] == 0
    window.until(lambda: len(window.all(ALL_CLAIMS)) == books["opened"], f"{books['opened']} cases can be claimed")

    line = f"(//div[@id='log']//button[@data-action='{action_ids.CLAIM_IN_DIGEST}'])[last()]"
    window.press(line)
    window.until(lambda: len(window.all(ALL_CLAIMS)) == books["opened"] - 1, "one of them is taken")
    window.sees("@ana", within="#log")


def test_while_slack_is_down_its_queue_grows_old_and_afterwards_nothing_is_missing(window: Window, demo: Demo) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    panel = Panel(window)
    panel.does("break", how="down", minutes="240")
    panel.answers("Slack is down")
    for number, author in enumerate(AUTHORS):
        demo.says(LATE.format(1200 + number, number), author)
    window.until(lambda: (demo.owed("#care") or {"age": 0})["age"] > 5, "the queue has an age")
    window.sees("to #care", within="#panel-state")
    assert window.shuts_out() == []
    assert not [one for one in AUTHORS if f"@{one}" in window.words("#log")]
    window.card("@marta").click(action_ids.CLAIM)
    window.sees("Slack is down", within="#notices")
    panel.mends()
    _nothing_is_missing(window, demo)
    _nothing_is_there_twice(window)


@pytest.mark.parametrize("how", ["limited", "slow", "dropped"])
def test_after_whatever_trouble_nothing_is_missing(window: Window, demo: Demo, how: str) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    panel = Panel(window)
    panel.does("break", how=how, minutes="1")
    window.until(lambda: demo.behind["trouble"]["how"], "Slack is broken")
    for number, author in enumerate(AUTHORS):
        demo.says(LATE.format(1200 + number, number), author)
    window.until(lambda: demo.behind["books"]["opened"] == len(AUTHORS) + 1, "they are in the books")
    window.until(lambda: not demo.behind["trouble"]["how"], "the minute is over")
    _nothing_is_missing(window, demo)
    if how != "dropped":  # then a card may be there twice: nobody knows what became of the first
        _nothing_is_there_twice(window)


def _nothing_is_missing(window: Window, demo: Demo) -> None:
    for author in AUTHORS:
        window.card(f"@{author}").offers(action_ids.CLAIM)
    window.until(lambda: demo.owed("#care") is None, "nothing is owed any more")


def _nothing_is_there_twice(window: Window) -> None:
    assert len(window.all(f"#log [data-action={action_ids.CLAIM}]")) == len(AUTHORS) + 1


def test_after_a_night_it_is_said_who_was_reminded_and_they_see_it(window: Window) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    panel = Panel(window)
    panel.does("night", hours="2")
    panel.answers("2 hours passed", "@raj")
    assert window.shuts_out() == []
    window.becomes("raj")
    window.goes("Earshot")
    window.sees("@marta", within="#log")


def test_a_crisis_at_4am_is_acknowledged_from_its_card_and_told_with_who_was_called(window: Window) -> None:
    window.opens("ben", "C0PR")
    panel = Panel(window)
    panel.ticks("night", "crisis")
    panel.does("night", hours="20")
    card = window.card("@night_traveller")
    card.offers(action_ids.ACKNOWLEDGE)
    assert window.shuts_out() == []
    card.click(action_ids.ACKNOWLEDGE)
    panel.answers("At 04:00 a crisis", "@ben acknowledged it at 04:")
    card.says("@ben")


def test_what_the_public_is_made_to_say_is_heard_and_told_how_it_was_taken(window: Window) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    panel = Panel(window)
    panel.does("say", text="@northwindair our bags are still in Porto, this is a disgrace", author="@kofi")
    panel.answers("Heard: complaint")
    window.card("@kofi").offers(action_ids.CLAIM)
    window.sees("@kofi", "Because", within="#panel-state")
    panel.does("say", text="", author="@kofi")
    panel.answers("the text is empty")


def test_colleagues_claim_what_nobody_took_and_resolve_it(window: Window) -> None:
    window.opens("mia")
    window.card("@marta").offers(action_ids.CLAIM)
    panel = Panel(window)
    panel.colleagues()
    panel.answers("Colleagues claim")
    panel.does("night", hours="1")
    panel.answers("1 hour passed")
    panel.speed("60×")
    window.card("@marta").offers(action_ids.REOPEN)


def test_the_clock_is_stopped_and_runs_again(window: Window, demo: Demo) -> None:
    window.opens()
    window.card("@marta").offers(action_ids.CLAIM)
    panel = Panel(window)
    panel.speed("Pause")
    panel.answers("The clock stands still")
    stood = demo.behind["now"]
    assert demo.behind["now"] == stood
    for words, told in (("1×", "runs as fast as ours"), ("10×", "10 times as fast"), ("60×", "60 times as fast")):
        panel.speed(words)
        panel.answers(told)
    window.until(lambda: demo.behind["now"] > stood, "the day goes on")
