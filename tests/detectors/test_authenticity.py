from datetime import timedelta
from typing import Any

import pytest

from bot.detectors.detector import MentionStats
from tests.detectors.vocabulary import NOON, assess, assessor, mention


def days_ago(days: int) -> str:
    return (NOON - timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ({"followers": 15, "following": 3_875, "posts": 3_076, "created_at": days_ago(20)}, "followed by 15"),
        (
            {"followers": 21, "following": 471, "posts": 6_355, "created_at": days_ago(31), "handle": "k83920"},
            "205 posts a day",
        ),
        ({"handle": "user83920174", "followers": 0, "following": 14, "posts": 3}, "a handle as machines make them"),
        ({"followers": 2, "following": 1, "posts": 1, "created_at": days_ago(1)}, "young account"),
    ],
)
def test_an_inauthentic_account_is_doubtful_with_the_reason(account: dict[str, Any], why: str) -> None:
    found = assess("northwind air is late", author={"id": "a", **account})
    assert found.get_words("voice") == ("doubtful",)
    assert why in found.find_reasons("voice")[0]


@pytest.mark.parametrize(
    "account",
    [
        {},
        {"handle": "marta_f"},
        {"followers": 310, "following": 280, "posts": 2_112, "created_at": days_ago(3_000)},
        {"followers": 12, "following": 90, "posts": 40, "created_at": days_ago(25)},
        {"followers": 0, "following": 0, "posts": 250, "created_at": days_ago(900)},
        {"followers": 900_000, "following": 120, "posts": 90_000, "created_at": days_ago(4_000)},
        {"handle": "jan1987", "followers": 3, "following": 20, "posts": 12},
    ],
)
def test_quiet_new_and_busy_people_are_not_doubted(account: dict[str, Any]) -> None:
    assert not assess("northwind air is late", author={"id": "a", **account}).get_words("voice")


def test_the_same_words_from_many_accounts_are_doubtful() -> None:
    young = mention("northwind air is over", author={"id": "a", "posts": 4, "created_at": days_ago(9)})
    alone, among = assessor().assess([young, young], [MentionStats(copies=1), MentionStats(copies=12)])
    assert not alone.get_words("voice")
    assert "12 accounts with the same words" in among.find_reasons("voice")[0]


def test_a_crisis_by_a_doubtful_account_is_doubtful() -> None:
    bot = {"id": "a", "followers": 15, "following": 3_875, "posts": 3_076, "created_at": days_ago(20)}
    found = assess("@northwindair engine fire, emergency landing, people died", author=bot)
    assert "intent:crisis" in found.labels
    assert found.find_reasons("crisis") == ("doubtful: the author may be a bot",)
