import pytest

from tests.detectors.vocabulary import heard


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
def test_the_brand_is_found_however_it_is_written(text: str) -> None:
    found = heard(text)
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
    found = heard(text)
    assert (found.subject, found.kind) == ("", "")


def test_a_misspelling_says_what_was_read() -> None:
    assert "untagged: 'nortwind air'" in heard("nortwind air is the worst").because


def test_an_excluded_name_does_not_hide_another() -> None:
    assert heard("northwind traders and northwind air are two things").subject == "Northwind"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("left @flyskylark for @northwindair and never looking back", "Skylark"),
        ("switched from northwind air to @flyskylark last year", "Northwind"),
        ("@flyskylark was rude, now I fly with my friends at @northwindair", "Skylark"),
        ("@northwindair lost my bag, next time I fly @flyskylark", "Northwind"),
    ],
)
def test_of_two_names_the_first_is_the_one_complained_of(text: str, subject: str) -> None:
    found = heard(text)
    assert found.subject == subject
    assert len(found.words("subject")) == 2
    assert len(found.words("kind")) == 1


def test_a_source_that_listened_for_a_subject_is_believed() -> None:
    found = heard("where is my bag", subjects=("northwind",))
    assert (found.subject, found.kind) == ("Northwind", "brand")


def test_a_subject_that_the_playbook_does_not_know_has_no_kind() -> None:
    found = heard("where is my bag", subjects=("Somebody Else",))
    assert (found.subject, found.kind) == ("Somebody Else", "")


def test_terms_with_accents_are_found() -> None:
    assert heard("the gate café is shut").subject == "Gate Café"
    assert heard("the gate cafe\u0301 is shut").subject == "Gate Café"
