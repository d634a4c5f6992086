"""Themes in figures, and how managers rename, merge and add them."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.reports.headline import format_theme
from bot.domain.reports.theme_figures import ThemeFigures, compute_theme_figures
from bot.domain.text import format_percent
from bot.domain.themes import MAX_CHANGES, Theme, ThemeKey, ThemeRegister, add_theme, rename_theme

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
PLAYBOOK = (Theme(name="delay", words=("late",)), Theme(name="bags", words=("bag",)))


def rename(register: ThemeRegister, name: str, new: str) -> ThemeRegister:
    return rename_theme(register, PLAYBOOK, name, new, "U0MIA", AT).after


def merge(register: ThemeRegister, name: str, new: str) -> ThemeRegister:
    return rename_theme(register, PLAYBOOK, name, new, "U0MIA", AT, is_merge=True).after


def add(register: ThemeRegister, name: str, *words: str) -> ThemeRegister:
    return add_theme(register, PLAYBOOK, Theme(name=name, words=words), "U0MIA", AT).after


def said(theme: str, count: int, sentiment: str = "negative", subject: str = "Air") -> Counter[ThemeKey]:
    return Counter({ThemeKey(theme, subject, "care", sentiment): count})


def test_figures_are_of_us_by_shown_name_and_by_subject() -> None:
    counts = said("delay", 3) + said("delay", 2, "positive", "Go") + said("delay", 7, subject="Rival") + said("bags", 9)
    register = rename(rename(ThemeRegister(), "delay", "late flights"), "bags", "lost bags")
    bags, late = compute_theme_figures(counts, register, competitors={"Rival"})
    assert (bags.name, bags.mentions, bags.negative, bags.subjects) == ("lost bags", 9, 9, ())
    assert (late.name, late.mentions, late.negative, late.positive) == ("late flights", 5, 3, 2)
    assert [(one.name, one.mentions) for one in late.subjects] == [("Air", 3), ("Go", 2)]


def test_a_share_is_named_only_of_a_sample_that_reports_use() -> None:
    assert format_theme(ThemeFigures("a", 29, 20)) == "29 mentions, 20 negative"
    assert (
        format_theme(ThemeFigures("a", 40, 30))
        == f"40 mentions, {format_percent(75)} negative (60–{format_percent(86)})"
    )


def test_two_themes_are_merged_with_their_past_and_can_be_renamed_again() -> None:
    merged = merge(rename(ThemeRegister(), "bags", "Lost Bags"), "delay", "lost bags")
    assert merged.list_shown_names(PLAYBOOK) == ["Lost Bags"]
    [found] = compute_theme_figures(said("delay", 2) + said("bags", 3), merged)
    assert (found.mentions, sorted(found.names)) == (5, ["bags", "delay"])
    again = rename(merged, "Lost Bags", "bags")
    assert again.list_shown_names(PLAYBOOK) == ["bags"]
    assert rename(rename(ThemeRegister(), "delay", "late"), "late", "delay").shown_as == {}


def test_what_was_renamed_meanwhile_is_refused() -> None:
    with pytest.raises(NotAllowed, match="“delay” was renamed or merged: it's part of “late” now"):
        rename(rename(ThemeRegister(), "delay", "late"), "delay", "slow")


@pytest.mark.parametrize(
    ("change", "name", "new", "refusal"),
    [
        (rename, "bags", "bags", "“bags” is called that already"),
        (merge, "bags", "Bags", "“bags” is called that already"),
        (rename, "nosuch", "x", "There's no theme “nosuch”"),
        (merge, "nosuch", "bags", "There's no theme “nosuch”"),
        (merge, "delay", "nosuch", "There's no theme “nosuch”"),
        (
            rename,
            "bags",
            "Delay",
            "There's a theme “delay” already. To count both as one, write `/sentiment themes merge",
        ),
    ],
)
def test_a_rename_and_a_merge_are_never_taken_for_one_another(
    change: Callable[[ThemeRegister, str, str], ThemeRegister], name: str, new: str, refusal: str
) -> None:
    with pytest.raises(NotAllowed, match=refusal):
        change(ThemeRegister(), name, new)
    assert rename(ThemeRegister(), "bags", "Bags").list_shown_names(PLAYBOOK) == ["delay", "Bags"]


def test_an_added_theme_stands_beside_those_of_the_playbook_which_win() -> None:
    added = add(ThemeRegister(), "seats", "seat", "legroom")
    assert added.list_themes(PLAYBOOK) == (*PLAYBOOK, Theme(name="seats", words=("seat", "legroom")))
    own = (*PLAYBOOK, Theme(name="Seats", words=("chair",)))
    assert added.list_themes(own) == own


def test_words_for_a_known_theme_are_counted_there() -> None:
    added = add(ThemeRegister(), "Bags", "suitcase")
    assert added.list_shown_names(PLAYBOOK) == ["delay", "bags"]
    assert [one.words for one in added.list_themes(PLAYBOOK)] == [("late",), ("bag",), ("suitcase",)]
    with pytest.raises(NotAllowed, match="a theme “suitcase” already"):
        add(added, "bags", "suitcase")


def test_the_changes_are_bounded() -> None:
    register = ThemeRegister(added=tuple(Theme(name=f"t{n}", words=("w",)) for n in range(MAX_CHANGES)))
    with pytest.raises(NotAllowed, match="playbook"):
        add(register, "one more", "word")
