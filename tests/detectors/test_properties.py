"""Invariants of any post by any author."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detectors.detector import MentionStats
from bot.detectors.text.tokenizer import PLAIN_TOKEN, TOKEN
from bot.workers.recent_mentions import RecentMentions
from tests.detectors.lines.reader import list_subject_lines
from tests.detectors.vocabulary import NOON, SUBJECTS, assess, assessor, mention

NAMES = {subject.name for subject in SUBJECTS}
HIDDEN = st.sampled_from(["\u200b", "\u00ad", "\u2060", "\ufeff"])
COUNTS = st.none() | st.integers(0, 10**12)
ACCOUNTS = st.fixed_dictionaries(
    {"id": st.just("a"), "followers": COUNTS, "following": COUNTS, "posts": COUNTS},
    optional={
        "created_at": st.datetimes().map(lambda at: at.isoformat()),
        "handle": st.text(max_size=20),
        "verified": st.booleans(),
    },
)
WORDS = st.sampled_from(
    [
        "@northwindair",
        "northwind",
        "air",
        "@flyskylark",
        "skylark",
        "airways",
        "left",
        "for",
        "than",
        "better",
        "worse",
        "like",
        "wish",
        "from",
        "to",
        "never",
        "hello",
        "#northwindair",
        "#flynorthwind",
        ",",
        ".",
        "!",
        ">",
        "fire",
        "smoke",
        "if",
        "not",
        "sue",
        "you",
        "https://a.example",
        "$5",
        "50%",
        "free",
        "win",
        "lol",
        "1988",
        "in",
        "20",
        "minutes",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_each_subject_is_listed_once_and_one_of_two_is_blamed(text: str) -> None:
    found = assess(text)
    subjects = found.get_words("subject")
    assert len(set(subjects)) == len(subjects)
    assert set(subjects) <= NAMES
    assert len(found.get_words("kind")) == bool(subjects)
    assert set(found.get_words("blamed")) | set(found.get_words("preferred")) <= set(subjects)
    assert not set(found.get_words("blamed")) & set(found.get_words("preferred"))


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_a_crisis_names_its_harm_and_other_posts_name_none(text: str) -> None:
    found = assess(text)
    assert bool(found.get_words("harm")) == ("intent:crisis" in found.labels)
    assert "intent:crisis" in found.labels or not found.get_words("crisis")


@settings(max_examples=200, deadline=None)
@given(ACCOUNTS)
def test_reach_never_exceeds_the_followers(account: dict[str, Any]) -> None:
    found = assess("northwind air lost my bag", author=account)
    [*reach] = [signal for signal in found.signals if signal.label == "urgency:reach"]
    assert all(0 < signal.weight <= 20 for signal in reach)
    assert bool(found.get_words("voice")) <= bool(found.find_reasons("voice"))


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-10, 10**6),
    st.integers(0, 10**6),
    st.floats(0, 10**6),
    st.integers(0, 10**6),
    st.integers(-(10**6), 10**6),
)
def test_urgency_is_the_sum_of_parts_that_are_all_said(
    recent: int, earlier: int, usual: float, copies: int, minutes: int
) -> None:
    background = MentionStats(recent, usual, earlier, copies, NOON + timedelta(minutes=minutes))
    [found] = assessor().assess([mention("@northwindair where is my bag?? worst ever")], [background])
    parts = [signal for signal in found.signals if signal.label.startswith("urgency:")]
    assert found.urgency == min(100, sum(signal.weight for signal in parts))
    assert all(signal.because and signal.weight > 0 for signal in parts)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_invisible_letters_hide_no_name(data: st.DataObject) -> None:
    place, letter = data.draw(st.integers(1, len("northwind air"))), data.draw(HIDDEN)
    text = f"{'northwind air'[:place]}{letter}{'northwind air'[place:]} lost my bag"
    assert assess(text).subject == "Northwind"


def test_capitals_change_no_subject() -> None:
    for line in list_subject_lines("subject_unseen"):
        if line.text.isascii() and "#" not in line.text:
            assert set(assess(line.text.upper()).get_words("subject")) == set(
                assess(line.text.lower()).get_words("subject")
            )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 100_000)), max_size=60))
def test_recent_mentions_are_counted_and_forgotten(heard_before: list[tuple[int, int, int]]) -> None:
    lately, at = RecentMentions(), NOON
    for number, (person, words, seconds) in enumerate(heard_before):
        at += timedelta(seconds=seconds)
        text = f"the same few words number {words} again and again"
        found = lately.record_mention(mention(text, number, author={"id": str(person)}), at)
        assert 1 <= found.recent <= number + 1
        assert 1 <= found.copies <= number + 1
        assert 0 <= found.earlier <= number
        assert found.expected >= 0


@given(
    st.text(st.characters(max_codepoint=127)) | st.lists(WORDS | st.sampled_from(list("@#_:)<3$.'-w/ "))).map("".join)
)
def test_ascii_text_is_tokenized_like_any_other(text: str) -> None:
    assert PLAIN_TOKEN.findall(text) == TOKEN.findall(text)
