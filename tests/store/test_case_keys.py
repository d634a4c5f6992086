"""What is kept beside a case follows it: deadlines, who has what, how long it stays, what happened to it."""

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution, JoinReason
from bot.domain.cases.intake import join_case
from bot.domain.cases.transitions import claim_case, hand_to_department, release_case, reopen_case, resolve_case
from bot.domain.commits import CaseDecision
from bot.domain.periods import DAY, TimeSpan
from bot.store.client import RedisClient
from bot.store.decision_writer import add_audit_event
from bot.store.keys import CASE_KEPT, Keys
from bot.store.message_records import CardRecord, CardState
from bot.store.store import Store
from bot.store.transaction import Transaction, commit
from tests.clock import SteppedClock
from tests.domain.samples import CARE, SALES, build_assessment, build_context
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention, triage_mentions

KEPT = int(CASE_KEPT.total_seconds())


class CaseActor:
    """One open case, and what Ana and Ben do with it."""

    def __init__(self, store: Store, clock: SteppedClock, case: Case) -> None:
        self.store, self.clock, self.case = store, clock, case

    async def commit(self, decision: CaseDecision) -> Case:
        await self.store.cases.commit(decision, self.clock.now())
        assert decision.after is not None
        self.case = decision.after
        return self.case

    async def claim(self, who: str = "U0ANA") -> Case:
        return await self.commit(claim_case(self.case, build_context(who, self.clock.now())))

    async def release(self) -> Case:
        return await self.commit(release_case(self.case, build_context(self.case.owner, self.clock.now())))

    async def resolve(self) -> Case:
        at = self.clock.now()
        who = self.case.owner or "U0ANA"
        return await self.commit(resolve_case(self.case, build_context(who, at), CaseResolution.ANSWERED, ""))

    async def reopen(self) -> Case:
        return await self.commit(reopen_case(self.case, build_context("U0ANA", self.clock.now())))

    async def hand_to_sales(self) -> Case:
        return await self.commit(hand_to_department(self.case, build_context(self.case.owner, self.clock.now()), SALES))


async def actor(store: Store, clock: SteppedClock) -> CaseActor:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    return CaseActor(store, clock, case)


async def deadline(client: RedisClient, keys: Keys, case: Case) -> float | None:
    found = await client.execute("ZSCORE", keys.deadlines, case.id)
    return None if found is None else float(found)


async def test_a_deadline_is_set_moved_and_cleared_with_the_case(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    d = await actor(store, clock)
    assert d.case.due is not None
    assert await deadline(client, keys, d.case) == d.case.due.timestamp()
    claimed = await d.claim()
    assert claimed.lease_ends is not None
    assert clock.seconds() < (await deadline(client, keys, d.case) or 0) < claimed.lease_ends.timestamp()
    await d.resolve()
    assert await deadline(client, keys, d.case) is None
    reopened = await d.reopen()
    assert reopened.due is not None
    assert await deadline(client, keys, d.case) == reopened.due.timestamp()


async def test_an_open_case_is_in_its_departments_list_and_in_no_other(store: Store, clock: SteppedClock) -> None:
    d = await actor(store, clock)
    assert (await store.cases.list_open("care")).cases == (d.case,)
    await d.claim()
    handed = await d.hand_to_sales()
    assert ((await store.cases.list_open("care")).total, (await store.cases.list_open("sales")).cases) == (0, (handed,))


async def test_a_resolved_case_is_in_no_list_until_it_is_reopened(store: Store, clock: SteppedClock) -> None:
    d = await actor(store, clock)
    await d.resolve()
    assert (await store.cases.list_open("care")).total == 0
    await d.reopen()
    assert (await store.cases.list_open("care")).total == 1


async def test_a_case_is_its_owners_for_as_long_as_she_has_it(store: Store, clock: SteppedClock) -> None:
    d = await actor(store, clock)
    claimed = await d.claim()
    assert await store.cases.list_owned("U0ANA") == (claimed,)
    await d.release()
    assert await store.cases.list_owned("U0ANA") == ()
    await d.claim("U0BEN")
    assert [case.id for case in await store.cases.list_owned("U0BEN")] == [d.case.id]
    await d.resolve()
    assert await store.cases.list_owned("U0BEN") == ()


async def test_overdue_cases_are_counted_from_the_moment_they_are(store: Store, clock: SteppedClock) -> None:
    await actor(store, clock)
    assert await store.cases.count_overdue("care", clock.now()) == 0
    assert await store.cases.count_overdue("care", clock.advance(minutes=15)) == 1


async def test_what_is_resolved_is_kept_for_a_while_and_what_is_reopened_for_good(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    d = await actor(store, clock)
    again = join_case(d.case, build_numbered_mention(2), build_assessment(), JoinReason.COPY, CARE, clock.now())
    await d.commit(again)
    await store.outbox.save_card(d.case.id, CardRecord(state=CardState.POSTED))
    names = (keys.case_key(d.case.id), keys.joined_mentions_key(d.case.id), keys.card_key(d.case.id))
    await d.resolve()
    assert [KEPT - 5 < ttl <= KEPT for ttl in [await client.execute("TTL", name) for name in names]] == [True] * 3
    await d.reopen()
    assert [await client.execute("TTL", name) for name in names] == [-1] * 3


async def test_every_event_is_in_the_audit_log_in_order_with_who_and_when(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    d = await actor(store, clock)
    await d.claim()
    clock.advance(minutes=5)
    await d.resolve()
    lines = [dict(zip(f[::2], f[1::2], strict=True)) for _, f in await client.execute("XRANGE", keys.audit, "-", "+")]
    assert [(line["case"], line["by"], line["what"]) for line in lines] == [
        (d.case.id, "", "opened"),
        (d.case.id, "U0ANA", "claimed"),
        (d.case.id, "U0ANA", "resolved"),
    ]
    assert [line["at"] for line in lines] == [event.at.isoformat() for event in d.case.history]


async def test_what_joined_can_be_read_back_oldest_first(store: Store, clock: SteppedClock) -> None:
    rules, talk = FakeRules(), {"author": "@joe", "conversation": "c"}
    (case,) = await triage_mentions(store, rules, clock, build_numbered_mention(1, **talk))
    later, sooner = (
        build_numbered_mention(2, created_at="2026-03-10T11:00Z", **talk),
        build_numbered_mention(3, created_at="2026-03-10T10:00Z", **talk),
    )
    await triage_mentions(store, rules, clock, later, sooner)
    assert await store.cases.load_joined(case.id) == (sooner, later)


async def test_cases_are_found_below_an_event_that_was_written_late(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    await (await actor(store, clock)).claim()
    at = clock.now()
    today = TimeSpan(at - DAY, at + DAY)
    found = await store.audit_log.list_cases(today, 10)
    late = Transaction(keys.inbox)
    add_audit_event(late, keys, AuditEvent(at - 30 * DAY, "", AuditAction.OPENED), "case", "late")
    await commit(client, late)
    assert len(found) == 1
    assert await store.audit_log.list_cases(today, 10) == found
