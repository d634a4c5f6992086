"""Counters of themes, as the commit writes them and reports read them."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.assessment import Assessment, Signal
from bot.domain.cases.intake import count_only
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.periods import TimeSpan
from bot.domain.routing import NOBODY
from bot.domain.themes import ThemeKey
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.report_counters import ReportCounterStore
from tests.store.test_report_counters import DAY, NOON, build_assessment, commit_cases, mention, opening

QUARTER = timedelta(minutes=15)


def about(*themes: str, sentiment: str = "negative", intent: str = "complaint") -> Assessment:
    signals = build_assessment("North|wind", sentiment, intent).signals
    return Assessment(signals=(*signals, *(Signal("themes", f"theme:{theme}", 1.0) for theme in themes)))


def counted(found: Assessment, minutes: int = 0) -> CaseDecision:
    at = NOON + timedelta(minutes=minutes)
    return count_only(mention(at), found, at)


async def test_each_theme_is_counted_once_a_mention_and_at_most_three(client: RedisClient, brand: str) -> None:
    keys, counters = Keys(brand), ReportCounterStore(client, Keys(brand))
    await commit_cases(client, keys, counted(about("a|b", "delay")), counted(about("delay", "2", "3", "4"), 15))
    key = ThemeKey("delay", "North|wind", NOBODY, "negative", "complaint")
    [found] = await counters.load_themes(DAY)
    assert found == {key: 2, **{key._replace(theme=name): 1 for name in ("a|b", "2", "3")}}
    assert await counters.load_themes(TimeSpan(NOON + QUARTER, NOON + 2 * QUARTER)) == [
        {key._replace(theme=name): 1 for name in ("delay", "2", "3")}
    ]
    assert 0 < await client.execute("TTL", keys.themes_key(NOON)) <= timedelta(days=400).total_seconds()


async def test_spam_and_posts_of_our_own_and_of_staff_are_in_no_theme(client: RedisClient, brand: str) -> None:
    ours = counted(about("delay"))
    assert ours.processed is not None
    decisions = (
        counted(about("delay", intent="spam")),
        replace(ours, processed=replace(ours.processed, is_own=True)),
        replace(ours, processed=replace(ours.processed, staff_sign="listed")),
    )
    await commit_cases(client, Keys(brand), *decisions)
    assert await ReportCounterStore(client, Keys(brand)).load_themes(DAY) == [{}]


async def test_the_cases_with_a_theme_are_found_best_first_each_once(client: RedisClient, brand: str) -> None:
    keys, care = Keys(brand), Department(name="care", channel="C0CARE")
    first, second = opening(NOON), opening(NOON, department=care)
    for one, themes in ((first, ("delay", "bags")), (second, ("bags",))):
        assert one.processed is not None
        await commit_cases(client, keys, replace(one, processed=replace(one.processed, assessment=about(*themes))))
    found = await ReportCounterStore(client, keys).find_theme_cases(DAY, ["delay", "bags"], 10)
    assert sorted(found) == sorted([first.case.id, second.case.id])
    assert await ReportCounterStore(client, keys).find_theme_cases(DAY, ["crew"], 10) == []
