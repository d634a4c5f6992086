"""The first minutes of somebody new: a complaint comes, one claims it, answers it, and is told where one may not."""

from bot.cards import action_ids
from tests.browser.conftest import Photographs
from tests.browser.demo import Demo
from tests.browser.window import Window


def test_a_complaint_arrives_while_one_looks(window: Window) -> None:
    window.opens()
    card = window.card("@marta")
    card.offers(action_ids.CLAIM)
    card.says("you lost my bag AGAIN")
    assert window.shuts_out() == []


def test_a_claimed_card_is_redrawn_in_its_place(window: Window, demo: Demo, photographs: Photographs) -> None:
    window.opens()
    card = window.card("@marta")
    card.offers(action_ids.CLAIM)
    demo.says("@northwindair flight 1204 is late again and nobody says why, I want my money back", "kofi")
    window.card("@kofi").offers(action_ids.CLAIM)
    place = card.id
    card.click(action_ids.CLAIM)
    card.offers(action_ids.RELEASE)
    card.says("@ana")
    assert action_ids.CLAIM not in card.actions
    assert window.one("#log article").get_attribute("id") == place == card.id
    assert action_ids.CLAIM in window.card("@kofi").actions
    photographs(window, "claimed")


def test_somebody_without_a_role_is_told_why_not(window: Window) -> None:
    window.opens("joe")
    window.card("@marta").click(action_ids.CLAIM)
    window.sees("Only visible to you", "Only deputies of care", within="#log article.only-you")
    assert window.shuts_out() == []
    window.card("@marta").offers(action_ids.CLAIM)
    window.becomes("ana")
    window.card("@marta").offers(action_ids.CLAIM)
    assert not window.all("#log article.only-you")


def test_resolving_with_nothing_chosen_is_shown_at_the_field_and_rightly_closes_the_case(window: Window) -> None:
    window.opens()
    card = window.card("@marta")
    card.click(action_ids.CLAIM)
    card.offers(action_ids.RELEASE)
    card.click(action_ids.RESOLVE)
    with window.form("Resolve") as form:
        assert window.shuts_out() == []
        form.submits()
        window.until(lambda: window.words("#modal .field-error"), "the field says what is missing")
        assert window.focus.get_attribute("aria-invalid") == "true"
        assert window.shuts_out() == []
        form.ticks("Answered")
        form.submits()
    card.offers(action_ids.REOPEN)
    card.says("@ana", "answered")


def test_a_case_handed_to_another_department_is_claimable_there_and_nowhere_else(window: Window) -> None:
    window.opens()
    card = window.card("@marta")
    card.click(action_ids.CLAIM)
    card.click(action_ids.HAND_OVER)  # at once: the card may not be redrawn yet
    with window.form("Hand the case over") as form:
        assert window.shuts_out() == []
        form.chooses("pr")
        form.submits()
    window.until(lambda: action_ids.CLAIM not in card.actions, "it can be claimed here no more")
    window.becomes("ben")
    window.goes("pr")
    moved = window.card("@marta")
    moved.says("@ana")
    moved.click(action_ids.CLAIM)
    moved.offers(action_ids.RELEASE)
    moved.says("@ben")
    window.goes("care")
    assert action_ids.CLAIM not in card.actions
