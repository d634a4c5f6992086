from datetime import timedelta

import pytest

from bot.detectors.detector import MentionStats
from tests.detectors.vocabulary import NOON, assess, assessor, mention


def test_a_crisis_stands_above_a_complaint_and_a_complaint_above_a_question() -> None:
    crisis = assess("@northwindair smoke in the cabin")
    complaint = assess("@northwindair my bag is lost, worst service")
    question = assess("@northwindair when does the desk open?")
    assert crisis.urgency > complaint.urgency > question.urgency > 0


def test_reach_says_which_share_is_believed() -> None:
    young = {"id": "a", "followers": 120_000, "posts": 500, "created_at": NOON - timedelta(days=5)}
    found = assess("northwind air is late", author=young)
    assert "reach: 120,000 followers, discounted to 60,000 (young account)" in found.reasons


def test_bought_followers_count_less_than_true_ones() -> None:
    bought = {"id": "a", "followers": 90_000, "following": 89_000, "posts": 3, "created_at": NOON - timedelta(days=2)}
    true = {"id": "b", "followers": 90_000, "following": 300, "posts": 9_000, "created_at": NOON - timedelta(days=900)}
    assert assess("northwind air is late", author=bought).urgency < assess("northwind air is late", author=true).urgency


def test_reach_alone_never_makes_a_post_urgent() -> None:
    assert assess("a northwind air plane", author={"id": "a", "followers": 80_000_000}).urgency <= 20


def test_velocity_and_earlier_posts_raise_urgency() -> None:
    said = [mention("@northwindair where is my bag?")]
    alone = assessor().assess(said)[0]
    wave = assessor().assess(said, [MentionStats(recent=40, expected=5.0, earlier=1)])[0]
    assert wave.urgency == alone.urgency + 15 + 5


def test_shouting_counts_a_little() -> None:
    assert assess("NORTHWIND AIR FLIES TO PORTO").urgency == assess("northwind air flies to porto").urgency + 3


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("@northwindair where is my bag? boarding in 20 minutes", "clock: 'in 20 minutes'"),
        ("@northwindair which gate? we are about to board", "clock: 'about to board'"),
        ("@northwindair can I rebook tonight?", "clock: 'tonight'"),
    ],
)
def test_time_pressure_in_the_text_raises_urgency(text: str, because: str) -> None:
    assert because in assess(text).reasons


def test_a_delayed_post_is_more_urgent_until_it_is_old() -> None:
    said = [mention("@northwindair where is my bag?")] * 4
    waits = (timedelta(0), timedelta(minutes=40), timedelta(hours=3), timedelta(days=30))
    at_once, later, much_later, old = assessor().assess(said, [MentionStats(received_at=NOON + wait) for wait in waits])
    assert [one.urgency - at_once.urgency for one in (later, much_later, old)] == [2, 4, 0]
    assert "clock: picked up 40 min late" in later.reasons
    assert "clock: picked up 3 h late" in much_later.reasons


def test_a_post_without_a_request_has_no_time_pressure() -> None:
    assert not assess("northwind air flies to Porto right now").get_words("urgency")
