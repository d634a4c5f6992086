from typing import Any

import pytest

from bot.demo.setup import SAMPLE
from bot.detectors.detector import MentionStats
from bot.domain.mention import Mention
from bot.sources.mention_parser import read_mentions
from tests.detectors.lines.reader import read_lines
from tests.detectors.vocabulary import assess, assessor, mention

SHAPES = read_lines("spam")
FRESH = read_lines("spam_fresh")
ALIKE = {"flattery, and then a link", "a pitch that has nothing to do with it", "work from home and trading"}
"""Those that look like what customers write: 1, 1 and 2 of five (2026-11-22). Who says it tells them, in life."""


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
    found = assess(text)
    assert "intent:spam" in found.labels
    assert any(because.startswith("spam: ") for because in found.reasons)


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
    assert "intent:spam" not in assess(text).labels


def test_spam_is_never_urgent() -> None:
    assert (
        assess(
            "Gucci Prada Rolex Nike outlet https://deals.example/x", author={"id": "a", "followers": 900_000}
        ).urgency
        == 0
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_nearly_all_lines_of_each_shape_are_spam(shape: str) -> None:
    """Looked at while tuning: measured 126 of 130 (2026-11-22)."""
    assert sum("intent:spam" in assess(text).labels for text in SHAPES[shape]["seen"]) >= 8


def test_two_thirds_of_the_held_out_lines_are_spam() -> None:
    """Measured 49 of 65 and 46 of 60 (2026-11-22; 15 and 6 when they were first run), without a word on who says it."""
    kept = [text for shape in SHAPES.values() for text in shape["unseen"]]
    kept += [text for shape in FRESH.values() for text in shape["apart"]]
    assert sum("intent:spam" in assess(text).labels for text in kept) >= 2 * len(kept) / 3


@pytest.mark.parametrize("shape", [shape for shape in FRESH if shape not in ALIKE])
def test_half_of_each_fresh_shape_is_spam_by_its_features(shape: str) -> None:
    """Looked at while tuning: measured 44 of 60 (2026-11-22; 8 before)."""
    assert sum("intent:spam" in assess(text).labels for text in FRESH[shape]["tuned"]) >= 3


def test_the_reason_names_the_spam_features() -> None:
    [because] = assess("PS5 $199, MacBook $450, brand new sealed, shipping 3-5 days").find_reasons("intent")[:1]
    assert because.startswith("spam: ")
    assert "many terms of sale" in because


@pytest.mark.parametrize(
    "text",
    [
        "@northwindair your promo code FLY20 does not work, it says expired, please help",
        "@northwindair you took $35 for the bag, $60 for the seat and $20 for wifi, this is a joke",
        "Waited 2 hours at the gate, no info, no food, no water. Worst flight of my life @northwindair",
        "@northwindair my number is +1 415 555 0133, call me when you have found my suitcase",
        "Loved the window seat #northwind #travel #sunset #lisbon #happy #crew #thankyou",
    ],
)
def test_customers_with_codes_prices_or_hashtags_are_no_spam(text: str) -> None:
    assert "intent:spam" not in assess(text).labels


def test_a_long_letter_is_not_spam_for_its_many_words() -> None:
    day = read_mentions(SAMPLE / "day.jsonl")
    [letter] = [one for one in day if isinstance(one, Mention) and one.id == "forum:48212"]

    assert len(letter.text.split()) > 400
    assert "intent:spam" not in assess(letter.text).labels


def test_the_account_counts() -> None:
    pitch = "flights end, gains do not, come aboard @northwindair https://gains.example/in"
    bot = {"id": "a", "followers": 11, "following": 2_471, "posts": 7_670, "created_at": "2026-01-16"}
    person = {"id": "b", "followers": 310, "following": 280, "posts": 2_112, "created_at": "2016-01-16"}
    assert "intent:spam" in assess(pitch, author=bot).labels
    assert "intent:spam" not in assess(pitch, author=person).labels


def test_copies_count_if_they_have_a_call_to_action() -> None:
    promo = mention("northwind air fans, our new guide is there, look https://guide.example/x")
    once, often = assessor().assess([promo, promo], [MentionStats(copies=1), MentionStats(copies=9)])
    assert often.intents["spam"] > once.intents.get("spam", 0.0)


HEADLINE = "Northwind Air cancels 200 flights after software failure https://news.example/a1"
OUTLETS: tuple[dict[str, Any], ...] = (
    {"id": "1", "handle": "daily", "followers": 3_000, "following": 200, "posts": 20_000, "created_at": "2012-01-01"},
    {"id": "2", "handle": "evening", "followers": 3_000},
    {"id": "3", "handle": "localnews"},
    {"id": "unknown"},
)


@pytest.mark.parametrize("copies", [3, 5, 20])
@pytest.mark.parametrize("outlet", OUTLETS)
def test_a_headline_of_several_news_outlets_is_no_spam(outlet: dict[str, Any], copies: int) -> None:
    [found] = assessor().assess([mention(HEADLINE, author=outlet)], [MentionStats(copies=copies)])
    assert "intent:spam" not in found.labels


def test_copies_by_doubtful_accounts_are_spam() -> None:
    fresh = {"id": "5", "handle": "news24", "followers": 1, "posts": 5, "created_at": "2026-03-08"}
    [found] = assessor().assess([mention(HEADLINE, author=fresh)], [MentionStats(copies=5)])
    assert "intent:spam" in found.labels
    assert "the same words from 5 accounts" in found.find_reasons("intent")[0]


def test_invisible_letters_are_a_shape_of_spam() -> None:
    found = assess("n\u200bo\u200br\u200bt\u200bh\u200bwind air refund desk https://refund.example")
    assert "intent:spam" in found.labels
    assert "hidden letters" in found.find_reasons("intent")[0]


def test_posts_of_a_monitored_company_are_no_spam() -> None:
    offer = "Last chance! 50% off all flights, book now https://deals.example/x and win a prize, click here"
    assert "intent:spam" in assess(offer, author={"id": "1", "handle": "cheapflights"}).labels
    assert "intent:spam" not in assess(offer, author={"id": "1", "handle": "NorthwindAir"}).labels
    assert "intent:spam" not in assess(offer, author={"id": "1", "handle": "@flyskylark"}).labels


def test_a_signed_answer_of_a_company_is_no_spam() -> None:
    answer = "@someone great question, thanks for sharing! See https://help.example/lounges"
    assert "intent:spam" in assess(answer).labels
    assert "intent:spam" not in assess(f"{answer} ^QA").labels
