"""Whatever is said, there is an assessment, and it does not take long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bench.hostile import HOSTILE
from bot.domain.assessment import Sentiment
from tests.detectors.vocabulary import assessor, heard, mention


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.timeout(5)
def test_every_text_gets_an_assessment_soon(text: str) -> None:
    for _ in range(20):
        found = heard(text)
    assert sum(found.probabilities.values()) == pytest.approx(1.0)
    assert found.intents
    assert 0 <= found.urgency <= 100


@pytest.mark.parametrize(
    "name",
    ["nothing", "blanks", "a link", "emoji", "fifty kilobytes", "a million letters", "mixed scripts"],
)
def test_what_cannot_be_read_is_unsure_and_says_why(name: str) -> None:
    found = heard(HOSTILE[name])
    assert found.unsure
    assert any(because.startswith("unsure, perhaps ") for because in found.because)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_keeps_the_promises(text: str) -> None:
    found = heard(text)
    assert sum(found.probabilities.values()) == pytest.approx(1.0)
    assert len(found.words("sentiment")) == 1
    assert found.language
    assert all(0.0 <= signal.confidence <= 1.0 for signal in found.signals)
    assert found.sentiment in Sentiment


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "@northwindair",
                "nortwind",
                "air",
                "@flyskylark",
                "not",
                "lost",
                "great",
                "fire",
                "if",
                "!",
                "?",
                "#x",
                "'",
                "$5",
            ]
        ),
        max_size=60,
    )
)
def test_the_same_words_always_say_the_same(words: list[str]) -> None:
    text = " ".join(words)
    first, second = assessor().assess([mention(text), mention(text)])
    assert first == second


def test_hidden_letters_do_not_hide_a_complaint() -> None:
    assert "intent:complaint" in heard("w\u200bo\u200brst service, still wai\u00adting").labels


def test_a_lone_stretched_word_is_read_as_itself() -> None:
    assert len(heard("loooooooooooooost my bag").because[-1]) < 200
