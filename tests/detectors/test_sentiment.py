import sys
from concurrent.futures import ThreadPoolExecutor
from math import log
from subprocess import run
from typing import Any

import pytest
from textblob import TextBlob
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bot.detectors.engines.lexicon_engines import MAX_EMOJI, POLARITY_WEIGHT, TextBlobEngine, VaderEngine, list_reasons
from bot.detectors.pipeline import MentionAssessor
from bot.detectors.sentiment import ENGINES
from bot.domain.assessment import Assessment
from tests.detectors.vocabulary import SUBJECTS, assess, mention

SENTENCES = (
    "The crew of @northwindair was really lovely, thank you so much!!",
    "Worst flight EVER, and no one answers the phone :(",
    "not bad at all, but the coffee was kind of awful",
    "no problem, thanks 😍",
    "It is the least comfortable seat I have ever had",
    "The seats are great, BUT the food is horrible and cold!!!",
    "without a doubt the best lounge in Lisbon, to die for",
    "never so happy to land, never so tired either",
    "The gate opens at nine",
)
VADER, TEXTBLOB = MentionAssessor((), engine="vader"), MentionAssessor((), engine="textblob")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("@northwindair lost my bag AGAIN, worst airline", "negative"),
        ("@northwindair my suitcase arrived broken and your staff was rude", "negative"),
        ("@northwindair the crew was wonderful, thank you so much!", "positive"),
        ("I love the new seats on northwind air, so comfortable", "positive"),
        ("The store opens at nine.", "neutral"),
        ("Northwind Air flies to Porto from May on", "neutral"),
    ],
)
def test_plain_speech_is_read_as_a_person_would(text: str, word: str) -> None:
    assert assess(text).sentiment == word


@pytest.mark.parametrize("text", ["The store opens at nine.", "NW 112 to Berlin boards from gate 14"])
def test_what_says_nothing_is_neutral_and_sure(text: str) -> None:
    found = assess(text)
    assert found.labels & {"sentiment:neutral"}
    assert not found.is_unsure


def test_the_three_probabilities_add_up_to_one() -> None:
    for text in SENTENCES:
        assert sum(assess(text).probabilities.values()) == pytest.approx(1.0)


def test_exactly_one_class_holds_or_else_unsure() -> None:
    for text in (*SENTENCES, "great, just great, delayed again", "bad good", ""):
        assert len(assess(text).get_words("sentiment")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "@northwindair oh great, another delay. just what i needed",
        "gotta love @northwindair, delayed by four hours, so happy #sarcasm",
    ],
)
def test_sarcasm_is_never_taken_for_sure_praise(text: str) -> None:
    assert "sentiment:positive" not in assess(text).labels


def test_the_reason_quotes_the_strongest_words() -> None:
    reason = assess("@northwindair lost my bag, horrible service").find_reasons("sentiment")[0]
    assert reason.startswith("negative 0.")
    assert "'horrible" in reason


def test_a_cut_off_above_what_is_likely_makes_unsure() -> None:
    wary = MentionAssessor(SUBJECTS, unsure_below=0.99)
    assert wary.assess([mention("northwind air is a bit late, fine")])[0].is_unsure


def test_another_language_is_unsure_unless_its_strong_words_speak() -> None:
    assert assess("Wir sitzen seit heute morgen am Gate und warten", lang="de").is_unsure
    loud = assess("Das ist eine Katastrophe, mein Koffer ist verloren!", lang="de")
    assert loud.sentiment == "negative"
    assert not loud.is_unsure


def test_english_words_do_not_count_in_german() -> None:
    assert assess("die die die die", lang="de").sentiment == "neutral"


def polarity_of(assessment: Assessment) -> float:
    """How far the likeliest of two sides is ahead, as a polarity again."""
    chances = assessment.probabilities
    return log(chances["positive"] / chances["negative"]) / (2 * POLARITY_WEIGHT)


@pytest.mark.parametrize("text", SENTENCES)
def test_the_engine_vader_says_what_its_library_says(text: str) -> None:
    theirs = SentimentIntensityAnalyzer().polarity_scores(text)["compound"]
    assert polarity_of(VADER.assess([mention(text)])[0]) == pytest.approx(theirs)


@pytest.mark.parametrize("text", SENTENCES)
def test_the_engine_textblob_says_what_its_library_says(text: str) -> None:
    theirs = TextBlob(text).sentiment.polarity
    assert polarity_of(TEXTBLOB.assess([mention(text)])[0]) == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("engine", "text", "words"),
    [
        ("vader", "The gate is not good, and the crew was RUDE", ["RUDE", "good"]),
        ("vader", "the absolutely lovely crew 😍", ["lovely", "smiling"]),
        ("vader", "the gate opens at nine", []),
        ("textblob", "not good, and the coffee was really awful!", ["really awful !", "not good"]),
        ("textblob", "the crew was lovely :)", [":)", "lovely"]),
        ("textblob", "the gate opens at nine", []),
    ],
)
def test_both_engines_name_the_decisive_words(engine: str, text: str, words: list[str]) -> None:
    assert list_reasons(ENGINES[engine](), text) == words


def test_these_words_stand_in_the_reason() -> None:
    text = "The gate is not good, and the crew was RUDE"
    assert VADER.assess([mention(text)])[0].find_reasons("sentiment")[0] == "negative 0.68: 'RUDE', 'good'"


def test_vader_reads_so_many_emoji_and_no_more() -> None:
    engine = VaderEngine()
    assert engine.get_polarity("😸" * MAX_EMOJI + " awful") < engine.get_polarity("😸" * MAX_EMOJI)
    for text in ("😸" * 1_500, "😸" * (MAX_EMOJI + 1) + " awful"):
        assert engine.get_polarity(text) == engine.get_polarity("😸" * MAX_EMOJI)
        assert len(engine.list_word_polarities(text)) == len(engine.list_word_polarities("😸" * MAX_EMOJI))


def test_several_threads_may_ask_one_engine() -> None:
    texts = SENTENCES * 20
    with ThreadPoolExecutor(4) as threads:
        for engine in (VaderEngine(), TextBlobEngine()):
            assert list(threads.map(engine.get_polarity, texts)) == list(map(engine.get_polarity, texts))


def test_textblob_is_loaded_only_if_chosen() -> None:
    code = "import sys; from bot.detectors.pipeline import MentionAssessor; MentionAssessor(()); print('textblob' in sys.modules)"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_brand_name_is_no_reason() -> None:
    found = assess("where is my suitcase northwind air")

    assert "'suitcase'" in found.find_reasons("sentiment")[0]
    assert "northwind" not in " ".join(found.find_reasons("sentiment", "intent"))


@pytest.mark.parametrize(
    ("text", "rating", "sentiment"),
    [
        ("ok", None, "neutral"),
        ("ok", 5, "positive"),
        ("two hours and nobody came", 1, "negative"),
        ("fila enorme, ninguém atende", None, "unsure"),
        ("fila enorme, ninguém atende", 1, "negative"),
        ("fila enorme, ninguém atende", 3, "unsure"),
        ("", {"value": 2, "best": 10}, "negative"),
        ("best crew ever, thank you!", 1, "unsure"),
        ("never again", 5, "unsure"),
    ],
)
def test_stars_settle_what_words_leave_open_and_never_make_praise_of_a_bad_review(
    text: str, rating: Any, sentiment: str
) -> None:
    found = assess(text, rating=rating)

    assert ("unsure" if found.is_unsure else found.sentiment) == sentiment
    assert sum(found.probabilities.values()) == pytest.approx(1.0)


def test_the_reason_names_the_stars() -> None:
    assert assess("never again", rating=1).find_reasons("sentiment")[0].endswith("', 1 of 5 stars")
