"""Campaigns that managers start and end in Slack."""

import html
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards.block_kit import RenderedMessage
from bot.domain.commits import NotAllowed
from bot.usecases.report_query import HELP_WORD, OTHER_WORDS
from handlers.commands.sentiment import DIGEST, SUBCOMMANDS
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, MIA, UseCaseHarness
from tests.usecases.race import Race

PLANNED = """
[[campaigns]]
name = "Summer"
subject = "Northwind Air"
starts_at = 2026-03-01T08:00:00
ends_at = 2026-03-02T08:00:00

[brand]"""


async def ask(harness: UseCaseHarness, words: str, by: str = MIA) -> RenderedMessage:
    return await harness.usecases.campaigns.answer_command(by, words)


async def list_campaigns(harness: UseCaseHarness) -> str:
    return str((await ask(harness, "list")).blocks)


async def list_events(harness: UseCaseHarness) -> list[str]:
    entries = await harness.store.client.execute("XRANGE", harness.store.keys.audit, "-", "+")
    return [dict(zip(flat[::2], flat[1::2], strict=True))["what"] for _, flat in entries]


async def test_a_campaign_is_started_once_ended_once_and_both_are_in_the_audit_log(harness: UseCaseHarness) -> None:
    assert "has started." in (await ask(harness, "start Spring sale for northwind air")).text
    harness.clock.advance(timedelta(hours=3))
    assert "has been running for 3 h" in (await ask(harness, "start spring sale")).text
    assert "is over" in (await ask(harness, "end SPRING sale")).text
    harness.clock.advance(timedelta(hours=1))
    assert "is over" in (await ask(harness, "end Spring sale")).text
    assert await list_events(harness) == ["started a campaign", "ended a campaign"]
    with pytest.raises(NotAllowed, match=r"name is over\. Give this one another name, such as `Spring sale 2`"):
        await ask(harness, "start Spring sale")


async def test_two_managers_who_start_one_campaign_at_once_start_one(harness: UseCaseHarness, race: Race) -> None:
    won = await race.run(*(race.usecases.campaigns.answer_command(MIA, "start Spring sale") for _ in range(2)))
    assert len(won.given) == 2
    assert await list_events(harness) == ["started a campaign"]


async def test_only_managers_start_and_end_campaigns_and_everybody_sees_the_list(harness: UseCaseHarness) -> None:
    for words in ("start Spring sale", "end Spring sale"):
        with pytest.raises(NotAllowed, match=r"Only managers start and end campaigns\. Ask <@U0MIA>"):
            await ask(harness, words, by=ANA)
    await ask(harness, "start Spring sale")
    assert "*Spring sale* · about Northwind Air" in str((await ask(harness, "list", by=ANA)).blocks)


@pytest.mark.parametrize(
    "name", ["<!channel> @here", "@Everyone buys", "<b>Sale</b>", "`Sale`", "*Sale*", "Sa\u202ele", "~Sale~", "_Sale_"]
)
async def test_a_name_that_slack_would_read_as_markup_is_refused(harness: UseCaseHarness, name: str) -> None:
    with pytest.raises(NotAllowed, match="no @channel, @here or @everyone"):
        await ask(harness, f"start {html.escape(name)}")
    assert (await harness.usecases.campaigns.load_book()).campaigns == ()


async def test_a_campaign_about_a_competitor_is_refused_and_its_name_stays_free(harness: UseCaseHarness) -> None:
    with pytest.raises(
        NotAllowed, match=r"Skylark Airways is a competitor\. A campaign is about one of these: Northwind Air"
    ):
        await ask(harness, "start Spring sale for skylark")
    assert "about Northwind Air, has started" in (await ask(harness, "start Spring sale")).text


async def test_a_wrong_name_or_subject_is_answered_with_the_nearest(harness: UseCaseHarness) -> None:
    await ask(harness, "start Spring sale")
    with pytest.raises(NotAllowed, match=r"no campaign “Sping sale”\. Did you mean `Spring sale`"):
        await ask(harness, "end Sping sale")
    with pytest.raises(NotAllowed, match=r"no subject “Northwnd Air”\. Did you mean `Northwind Air`"):
        await ask(harness, "start Autumn for Northwnd Air")
    with pytest.raises(NotAllowed, match="campaign start Spring sale for Northwind"):
        await ask(harness, "stop Spring sale")


async def test_a_campaign_that_nobody_ended_ends_by_itself_and_the_list_says_so(harness: UseCaseHarness) -> None:
    await ask(harness, "start Spring sale")
    assert "running since" in await list_campaigns(harness)
    harness.clock.advance(timedelta(days=31))
    assert "nobody ended it" in await list_campaigns(harness)
    assert "nobody ended it" in (await ask(harness, "end Spring sale")).text


async def test_the_playbook_wins_over_slack_on_the_same_name(harness: UseCaseHarness) -> None:
    await ask(harness, "start Summer")
    harness.replace_in_playbook("\n[brand]", PLANNED)
    for words in ("start summer", "end summer"):
        with pytest.raises(NotAllowed, match="is in the playbook, which says when it runs"):
            await ask(harness, words)
    [found] = (await harness.usecases.campaigns.load_book()).campaigns
    assert found.started_by == ""


async def test_one_that_cannot_be_read_is_left_out_and_is_not_written_over(harness: UseCaseHarness) -> None:
    await ask(harness, "start Spring sale")
    await ask(harness, "start Autumn")
    await make_unreadable(harness.store, harness.store.keys.campaigns, "spring sale", kind="choir")
    assert [one.name for one in (await harness.usecases.campaigns.load_book()).campaigns] == ["Autumn"]
    with pytest.raises(NotAllowed, match="newer release"):
        await ask(harness, "start Spring sale")


async def test_a_campaign_ends_at_the_same_local_time_whatever_the_clocks_do(harness: UseCaseHarness) -> None:
    zone = ZoneInfo("Europe/Lisbon")
    assert harness.app.rules.time_zone == zone.key
    harness.clock.advance(datetime(2026, 3, 10, 10, 23, tzinfo=zone) - harness.clock.now())
    await ask(harness, "start Spring sale")
    [found] = (await harness.usecases.campaigns.load_book()).campaigns
    assert f"{found.ends_at.astimezone(zone):%d %b %H:%M}" == "09 Apr 10:23"


async def test_a_campaign_that_was_started_this_minute_runs_for_no_seconds(harness: UseCaseHarness) -> None:
    await ask(harness, "start Spring sale")
    harness.clock.advance(timedelta(milliseconds=200))
    assert "running for less than a minute, started by" in (await ask(harness, "start Spring sale")).text


async def test_the_only_brand_that_begins_so_is_meant_before_a_product(harness: UseCaseHarness) -> None:
    assert "about Northwind Air," in (await ask(harness, "start Spring sale for northwind")).text
    with pytest.raises(NotAllowed, match="no subject “zzz”"):
        await ask(harness, "start Autumn for zzz")


async def test_the_hint_for_ending_has_the_name_as_it_was_typed(harness: UseCaseHarness) -> None:
    assert "`/sentiment campaign end x-1_y`" in (await ask(harness, "start x-1_y")).text
    assert "is over" in (await ask(harness, "end x-1_y")).text


def test_the_words_that_are_asked_back_are_those_of_the_command() -> None:
    assert {*SUBCOMMANDS, DIGEST, HELP_WORD} == set(OTHER_WORDS)
