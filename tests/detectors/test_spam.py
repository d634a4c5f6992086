import pytest

from bot.detectors.base import Background
from tests.detectors.lines.reading import read
from tests.detectors.vocabulary import assessor, heard, mention

SHAPES = read("spam")


@pytest.mark.parametrize(
    "text",
    [
        "Gucci Prada Rolex Nike outlet https://deals.example/x",
        "Great post! Visit my blog https://pills.example/1",
        "Payday loans, instant approval, bad credit ok https://cash.example",
        "Get followers fast, buy followers here https://grow.example",
        "Online casino with free spins https://spin.example",
        "Bitcoin giveaway: double your crypto https://coin.example/now",
        "Make money online from home, $500 a day, be your own boss https://rich.example",
        "https://a.example/only-a-link",
        "#win #win #win #win #free #free #iphone https://a.example",
        "https://a.example https://b.example https://c.example https://d.example click here",
    ],
)
def test_a_pitch_is_spam_and_says_its_shape(text: str) -> None:
    found = heard(text)
    assert "intent:spam" in found.labels
    assert any(because.startswith("spam: ") for because in found.because)


@pytest.mark.parametrize(
    "text",
    [
        "@northwindair my bag is lost, see the report https://pic.example/1",
        "@northwindair you charged me $500 twice, I want my money back https://pic.example/2",
        "I work from home and your chat still doesn't answer @northwindair",
        "@northwindair https://pic.example/3",
        "My Nike bag was damaged on your flight @northwindair https://pic.example/4",
        "#fail #northwind #lost #bag @northwindair",
    ],
)
def test_a_genuine_complaint_is_not_spam(text: str) -> None:
    assert "intent:spam" not in heard(text).labels


def test_spam_is_never_urgent() -> None:
    assert (
        heard("Gucci Prada Rolex Nike outlet https://deals.example/x", author={"id": "a", "followers": 900_000}).urgency
        == 0
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_nearly_all_of_each_invented_shape_is_caught(shape: str) -> None:
    """Looked at while tuning: measured 126 of 130 (2026-11-22)."""
    assert sum("intent:spam" in heard(text).labels for text in SHAPES[shape]["seen"]) >= 8


def test_more_than_half_of_the_lines_kept_apart_are_caught() -> None:
    """Measured 35 of 65 (2026-11-22; 15 when they were first run), without a word on who says it: see below."""
    unseen = [text for shape in SHAPES.values() for text in shape["unseen"]]
    assert sum("intent:spam" in heard(text).labels for text in unseen) >= len(unseen) // 2


def test_who_says_it_counts() -> None:
    pitch = "flights end, gains do not, come aboard @northwindair https://gains.example/in"
    bot = {"id": "a", "followers": 11, "following": 2_471, "posts": 7_670, "created_at": "2026-01-16"}
    person = {"id": "b", "followers": 310, "following": 280, "posts": 2_112, "created_at": "2016-01-16"}
    assert "intent:spam" in heard(pitch, author=bot).labels
    assert "intent:spam" not in heard(pitch, author=person).labels


def test_the_same_words_from_many_accounts_weigh_where_they_want_something() -> None:
    promo = mention("northwind air fans, our new guide is there, look https://guide.example/x")
    once, often = assessor().assess([promo, promo], [Background(copies=1), Background(copies=9)])
    assert often.intents["spam"] > once.intents.get("spam", 0.0)


def test_letters_that_nobody_sees_are_a_shape() -> None:
    found = heard("n\u200bo\u200br\u200bt\u200bh\u200bwind air refund desk https://refund.example")
    assert "intent:spam" in found.labels
    assert "hidden letters" in found.why("intent")[0]
