"""The sample mentions of the benchmarks."""

from pathlib import Path

import pytest

from bot.benchmarks.sample_mentions import EmptySampleError, SampleMentions
from bot.domain.cases.intake import build_conversation_key, build_copy_key
from tests.clock import SteppedClock


def test_sample_mentions_are_distinct(clock: SteppedClock) -> None:
    said = SampleMentions.read(None).generate_mentions(3_000, clock.now())
    assert len({mention.id for mention in said}) == 3_000
    copies = [key for key in (build_copy_key(mention, "") for mention in said) if key]
    assert len(set(copies)) == len(copies) > 2_900
    assert len({build_conversation_key(mention) for mention in said}) == 3_000


def test_the_same_number_gives_the_same_mention(clock: SteppedClock) -> None:
    sayings = SampleMentions.read(None)
    assert (
        sayings.generate_mentions(5, clock.now(), 700)
        == SampleMentions.read(None).generate_mentions(800, clock.now())[700:705]
    )


def test_a_file_may_be_given_instead_of_the_day(tmp_path: Path, clock: SteppedClock) -> None:
    file = tmp_path / "said.jsonl"
    file.write_text('{"id": "x:1", "text": "It rains in my seat", "created_at": "2026-03-10T06:01:37Z"}\n')
    (one,) = SampleMentions.read(file).generate_mentions(1, clock.now())
    assert one.text.startswith("It rains in my seat ")
    assert one.created_at == clock.now()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "said.jsonl cannot be read: No such file or directory."),
        ("", "said.jsonl holds no mentions."),
        ('{"id": "x:1"}\n', 'said.jsonl, line 1: "text" is missing.'),
    ],
)
def test_a_file_without_mentions_is_refused_with_the_line(tmp_path: Path, content: str | None, sentence: str) -> None:
    file = tmp_path / "said.jsonl"
    if content is not None:
        file.write_text(content)
    with pytest.raises(EmptySampleError) as no:
        SampleMentions.read(file)
    assert str(no.value).endswith(sentence)
