"""Labelled rows are parsed, or refused with their line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.training.datasets import DatasetError, parse_labelled_row

WORDS = st.sampled_from(["negative", "need", "sentiment", "intent", "spam", "x:1", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "text", "created_at", "author", "kind", "was", "is"]), inner)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["mention", "label", "sentiment", "head", "y", "src", "text", "id", "correction", "created_at"])
ROWS = st.dictionaries(KEYS, VALUES)


@given(ROWS, st.dictionaries(WORDS, ROWS, max_size=2))
def test_any_row_is_parsed_or_refused_with_its_line(row: dict[str, object], mentions: dict[str, object]) -> None:
    found, refused = None, ""
    try:
        found = parse_labelled_row(row, mentions, "a.jsonl: line 3")
    except DatasetError as no:
        refused = str(no)

    if found is None:
        assert refused.startswith("a.jsonl: line 3: ")
    else:
        assert found.sentiment in {"", "negative", "neutral", "positive"}


@pytest.mark.parametrize("said", [1, True, 1.0])
def test_a_yes_may_be_written_as_json_has_it(said: object) -> None:
    row = {"text": "please add a dark mode", "head": "need", "y": said}
    assert parse_labelled_row(row, {}, "a.jsonl: line 1").heads == {"need": True}
