"""What several people ask for is suggested, by people and not by posts; which entries a post may belong to."""

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.ledger.entry import EntryKind, EntryState, change_entry, open_entry
from bot.domain.ledger.suggestions import UnlistedPost, rank_entries, suggest_entries
from tests.cards.samples import AT


def build_posts(*texts: str, who: str = "") -> list[UnlistedPost]:
    return [UnlistedPost(f"c{number}", who or f"p{number}", text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        (build_posts("a quiet carriage", "any quiet carriage?", "quiet carriage please"), [("quiet carriage", 3)]),
        (build_posts(*["a quiet carriage"] * 3, who="marta"), []),
        (build_posts(*["I wish Northwind would offer more"] * 3), []),
        (build_posts(*["do you serve gluten free meals"] * 12), [("gluten free", 12)]),
        (build_posts(*[f"flight to {city}" for city in "abcdefghijkl"]), []),
        ([], []),
    ],
)
def test_what_several_people_have_in_common_is_suggested(
    posts: list[UnlistedPost], expected: list[tuple[str, int]]
) -> None:
    assert [(one.words, one.people) for one in suggest_entries(posts, ["Northwind"])] == expected


def test_an_entry_with_words_in_common_comes_before_one_that_more_people_asked_for() -> None:
    few = open_entry(EntryKind.NEED, "Power sockets at seats", "research", "U0TOM", AT, ())
    many = open_entry(EntryKind.NEED, "Quiet carriage", "research", "U0TOM", AT, ()).copy_with(people=40)
    assert rank_entries([many, few], "I wish there was a power socket") == [few, many]
    assert rank_entries([few, many], "cheaper coffee") == [many, few]


def test_a_title_that_is_there_is_the_same_entry_and_an_empty_one_is_refused() -> None:
    entry = open_entry(EntryKind.NEED, "Quiet carriage", "research", "U0TOM", AT, ())
    assert open_entry(EntryKind.NEED, "  quiet   CARRIAGE ", "care", "U0ANA", AT, [entry]) == entry
    assert open_entry(EntryKind.QUESTION, "Quiet carriage", "care", "U0ANA", AT, [entry]).id != entry.id
    with pytest.raises(NotAllowed, match="Type a title"):
        open_entry(EntryKind.NEED, " \n ", "research", "U0TOM", AT, ())


def test_a_question_is_answered_by_a_link_and_a_need_is_built_without() -> None:
    need, question = (open_entry(kind, "Meals", "care", "U0ANA", AT, ()) for kind in EntryKind)
    assert change_entry(need, "Meals", EntryState.DONE, "", "U0ANA", AT).news == "“Meals” is built."
    with pytest.raises(NotAllowed, match="link to the answer"):
        change_entry(question, "Meals", EntryState.DONE, "", "U0ANA", AT)
    assert question.copy_with(people=5).is_content_request
    assert not question.copy_with(people=4).is_content_request
