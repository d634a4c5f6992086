"""Any text gets an assessment, in a short time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.benchmarks.hostile_texts import HOSTILE
from bot.domain.assessment import Sentiment
from tests.detectors.vocabulary import assess, assessor, mention


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.timeout(5)
def test_every_text_gets_an_assessment_soon(text: str) -> None:
    for _ in range(20):
        found = assess(text)
    assert sum(found.probabilities.values()) == pytest.approx(1.0)
    assert found.intents
    assert 0 <= found.urgency <= 100


@pytest.mark.parametrize(
    "name",
    ["nothing", "blanks", "a link", "emoji", "fifty kilobytes", "a million letters", "mixed scripts"],
)
def test_what_cannot_be_read_is_unsure_and_says_why(name: str) -> None:
    found = assess(HOSTILE[name])
    assert found.is_unsure
    assert any(because.startswith("unsure, perhaps ") for because in found.reasons)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_the_invariants_hold_for_any_text(text: str) -> None:
    found = assess(text)
    assert sum(found.probabilities.values()) == pytest.approx(1.0)
    assert len(found.get_words("sentiment")) == 1
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
def test_assessment_is_deterministic(words: list[str]) -> None:
    text = " ".join(words)
    first, second = assessor().assess([mention(text), mention(text)])
    assert first == second


def test_invisible_letters_do_not_hide_a_complaint() -> None:
    assert "intent:complaint" in assess("w\u200bo\u200brst service, still wai\u00adting").labels


def test_a_lone_stretched_word_is_read_as_itself() -> None:
    assert len(assess("loooooooooooooost my bag").reasons[-1]) < 200


def test_letters_that_only_look_latin_are_read_as_what_they_look_like() -> None:
    found = assess(HOSTILE["letters of two scripts in each word"])
    assert "intent:complaint" in found.labels
    assert found.sentiment is Sentiment.NEGATIVE


def test_a_word_of_another_script_stays_what_it_is() -> None:
    assert (
        assess(
            "\u0421\u0435\u0440\u0432\u0438\u0441 \u0443\u0436\u0430\u0441\u043d\u044b\u0439, \u043d\u0438\u043a\u043e\u0433\u0434\u0430"
        ).language
        == "ru"
    )


@pytest.mark.parametrize("text", ["#" * 5_000, "'" * 5_000, "$ ' # " * 500, "...", "- - -", "@northwindair"])
def test_signs_alone_have_no_intent(text: str) -> None:
    found = assess(text)
    assert found.is_unsure
    assert found.get_words("intent") in {("other",), ("spam",)}


def test_a_heart_is_praise_all_the_same() -> None:
    assert "intent:praise" in assess("@northwindair \u2764\ufe0f").labels


def test_half_a_letter_is_no_question() -> None:
    assert "intent:question" not in assess("bad \ud83d service \udc00").labels


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_no_reason_is_longer_than_a_card_can_show(text: str) -> None:
    assert all(len(because) < 400 for because in assess(text).reasons)
