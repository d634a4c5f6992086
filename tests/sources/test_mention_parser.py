import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.mention import Mention
from bot.sources.mention_parser import InvalidLine, parse_mention_lines, read_mentions

LINE = b'{"id": "forum:1", "text": "the kettle hums again", "created_at": "2026-11-20T12:00:00Z"}'


def read(content: bytes) -> list[Mention | InvalidLine]:
    return [item for _, item in parse_mention_lines(io.BytesIO(content))]


def texts(content: bytes) -> list[str]:
    return [item.text for item in read(content) if isinstance(item, Mention)]


def test_a_file_is_read_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    file.write_bytes(LINE + b"\n" + LINE.replace(b":1", b":2"))
    assert [item.id for item in read_mentions(file) if isinstance(item, Mention)] == ["forum:1", "forum:2"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + LINE + b"\n",
        LINE + b"\r\n",
        b"\n\r\n   \n" + LINE,
        LINE + b"\n\x00\n".replace(b"\x00", b" "),
    ],
    ids=["byte order mark", "windows line end", "blank lines before", "blank line after"],
)
def test_what_editors_add_to_a_file_does_not_cost_a_mention(content: bytes) -> None:
    assert texts(content) == ["the kettle hums again"]


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (rb"a \ud83d b", "a � b"),
        (rb"a \u0000 b", "a � b"),
        (b"a \x00 b", "a � b"),
        (b"a \xff b", "a � b"),
    ],
    ids=["lone surrogate", "escaped NUL", "raw NUL", "no UTF-8"],
)
def test_a_mention_with_unwritable_letters_is_published_with_marks_in_their_place(words: bytes, heard: str) -> None:
    assert texts(LINE.replace(b"the kettle hums again", words)) == [heard]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "forum:1", "text": "x"}', '"created_at" is missing'),
        (b'{"id": "forum:1", "text": "x", "created_at": "soon"}', '"created_at" is not a time'),
        (
            b'{"id": "forum:1", "text": "x", "created_at": "0001-01-01T00:00:00+09:00"}',
            '"created_at" is before the year 1 or after 9999 in UTC',
        ),
        (b'{"text": "x", "created_at": "2026-11-20"}', '"id" is missing'),
        (b'{"id": "seventeen", "text": "x", "created_at": "2026-11-20"}', '"id" is not of the form "source:id"'),
        (LINE.replace(b"}", b', "author": {"id": "1", "followers": -3}}'), '"author.followers" is less than 0'),
        (LINE.replace(b"}", b', "subjects": ["a", {}]}'), '"subjects[1]" is not a string'),
        (b"[1, 2]", "is not a JSON object"),
        (b'{"id": ', "is not JSON (expecting value at character 7)"),
        (b"[" * 100_000, "is JSON that cannot be read"),
        (b"9" * 5_000, "is JSON that cannot be read"),
        (b'"' + b"a" * 2_000_000 + b'"', "is longer than 1 MB"),
    ],
    ids=lambda value: repr(value[:60]),
)
def test_a_line_that_is_no_mention_is_named_and_the_next_is_read(line: bytes, reason: str) -> None:
    bad, good = read(line + b"\n" + LINE)
    assert isinstance(good, Mention)
    assert bad == InvalidLine(1, reason)


def test_a_bad_line_says_its_number_counting_blank_ones() -> None:
    assert [str(item) for item in read(b"\n\n{}\n")] == ['line 3: "id" is missing']


def test_a_reason_never_repeats_what_was_sent() -> None:
    secret = "my account is 12345678"
    bad = read(json.dumps({"id": secret, "text": [secret], "created_at": secret}).encode())
    assert "12345678" not in str(bad[0])


@settings(deadline=None)
@given(some.binary())
def test_no_junk_makes_reading_fail(junk: bytes) -> None:
    read(junk + b"\n" + LINE)


anything = some.recursive(
    some.none() | some.booleans() | some.floats() | some.integers() | some.text(some.characters()),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
)
FIELDS = ["id", "source", "text", "created_at", "url", "lang", "conversation", "in_reply_to", "subjects", "author"]


@settings(deadline=None)
@given(some.dictionaries(some.sampled_from(FIELDS), anything))
def test_no_json_in_the_fields_of_a_mention_makes_reading_fail(fields: dict[str, object]) -> None:
    read(json.dumps(fields).encode())


@settings(deadline=None)
@given(some.datetimes(timezones=some.timezones()) | some.text())
def test_no_time_makes_reading_fail(said: object) -> None:
    read(json.dumps({"id": "forum:1", "text": "x", "created_at": str(said)}).encode())
