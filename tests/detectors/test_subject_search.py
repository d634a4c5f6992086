"""A subject that is not in the playbook yet, searched for in posts."""

from bot.detectors.subject_search import search_posts
from bot.domain.mention import Mention
from bot.domain.reports.preview import PostMatches, RecentPost
from bot.domain.subject import Subject


def search(*texts: str, terms: tuple[str, ...] = ("northwind",), exclude: tuple[str, ...] = ()) -> PostMatches:
    posts = [
        RecentPost(
            Mention.model_validate({"id": f"x:{number}", "text": text, "created_at": "2026-03-10T09:00:00Z"}), "", ""
        )
        for number, text in enumerate(texts)
    ]
    return search_posts(Subject(name="tried", terms=terms, exclude=exclude), posts)


def test_hits_are_what_triage_would_find() -> None:
    found = search("northwind is late", "what a wind from the north", "I like #NorthWind")

    assert [post.mention.id for post in found.hits] == ["x:0", "x:2"]


def test_only_what_would_match_otherwise_counts_as_excluded() -> None:
    texts = ("northwind is late", "northwind traders tutorial", "a tutorial on gardens")
    found = search(*texts, exclude=("northwind traders", "tutorial"))

    assert [post.mention.id for post in found.hits] == ["x:0"]
    assert [post.mention.id for post in found.excluded] == ["x:1"]


def test_other_spellings_that_are_found_are_counted() -> None:
    found = search("nortwind late", "nortwind again", "Northwind ok")

    assert found.spellings == [("nortwind", 2)]
    assert found.near_misses == []


def test_close_spellings_that_are_missed_are_counted_once_a_post() -> None:
    found = search("delta air", "dleta dleta", "my dleta flight", "all fine", terms=("delta",))

    assert len(found.hits) == 1
    assert found.near_misses == [("dleta", 2)]


def test_a_typing_error_in_the_term_is_answered_with_what_was_meant() -> None:
    found = search("northwind air late", "ask Northwind Air", terms=("nrothwnd aar",))

    assert found.hits == []
    assert found.near_misses[0] == ("northwind air", 2)


def test_short_terms_and_pictures_have_no_near_misses() -> None:
    assert search("nw is late", "mw is late", "🧡", terms=("nw", "🧡")).near_misses == []


def test_hostile_texts_do_no_harm() -> None:
    texts = (
        "",
        "\x00",
        "🧡" * 5_000,
        "a" * 10_000,
        "http://" * 2_000,
        "nort\u200bhwind",
        "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    )
    assert search(*texts).excluded == []
