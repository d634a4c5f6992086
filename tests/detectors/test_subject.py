from collections.abc import Sequence

import pytest

from bot.detectors.pipeline import MentionAssessor
from bot.domain.subject import Subject
from tests.detectors.lines.reader import REAL, SUBJECTS, Line, list_subject_lines
from tests.detectors.vocabulary import assess, mention


@pytest.mark.parametrize(
    "text",
    [
        "@northwindair hello",
        "Northwind Air is late",
        "NORTHWIND AIR!!",
        "northwind air's seats",
        "north wind air again",
        "nortwind air again",
        "northwnd air again",
        "northwindair again",
        "so tired of #NorthwindAirFail",
        "#FlyNorthwind to Porto",
        "n\u200borthwind air hides",
        "\uff4eorthwind air in wide letters",
    ],
)
def test_the_brand_is_found_in_every_spelling(text: str) -> None:
    found = assess(text)
    assert (found.subject, found.kind) == ("Northwind", "brand")


@pytest.mark.parametrize(
    "text",
    [
        "northwind traders has a database",
        "#northwindtraders",
        "a north wind blows",
        "nothing here",
        "airwind north",
        "",
    ],
)
def test_what_is_not_meant_is_not_found(text: str) -> None:
    found = assess(text)
    assert (found.subject, found.kind) == ("", "")


def test_a_misspelling_says_what_was_read() -> None:
    assert "untagged: 'nortwind air'" in assess("nortwind air is the worst").reasons


def test_an_excluded_name_does_not_hide_another() -> None:
    assert assess("northwind traders and northwind air are two things").subject == "Northwind"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("left @flyskylark for @northwindair and never looking back", "Skylark"),
        ("switched from northwind air to @flyskylark last year", "Northwind"),
        ("@flyskylark was rude, now I fly with my friends at @northwindair", "Skylark"),
        ("@northwindair lost my bag, next time I fly @flyskylark", "Northwind"),
        ("@flyskylark is so much better than @northwindair", "Northwind"),
        ("wish @northwindair were like @flyskylark", "Northwind"),
        ("switching to @flyskylark from @northwindair", "Northwind"),
    ],
)
def test_the_blamed_name_comes_first(text: str, subject: str) -> None:
    found = assess(text)
    assert found.subject == subject
    assert found.get_words("blamed") == (subject,)
    assert len(found.get_words("subject")) == 2
    assert len(found.get_words("kind")) == 1


def test_praise_that_outdoes_a_competitor_is_praise_of_us() -> None:
    found = assess("@northwindair is so much better than @flyskylark")
    assert (found.subject, found.kind) == ("Northwind", "brand")
    assert (found.get_words("preferred"), found.get_words("blamed")) == (("Northwind",), ("Skylark",))
    assert "blamed: Skylark, 'better'" in found.reasons


def test_two_names_without_a_word_between_them_blame_nobody() -> None:
    assert not assess("@northwindair @flyskylark hello").get_words("blamed")


def test_the_subjects_of_the_source_are_used() -> None:
    found = assess("where is my bag", subjects=("northwind",))
    assert (found.subject, found.kind) == ("Northwind", "brand")


def test_a_subject_that_the_playbook_does_not_know_has_no_kind() -> None:
    found = assess("where is my bag", subjects=("Somebody Else",))
    assert (found.subject, found.kind) == ("Somebody Else", "")


def test_terms_with_accents_are_found() -> None:
    assert assess("the gate café is shut").subject == "Gate Café"
    assert assess("the gate cafe\u0301 is shut").subject == "Gate Café"


def test_an_exclusion_that_is_no_form_of_the_name_excludes_the_post_unless_it_is_tagged() -> None:
    airline = MentionAssessor([Subject(name="Delta", terms=("delta", "@delta"), exclude=("river",))])
    posts = ["the river ends in a delta", "@delta the river was beautiful", "delta lost my bag"]
    assert [one.subject for one in airline.assess([mention(text) for text in posts])] == ["", "Delta", "Delta"]


def test_hashtags_are_split_at_capitals() -> None:
    airline = MentionAssessor([Subject(name="Southwest", terms=("SWA",))])
    told = [one.subject for one in airline.assess([mention(text) for text in ("#SWAfail", "#swanlake", "#FlySWA")])]
    assert told == ["Southwest", "", "Southwest"]


def f1(lines: Sequence[Line], subjects: Sequence[Subject]) -> tuple[float, float]:
    """Of each subject meant or found, and the share of lines whose first is right."""
    found = [
        one.get_words("subject") for one in MentionAssessor(subjects).assess([mention(line.text) for line in lines])
    ]
    right = sum(len({*ours} & {*line.subjects}) for ours, line in zip(found, lines, strict=True))
    both = sum(len(ours) + len(line.subjects) for ours, line in zip(found, lines, strict=True))
    first = sum(ours[:1] == line.subjects[:1] for ours, line in zip(found, lines, strict=True))
    return 2 * right / both, first / len(lines)


@pytest.mark.parametrize(
    ("name", "subjects"), [("subject_unseen", SUBJECTS), ("subject_seen", REAL), ("subject_fresh", SUBJECTS)]
)
def test_the_subjects_of_written_lines_are_found(name: str, subjects: Sequence[Subject]) -> None:
    """292 lines. Of the 117 that were written first, before tuning: F1 .978, first right .889.

    After it (2026-11-22): 1.000 and 1.000 of these, .996 and .985 of the 130 tuned on, and 1.000 and .933 of 45 that
    were written after the tuning.
    """
    of_subjects, first = f1(list(list_subject_lines(name)), subjects)
    print(f"{name}: F1 {of_subjects:.3f}, first right {first:.3f}")  # noqa: T201  (the figure is asked for)
    assert of_subjects >= 0.95
    assert first >= 0.9
