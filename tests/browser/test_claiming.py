"""The first minutes of somebody new: a complaint comes, one claims it, answers it, and is told where one may not."""

from datetime import timedelta

from selenium.webdriver.common.keys import Keys

from bot.cards import action_ids
from tests.browser.demo_client import Demo
from tests.browser.window import Card, Window


def test_a_complaint_arrives_while_one_looks(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    card.wait_for_text("you lost my bag AGAIN")
    assert window.find_accessibility_faults() == []


def list_articles(window: Window) -> list[str | None]:
    """Return the ids of the messages that all see in the open channel, from top to bottom."""
    return [one.get_attribute("id") for one in window.find_elements("#log article:not(.only-you)")]


def test_a_claimed_card_is_redrawn_in_its_place(window: Window, demo: Demo) -> None:
    window.open()
    card = window.find_card("@marta")
    card.wait_for_button(action_ids.CLAIM)
    demo.publish_post("@northwindair flight 1204 is late again and nobody says why, I want my money back", "kofi")
    window.find_card("@kofi").wait_for_button(action_ids.CLAIM)
    places = list_articles(window)
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    card.wait_for_text("@ana")
    assert action_ids.CLAIM not in card.actions
    assert list_articles(window) == places
    assert action_ids.CLAIM in window.find_card("@kofi").actions


def test_somebody_without_a_role_is_told_why_not(window: Window) -> None:
    window.open("joe")
    window.find_card("@marta").click(action_ids.CLAIM)
    window.wait_for_text("Only visible to you", "Only the care department", within="#log article.only-you")
    assert window.find_accessibility_faults() == []
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    window.switch_user("ana")
    window.find_card("@marta").wait_for_button(action_ids.CLAIM)
    assert not window.find_elements("#log article.only-you")


def test_resolving_with_nothing_chosen_is_shown_at_the_field_and_rightly_closes_the_case(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    card.click(action_ids.RESOLVE)
    with window.form("Resolve") as form:
        assert window.find_accessibility_faults() == []
        form.submit()
        window.wait_until(lambda: window.read_text("#modal .field-error"), "the field says what is missing")
        assert window.focus.get_attribute("aria-invalid") == "true"
        assert window.find_accessibility_faults() == []
        form.tick_box("Answered")
        form.submit()
    card.wait_for_button(action_ids.REOPEN)
    card.wait_for_text("@ana", "answered")


def test_a_case_handed_to_another_department_is_claimable_there_and_nowhere_else(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.choose_in_menu("Hand over")  # at once: the card may not be redrawn yet
    with window.form("Hand over case") as form:
        assert window.find_accessibility_faults() == []
        form.choose_option("pr")
        form.submit()
    window.wait_until(lambda: action_ids.CLAIM not in card.actions, "it can be claimed here no more")
    window.switch_user("ben")
    window.open_channel("pr")
    moved = window.find_card("@marta")
    moved.wait_for_text("Unclaimed")
    moved.click(action_ids.CLAIM)
    moved.wait_for_button(action_ids.RESOLVE)
    moved.wait_for_text("@ben")
    window.open_channel("care")
    assert action_ids.CLAIM not in card.actions


def test_a_hand_over_to_somebody_no_longer_on_the_team_is_refused_in_its_form(window: Window, demo: Demo) -> None:
    window.open("mia")
    card = window.find_card("@marta")
    card.click(action_ids.CLAIM)
    card.wait_for_button(action_ids.RESOLVE)
    window.send_message("/earshot deputize @joe care until Friday")
    window.wait_for_text("is a deputy of care until")
    card.choose_in_menu("Hand over")
    with window.form("Hand over case") as form:
        form.choose_option("Joe")
        demo.act_as("mia", "types", channel="C0CARE", text="/earshot dismiss @joe care")
        window.wait_for_text("is no longer a deputy of care", within="#log")
        form.submit()
        window.wait_for_text("isn't in the care department", within="#modal .field-error")
        assert window.find_accessibility_faults() == []
        window.press_keys(Keys.ESCAPE)
    card.wait_for_text("@mia")


def _read_claim_time(card: Card) -> timedelta:
    """Return until when the case is to be claimed, as a time of the day."""
    card.wait_for_text("claim by ")
    hours, minutes = card.words.partition("claim by ")[2][:5].split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def test_a_correction_of_the_type_changes_the_time_to_claim(window: Window) -> None:
    window.open()
    card = window.find_card("@marta")
    before = _read_claim_time(card)
    card.choose_in_menu("Why?")
    window.press("//dialog[@id='modal']//button[starts-with(normalize-space(.), 'Change type')]")
    with window.form("Change type") as form:
        form.choose_option("Question")
        form.submit()
    window.wait_until(
        lambda: _read_claim_time(card) - before == timedelta(minutes=15), "a question may be claimed within 30 minutes"
    )
