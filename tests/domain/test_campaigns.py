"""Campaigns of the playbook and of Slack, in one book."""

from datetime import UTC, datetime, timedelta

from bot.domain.campaigns.campaign import Campaign, CampaignBook, find_nearest_name

START = datetime(2026, 3, 20, 8, tzinfo=UTC)


def make_campaign(name: str, **fields: object) -> Campaign:
    known = {"subject": "Northwind Air", "starts_at": START, "ends_at": START + timedelta(days=2), **fields}
    return Campaign.model_validate({"name": name, **known})


def test_a_campaign_runs_from_its_start_until_just_before_its_end() -> None:
    book = CampaignBook((make_campaign("Spring sale"),))
    moments = (START - timedelta(seconds=1), START, START + timedelta(days=2))
    assert [len(book.list_running(at)) for at in moments] == [0, 1, 0]


def test_the_playbook_wins_over_a_campaign_of_the_same_name_that_was_started_in_slack() -> None:
    ours = make_campaign("Spring sale")
    book = CampaignBook.merge_campaigns([ours], [make_campaign("spring  Sale", started_by="U0ANA")])
    assert book.campaigns == (ours,)


def test_the_newest_campaign_is_first_and_an_umbrella_knows_its_parts() -> None:
    umbrella = make_campaign("Summer", starts_at=START - timedelta(days=5))
    child = make_campaign("Spring sale", parent="summer")
    book = CampaignBook.merge_campaigns([umbrella, child], [])
    assert book.campaigns == (child, umbrella)
    assert book.list_parts(umbrella) == (child,)


def test_one_that_nobody_ended_is_known_as_such_once_its_time_is_over() -> None:
    started = make_campaign("Teaser", started_by="U0ANA")
    assert [started.is_forgotten(at) for at in (START, started.ends_at)] == [False, True]
    assert not started.copy_with(ended_by="U0ANA").is_forgotten(started.ends_at)


def test_a_campaign_raises_the_expected_volume_of_its_subject_while_it_runs() -> None:
    event = make_campaign("Spring sale", times=4.0, words=("spring sale",)).planned_event
    assert (event.subject, event.times, event.words) == ("Northwind Air", 4.0, ("spring sale",))
    assert event.is_planned_at("Northwind Air", START.timestamp())


def test_a_wrong_name_is_answered_with_the_nearest_one() -> None:
    assert find_nearest_name("sping sale", ["Spring sale", "Summer"]) == "Spring sale"
    assert find_nearest_name("outage", ["Spring sale"]) == ""
