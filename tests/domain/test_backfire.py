"""The test behind a warning of a backfire: people, not posts; against what was usual, and what is usual elsewhere."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.domain.campaigns.annoyance import has_annoyance
from bot.domain.campaigns.backfire import BackfireFinding, find_backfires
from bot.domain.campaigns.backfire_record import MAX_WARNINGS, BackfireRecord, warn_of_backfire, watch_campaign
from bot.domain.campaigns.campaign import Campaign, CampaignAsset
from bot.domain.department import Department
from bot.domain.spikes.observation import SpikeObservation

START = datetime(2026, 3, 11, 4, tzinfo=UTC)
AT = START + timedelta(hours=1)
PR = Department(name="pr", channel="C0PR")
CAMPAIGN = Campaign(
    name="Spring sale",
    subject="Northwind",
    starts_at=START,
    ends_at=START + timedelta(days=1),
    assets=(CampaignAsset("Film", ("film",), "https://northwind.example/film/"), CampaignAsset("Song", ("song",))),
)


def say(
    text: str, people: int, *, negative: bool = True, who: str = "p", doubtful: bool = False
) -> list[SpikeObservation]:
    since = START.timestamp() + 60
    return [
        SpikeObservation(
            since + n, "Northwind", f"x:{who}{n}", f"{who}{n}", "care", negative, doubtful=doubtful, text=text
        )
        for n in range(people)
    ]


def find(*posts: SpikeObservation, before: float = 0.2) -> BackfireFinding | None:
    found = find_backfires(CAMPAIGN, sorted(posts, key=lambda one: one.at), before, AT.timestamp())
    return found[0] if found else None


@pytest.mark.parametrize("words", ["spring sale", "#SpringSale", "the song", "see northwind.example/film"])
def test_a_post_counts_by_the_name_or_by_words_or_the_link_of_an_asset(words: str) -> None:
    assert find(*say(words, 10)) is not None
    assert find(*say("late again", 10)) is None


def test_what_is_as_critical_as_before_is_no_backfire() -> None:
    mixed = [*say("spring sale", 100, negative=False), *say("spring sale", 25, who="q")]
    spread = [
        one._replace(at=START.timestamp() + 7 * int(one.who[1:]) * (4 if one.who[0] == "q" else 1)) for one in mixed
    ]
    assert find(*spread) is None
    assert find(*say("spring sale", 10), before=0.2) is not None
    assert find(*say("spring sale", 10), before=0.8) is None


def test_trouble_of_the_whole_subject_is_not_blamed_on_the_campaign() -> None:
    assert find(*say("spring sale", 12)) is not None
    assert find(*say("spring sale", 12), *say("late again", 60, who="other")) is None


def test_a_person_counts_once_and_a_likely_bot_does_not() -> None:
    assert find(*(one._replace(who="same") for one in say("spring sale", 60))) is None
    assert find(*say("spring sale", 60, doubtful=True)) is None
    found = find(*say("spring sale", 12), *say("spring sale", 5, who="bot", doubtful=True))
    assert found is not None
    assert (len(found.critics), found.doubtful) == (12, 5)


def test_the_asset_that_goes_wrong_is_named_among_others_that_do_not() -> None:
    found = find(*say("spring sale film", 15), *say("spring sale song", 30, negative=False, who="q"))
    assert found is not None
    assert found.asset == "Film"


def test_posts_before_the_campaign_do_not_count() -> None:
    assert find(*(one._replace(at=one.at - 3_600) for one in say("spring sale", 30))) is None


@pytest.mark.parametrize(
    "text",
    [
        "Please stop shoving this down our throats",
        "enough of this ad",
        "enough of this silly ad already",
        "unfollowing because of the spring sale",
        "Schluss mit dieser Werbung!",
        "Eure Kampagne nervt",
        "y'en a marre de cette pub",
        "estoy harta de este anuncio",
        "chega dessa propaganda",
        "basta con questa pubblicità",
        "genoeg van deze reclame",
    ],
)
def test_annoyance_is_known_in_the_seven_languages_of_the_checks(text: str) -> None:
    assert has_annoyance(text)


@pytest.mark.parametrize("text", ["I love this ad", "stop, I need this", "enough said", "eine gute Kampagne"])
def test_other_words_are_no_annoyance(text: str) -> None:
    assert not has_annoyance(text)


def test_warnings_are_few_whatever_is_found() -> None:
    record = watch_campaign(None, CAMPAIGN, 0.2).after
    told = list[datetime]()
    for minute in range(0, 60 * 24 * 10, 5):
        at = START + timedelta(minutes=minute)
        found = BackfireFinding(f"Asset {minute}", tuple(say("film", 10)), 10, 0.2, 9.0, 5)
        if (decision := warn_of_backfire(record, CAMPAIGN, found, PR, [record], at)) is not None:
            record = decision.after
            told.append(at)
    assert len(told) == MAX_WARNINGS
    assert all(later - one >= timedelta(minutes=30) for one, later in pairwise(told))


def test_two_campaigns_of_one_subject_do_not_warn_of_the_same_posts_at_once() -> None:
    found = BackfireFinding("", tuple(say("film", 10)), 10, 0.2, 9.0, 5)
    records = [watch_campaign(None, CAMPAIGN.copy_with(name=name), 0.2).after for name in ("One", "Two")]
    first = warn_of_backfire(records[0], CAMPAIGN, found, PR, records, AT)
    assert first is not None
    both: list[BackfireRecord] = [first.after, records[1]]
    assert warn_of_backfire(records[1], CAMPAIGN, found, PR, both, AT) is None
    assert warn_of_backfire(records[1], CAMPAIGN, found, PR, both, AT + timedelta(minutes=31)) is not None
