"""Which mentions a mute hides."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.mention import Author, Mention
from bot.domain.mutes import Mute, MuteKind, MuteSet, get_author_name
from tests.domain.samples import build_assessment

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)


def build_mention(source: str = "x", **author: str) -> Mention:
    return Mention(id=f"{source}:1", source=source, text="words", created_at=AT, author=Author.model_validate(author))


def build_set(kind: MuteKind, name: str, until: datetime | None = None) -> MuteSet:
    return MuteSet.from_mutes([Mute(kind=kind, name=name, by="U0ANA", since=AT, until=until)], AT)


@pytest.mark.parametrize(
    ("author", "is_hidden"),
    [
        ({"id": "7", "handle": "marta"}, True),
        ({"id": "7", "handle": "@Marta"}, True),
        ({"id": "Marta"}, True),
        ({"id": "7", "handle": "martha"}, False),
        ({"id": "unknown"}, False),
    ],
)
def test_an_author_is_found_by_handle_or_id_in_any_case(author: dict[str, str], is_hidden: bool) -> None:  # noqa: FBT001
    found = build_set(MuteKind.AUTHOR, "marta").find_mute(build_mention(**author), build_assessment())
    assert bool(found) is is_hidden


def test_an_unknown_author_is_never_muted_and_has_no_name() -> None:
    mention = build_mention(id="unknown")
    assert build_set(MuteKind.AUTHOR, "unknown").find_mute(mention, build_assessment()) == ""
    assert get_author_name(mention.author) == ""


def test_a_source_is_not_an_author_of_the_same_name() -> None:
    muted = build_set(MuteKind.SOURCE, "forum")
    assert muted.find_mute(build_mention("forum", id="7"), build_assessment()) == "source forum"
    assert muted.find_mute(build_mention("x", id="forum"), build_assessment()) == ""


@pytest.mark.parametrize("labels", [("intent:crisis",), ("intent:crisis", "doubtful")])
def test_a_crisis_is_never_hidden_however_doubtful(labels: tuple[str, ...]) -> None:
    muted = build_set(MuteKind.AUTHOR, "marta")
    assert muted.find_mute(build_mention(id="7", handle="marta"), build_assessment(*labels)) == ""


def test_a_mute_hides_nothing_after_its_end() -> None:
    assert build_set(MuteKind.AUTHOR, "marta", AT).ids == frozenset()
    assert build_set(MuteKind.AUTHOR, "marta", AT + timedelta(seconds=1)).ids == {"author marta"}
