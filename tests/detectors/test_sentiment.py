from random import Random

import pytest
from textblob import TextBlob
from textblob.en import sentiment as textblob
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bot.detectors.catalogue import Assessor
from bot.detectors.engines.pattern import Pattern
from bot.detectors.engines.turning import TURNS
from bot.detectors.engines.vader import Vader
from bot.detectors.lexicons.text import TOKEN, prepared
from tests.detectors.vocabulary import SUBJECTS, heard, mention

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
LOUD_AND_PLAIN = ("good", "bad", "awful", "love", "or", "at", "GOOD", "BAD", "VERY", "SO", "NOT", "BUT", "the", "x")


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
    assert heard(text).sentiment == word


@pytest.mark.parametrize("text", ["The store opens at nine.", "NW 112 to Berlin boards from gate 14"])
def test_what_says_nothing_is_neutral_and_sure(text: str) -> None:
    found = heard(text)
    assert found.labels & {"sentiment:neutral"}
    assert not found.unsure


def test_the_three_probabilities_add_up_to_one() -> None:
    for text in SENTENCES:
        assert sum(heard(text).probabilities.values()) == pytest.approx(1.0)


def test_exactly_one_class_holds_or_unsure_does_in_its_stead() -> None:
    for text in (*SENTENCES, "great, just great, delayed again", "bad good", ""):
        assert len(heard(text).words("sentiment")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "@northwindair oh great, another delay. just what i needed",
        "gotta love @northwindair, delayed by four hours, so happy #sarcasm",
    ],
)
def test_sarcasm_is_never_taken_for_sure_praise(text: str) -> None:
    assert "sentiment:positive" not in heard(text).labels


def test_the_reason_quotes_the_strongest_words() -> None:
    reason = heard("@northwindair lost my bag, horrible service").why("sentiment")[0]
    assert reason.startswith("negative 0.")
    assert "'horrible" in reason


def test_a_cut_off_above_what_is_likely_makes_unsure() -> None:
    wary = Assessor(SUBJECTS, unsure_below=0.99)
    assert wary.assess([mention("northwind air is a bit late, fine")])[0].unsure


def test_another_language_is_unsure_unless_its_strong_words_speak() -> None:
    assert heard("Wir sitzen seit heute morgen am Gate und warten", lang="de").unsure
    loud = heard("Das ist eine Katastrophe, mein Koffer ist verloren!", lang="de")
    assert loud.sentiment == "negative"
    assert not loud.unsure


def test_english_words_do_not_count_in_german() -> None:
    assert heard("die die die die", lang="de").sentiment == "neutral"


def test_vader_fed_word_by_word_says_what_vader_says() -> None:
    ours, theirs = Vader(), SentimentIntensityAnalyzer()
    for text in SENTENCES:
        assert ours(text).compound == pytest.approx(theirs.polarity_scores(text)["compound"], abs=1e-4)


def test_words_that_turn_others_turn_them_as_in_vader() -> None:
    """Thousands of rows of such words, and words in capitals, as any mixture of them may have a rule of its own."""
    ours, theirs, chance = Vader(), SentimentIntensityAnalyzer(), Random(1)
    words = [*sorted(TURNS), *LOUD_AND_PLAIN]
    for _ in range(5_000):
        text = " ".join(chance.choices(words, k=chance.randint(1, 9)))
        assert ours(text).compound == pytest.approx(theirs.polarity_scores(text)["compound"], abs=1e-9), text


def test_pattern_takes_the_steps_of_its_own_loop() -> None:
    ours, chance = Pattern(), Random(1)
    words = ["not", "no", "never", "n't", "really", "very", "barely", "good", "bad", "terrible", "!", "a", "the", ":("]
    for _ in range(5_000):
        said = chance.choices(words, k=chance.randint(1, 9))
        theirs = ours.engine.assessments([(word, None) for word in said])
        assert ours(said).polarity == pytest.approx(sum(one[1] for one in theirs) / (len(theirs) or 1)), said


def test_pattern_has_the_words_of_textblob() -> None:
    textblob.load()
    assert dict(Pattern().engine) == dict(textblob)


def test_pattern_fed_with_our_words_says_what_textblob_says() -> None:
    ours = Pattern()
    for text in SENTENCES:
        words = TOKEN.findall(prepared(text).lower())
        assert ours(words).polarity == pytest.approx(TextBlob(text).sentiment.polarity, abs=1e-6)


def test_that_a_brand_is_named_is_no_reason() -> None:
    found = heard("where is my suitcase northwind air")

    assert "'suitcase'" in found.why("sentiment")[0]
    assert "northwind" not in " ".join(found.why("sentiment", "intent"))
