"""What posts are about: whole words and phrases of the playbook, in any language."""

import pytest

from bot.config import parse_playbook
from bot.config.playbook_errors import PlaybookError
from bot.detectors.pipeline import MentionAssessor
from bot.domain.themes import Theme
from tests.config.sample_playbook import write_playbook, write_route
from tests.detectors.vocabulary import SUBJECTS, mention

THEMES = (
    Theme(name="delay", words=("late", "delayed", "verspätet", "missed connection")),
    Theme(name="lost bags", words=("lost bag", "suitcase", "バゲージ")),
    Theme(name="crew", words=("cabin crew", "crew")),
    Theme(name="app", words=("app",)),
    Theme(name="naming", words=("northwind",)),
)
ASSESSOR = MentionAssessor(SUBJECTS, themes=THEMES)


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("You lost my suitcase and were late", ["lost bags", "delay"]),
        ("LATE again #late, three suitcases gone", ["delay", "lost bags"]),
        ("lately the translated menu is nice", []),
        ("two lost bags, one missed   connection", ["lost bags", "delay"]),
        ("the lost the bag", []),
        ("Wieder verspaetet! Verspätet!", ["delay"]),
        ("バゲージが届かない", ["lost bags"]),
        ("the crew's app", ["crew", "app"]),
        ("app app app, cabin crew, suitcase, late", ["app", "crew", "lost bags"]),
        ("Northwind Air is here", []),
        ("", []),
    ],
)
def test_themes_are_found_as_whole_words_and_at_most_three(text: str, themes: list[str]) -> None:
    [found] = ASSESSOR.assess([mention(text)])
    assert list(found.get_words("theme")) == themes


def test_a_route_may_ask_for_a_theme_of_the_playbook() -> None:
    themes = '[[themes]]\nname = "delay"\nwords = ["late"]'
    found = parse_playbook(write_playbook(themes, write_route('when = { theme = ["delay"] }')))
    assert found.routes[0].when == {"theme": frozenset({"delay"})}
    assert found.themes == (Theme(name="delay", words=("late",)),)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (('[[themes]]\nname = "delay"\nwords = []',), "is empty. Name at least one"),
        (('[[themes]]\nname = "delay"\nwords = ["!?"]',), "no letter, digit or emoji"),
        (('[[themes]]\nname = "delay"\nwords = "late"',) * 2, "is already the name of"),
        ((write_route('when = { theme = "delay" }'),), "'delay' is not a valid theme"),
    ],
)
def test_a_theme_that_cannot_work_is_a_fault_in_a_sentence(lines: tuple[str, ...], fault: str) -> None:
    with pytest.raises(PlaybookError) as no:
        parse_playbook(write_playbook(*lines))
    assert fault in str(no.value)
