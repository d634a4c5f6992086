"""The outcome of an episode's cases is counted from what each commit writes beside the case, and is never out of date."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.campaigns.case_outcome import (
    CaseOutcome,
    EpisodeCase,
    compute_outcome,
    count_case,
    format_episode_case,
    parse_episode_case,
)
from bot.domain.case import CaseResolution, PublicReply
from bot.domain.cases.transitions import claim_case, resolve_case
from bot.store.case_writer import EPISODE_FIELD
from bot.store.episode_cases import OLDER_MOST
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.domain.samples import build_context
from tests.store.samples import CASE
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention, triage_mentions

EPISODE = "campaign:sale"
FLAGS = (st.booleans(),) * 6


async def open_cases(store: Store, clock: SteppedClock, count: int) -> list[str]:
    mentions = [build_numbered_mention(number) for number in range(count)]
    cases = [case.id for case in await triage_mentions(store, FakeRules(), clock, *mentions)]
    await store.episode_cases.add(EPISODE, cases)
    return cases


async def compute_from_bodies(store: Store, cases: list[str]) -> CaseOutcome:
    return compute_outcome(map(count_case, (await store.cases.find(cases)).values()))


@given(
    st.builds(
        EpisodeCase,
        *FLAGS,
        st.sampled_from(["", *(one.value for one in CaseResolution)]),
        st.none() | st.floats(0, 1e9),
    ),
    st.integers(0, 1_000),
)
def test_what_is_stored_beside_a_case_is_read_as_it_was_and_only_for_its_version(
    one: EpisodeCase, version: int
) -> None:
    assert parse_episode_case(format_episode_case(one, version), str(version)) == one
    assert parse_episode_case(format_episode_case(one, version), str(version + 1)) is None


@pytest.mark.parametrize("text", ["", "7", "7|1100|answered|", "7|110000|answered|soon", "7|110000|answered|5|"])
def test_what_nobody_of_us_wrote_is_not_taken_for_it(text: str) -> None:
    assert parse_episode_case(text, "7") is None


async def test_each_change_of_a_case_is_in_the_outcome_at_once(store: Store, clock: SteppedClock) -> None:
    cases = await open_cases(store, clock, 3)
    assert await store.episode_cases.load_outcome(EPISODE) == CaseOutcome(total=3, open=3)
    case = await store.cases.get(cases[0])
    claimed = claim_case(case, build_context("U0ANA", clock.now())).case
    await store.cases.commit(claim_case(case, build_context("U0ANA", clock.now())), clock.now())
    resolved = resolve_case(claimed, build_context("U0ANA", clock.now()), CaseResolution.ANSWERED, "")
    await store.cases.commit(resolved, clock.now())
    found = await store.episode_cases.load_outcome(EPISODE)
    assert (found.answered, found.open, found.resolutions) == (1, 2, (("answered", 1),))
    assert found == await compute_from_bodies(store, cases)


async def test_a_body_that_another_release_wrote_counts_instead_of_what_stands_beside_it(
    store: Store, clock: SteppedClock
) -> None:
    cases = await open_cases(store, clock, 2)
    key = store.keys.case_key(cases[0])
    body = json.loads(await store.client.execute("HGET", key, "body"))
    replied = PublicReply("@northwindair", clock.now() + timedelta(minutes=10), "", "x:9")
    newer = (await store.cases.get(cases[0])).copy_with(version=body.get("version", 0) + 1, public_replies=(replied,))
    await store.client.execute("HSET", key, "v", newer.version, "body", newer.model_dump_json())
    found = await store.episode_cases.load_outcome(EPISODE)
    assert found.answered == 1
    assert found == await compute_from_bodies(store, cases)


async def test_cases_of_older_releases_are_read_as_a_whole_and_at_most_so_many(
    store: Store, clock: SteppedClock
) -> None:
    cases = await open_cases(store, clock, 30)
    expected = await compute_from_bodies(store, cases)
    await store.client.execute_batch([("HDEL", store.keys.case_key(one), EPISODE_FIELD) for one in cases])
    assert await store.episode_cases.load_outcome(EPISODE) == expected
    older = [CASE.copy_with(id=f"{number:014x}") for number in range(OLDER_MOST)]
    writes = [("HSET", store.keys.case_key(one.id), "v", 7, "body", one.model_dump_json()) for one in older]
    await store.client.execute_batch(writes)
    await store.episode_cases.add(EPISODE, [one.id for one in older])
    found = await store.episode_cases.load_outcome(EPISODE)
    assert (found.total, found.unread) == (OLDER_MOST, 30)


async def test_a_case_that_is_gone_or_unreadable_is_left_out(store: Store, clock: SteppedClock) -> None:
    cases = await open_cases(store, clock, 3)
    await store.client.execute("DEL", store.keys.case_key(cases[0]))
    await store.client.execute("DEL", store.keys.case_key(cases[1]))
    await store.client.execute("SET", store.keys.case_key(cases[1]), "not ours")
    assert (await store.episode_cases.load_outcome(EPISODE)).total == 1
    assert await store.quarantine.count() == 1
