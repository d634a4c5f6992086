"""Corrections and spam on a real server: kept within bounds, counted once, brought back once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.domain.assessment import Assessment, Signal
from bot.domain.case import Case, CaseResolution, derive_case_id
from bot.domain.cases.correction_transitions import (
    CorrectedValue,
    correct_case,
    reopen_with_correction,
    resolve_with_correction,
    restore_from_spam,
)
from bot.domain.cases.intake import count_only
from bot.domain.commits import CaseDecision
from bot.domain.correction import CorrectionKind
from bot.domain.mention import Mention
from bot.domain.periods import TimeSpan
from bot.domain.reports.precision import compute_precisions
from bot.domain.reports.report import SentimentCounts
from bot.domain.routing import Route
from bot.store.keys import CORRECTIONS_KEPT
from bot.store.spam import SpamEntry
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.domain.samples import CARE, CLOCKS, assess_and_route, build_case, build_context

SPAM = Assessment(
    signals=(
        Signal("mood", "sentiment:negative", 0.9),
        Signal("spam", "intent:spam", 0.9, "spam: a list of brands"),
        Signal("subject", "subject:Northwind", 0.9),
        Signal("subject", "kind:brand", 0.9),
    )
)


def as_it_is(_: Mention, assessment: Assessment) -> Assessment:
    return assessment


async def commit_spam(store: Store, clock: SteppedClock, number: int = 1) -> SpamEntry:
    """As triage would have committed it."""
    mention = Mention(id=f"t:{number}", source="t", text=f"buy {number}", created_at=clock.now())
    await store.client.execute("HINCRBY", store.keys.mention_counters, "seen", 1)
    await store.cases.commit(count_only(mention, SPAM, clock.now()), clock.now())
    [kept] = await store.spam.list_newest(1)
    return kept


def restore(kept: SpamEntry, clock: SteppedClock, by: str = "U0JOE") -> CaseDecision:
    decision = restore_from_spam(
        kept.mention, kept.assessment, Route(name="r", clocks=CLOCKS), CARE, by, clock.now(), as_it_is
    )
    assert decision.processed is not None
    return replace(decision, processed=replace(decision.processed, at=kept.at))


async def test_spam_is_kept_as_it_was_assessed_newest_first_page_by_page(store: Store, clock: SteppedClock) -> None:
    for number in range(1, 6):
        await commit_spam(store, clock, number)
    first = await store.spam.list_newest(3)
    rest = await store.spam.list_newest(3, first[-1].id)

    assert [one.mention.id for one in (*first, *rest)] == ["t:5", "t:4", "t:3", "t:2", "t:1"]
    assert (first[0].assessment, first[0].at, await store.spam.count()) == (SPAM.shorten_signals(), clock.now(), 5)


async def test_what_is_brought_back_moves_from_spam_to_opened_in_the_counters_and_in_the_tally(
    store: Store, clock: SteppedClock
) -> None:
    kept = await commit_spam(store, clock)
    said = TimeSpan(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))
    clock.advance(hours=30)

    assert await store.spam.restore_mention(kept, restore(kept, clock), clock.now())

    account = await store.mention_counters.read()
    assert (account.spam, account.opened, account.unaccounted) == (0, 1, 0)
    [counted] = await store.report_counters.load_tallies(said)
    assert SentimentCounts.from_tally(counted) == SentimentCounts(negative=1)
    assert (await store.cases.get(derive_case_id("t:1"))).department == "care"
    assert await store.spam.find(kept.id) is None
    [one] = [one async for one in store.corrections.iter_corrections()]
    assert (one.correction.was, one.correction.now, one.mention) == ("spam", "genuine", kept.mention)


async def test_of_twenty_who_bring_it_back_at_once_one_does(store: Store, clock: SteppedClock) -> None:
    kept = await commit_spam(store, clock)

    done = await asyncio.gather(
        *(store.spam.restore_mention(kept, restore(kept, clock, f"U{n}"), clock.now()) for n in range(20))
    )

    assert done.count(True) == 1
    account = await store.mention_counters.read()
    assert (account.spam, account.opened, account.unaccounted) == (0, 1, 0)


async def test_what_the_count_of_cases_says_of_us_follows_each_change_and_counts_each_once(
    store: Store, clock: SteppedClock
) -> None:
    made = build_case()
    await store.cases.commit(CaseDecision(made), clock.now())

    async def judged() -> tuple[int, int]:
        everything = compute_precisions(await store.corrections.load_precision(clock.now(), 30))[0]
        return everything.cases, everything.wrong

    async def does(decide: Callable[[Case], CaseDecision]) -> None:
        await store.cases.change(made.id, decide, clock.now())

    now = clock.now
    await does(
        lambda c: correct_case(
            c, build_context("U0ANA", now()), CorrectedValue(CorrectionKind.INTENT, "need"), as_it_is, assess_and_route
        )
    )
    assert await judged() == (0, 0)
    await does(lambda c: resolve_with_correction(c, build_context("U0ANA", now()), CaseResolution.FIXED, "", as_it_is))
    assert await judged() == (1, 1)
    await does(
        lambda c: correct_case(
            c,
            build_context("U0ANA", now()),
            CorrectedValue(CorrectionKind.INTENT, "complaint"),
            as_it_is,
            assess_and_route,
        )
    )
    assert await judged() == (1, 0)
    clock.advance(days=1)
    await does(lambda c: reopen_with_correction(c, build_context("U0ANA", now()), as_it_is, assess_and_route))
    assert await judged() == (0, 0)
    await does(lambda c: resolve_with_correction(c, build_context("U0ANA", now()), CaseResolution.SPAM, "", as_it_is))
    assert await judged() == (1, 1)
    clock.advance(days=31)
    assert await judged() == (0, 0)


async def test_what_is_too_old_is_forgotten_when_something_new_comes(store: Store, clock: SteppedClock) -> None:
    """Entries are as old as the server says they are."""
    long_ago = int((clock.now() - CORRECTIONS_KEPT - timedelta(days=1)).timestamp() * 1000)
    for key in (store.keys.spam, store.keys.corrections):
        await store.client.execute("XADD", key, f"{long_ago}-0", "body", "old")
    made = build_case()
    await store.cases.commit(CaseDecision(made), clock.now())
    right = CorrectedValue(CorrectionKind.INTENT, "need")
    await store.cases.change(
        made.id,
        lambda c: correct_case(c, build_context("U0ANA", clock.now()), right, as_it_is, assess_and_route),
        clock.now(),
    )
    await commit_spam(store, clock)

    assert [one.mention.id async for one in store.corrections.iter_corrections()] == ["x:1"]
    assert [one.mention.id for one in await store.spam.list_newest(10)] == ["t:1"]
