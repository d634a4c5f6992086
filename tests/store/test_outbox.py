"""Pending notifications: once, in order, and not lost between a drawing and its note."""

from datetime import timedelta

from bot.domain.case import Case, CaseStatus
from bot.domain.cases.transitions import claim_case
from bot.domain.commits import DurationKind
from bot.domain.destination import ToPerson
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.periods import widen_to_quarters
from bot.store.message_records import CardRecord, CardState, DigestRecord
from bot.store.outbox import PendingNotification
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.domain.samples import build_context
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention, triage_mentions

POSTED = CardRecord(state=CardState.POSTED, channel="C0CARE", ts="1.000100", drawn=1)


def card(case: str, lane: Priority = Priority.UPDATE, to: str = "care") -> Notification:
    return Notification.draw_card(case, to, lane)


async def list_pending(store: Store, to: str = "care") -> list[Notification]:
    """Return what waits, without the look for other cards of the same person, which each claim asks for."""
    return [
        one.notification
        for queue in await store.outbox.list_queues()
        if str(queue.destination) == to
        for one in queue.head
        if one.notification.kind is not NotificationKind.PERSON
    ]


async def claim(store: Store, clock: SteppedClock, case: Case) -> Case:
    done = await store.cases.change(case.id, lambda c: claim_case(c, build_context("U0ANA", clock.now())), clock.now())
    return done.case


async def test_what_is_enqueued_twice_is_pending_once_and_in_the_better_lane(store: Store, clock: SteppedClock) -> None:
    for lane in (Priority.UPDATE, Priority.CLICK, Priority.NEW):
        await store.outbox.add(card("a", lane), clock.now())
    assert await list_pending(store) == [card("a", Priority.CLICK)]


async def test_enqueueing_again_does_not_send_it_to_the_end_of_the_queue(store: Store, clock: SteppedClock) -> None:
    first = clock.now()
    await store.outbox.add(card("a"), first)
    await store.outbox.add(card("b"), clock.advance(seconds=1))
    await store.outbox.add(card("a"), clock.advance(seconds=1))
    (queue,) = await store.outbox.list_queues()
    assert queue.head == (
        PendingNotification(card("a"), first),
        PendingNotification(card("b"), first + timedelta(seconds=1)),
    )


async def test_a_crisis_goes_before_a_click_and_a_click_before_new_cards(store: Store, clock: SteppedClock) -> None:
    for name, lane in (("u", Priority.UPDATE), ("n", Priority.NEW), ("k", Priority.CLICK), ("c", Priority.CRISIS)):
        await store.outbox.add(card(name, lane), clock.now())
        clock.advance(seconds=1)
    assert [one.subject_id for one in await list_pending(store)] == ["c", "k", "n", "u"]


async def test_a_name_with_a_space_or_a_percent_in_it_comes_back_as_it_was(store: Store, clock: SteppedClock) -> None:
    told = Notification(NotificationKind.TROUBLE, "customer care 100%20", ToPerson("U0MIA"), Priority.CLICK)
    await store.outbox.add(told, clock.now())
    assert await list_pending(store, "@U0MIA") == [told]


async def test_a_change_while_we_draw_is_still_pending(store: Store, clock: SteppedClock) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    await claim(store, clock, case)
    assert not await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now())
    assert [one.subject_id for one in await list_pending(store)] == [case.id]
    assert await store.outbox.load_card(case.id) == POSTED


async def test_what_was_drawn_as_it_is_now_is_no_longer_pending(store: Store, clock: SteppedClock) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    assert await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now())
    assert await list_pending(store) == []


async def test_the_first_card_of_a_case_is_timed_once_whatever_is_written_again(
    store: Store, clock: SteppedClock
) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    clock.advance(seconds=40)
    digest = DigestRecord(id="d", department="care", channel="C0CARE", ts="1.000100", cases=(case.id,))
    for _ in range(2):  # as after a crash in between, and then in a list
        await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now(), first_of=case)
        clock.advance(seconds=40)
    await store.digests.record_posted(digest, [case], clock.now())
    span = widen_to_quarters(case.opened_at, clock.now())
    took = await store.report_counters.load_durations(span, ["care"], [DurationKind.CARD])
    assert took == {("care", DurationKind.CARD): [40.0]}


async def test_a_case_that_is_closed_before_its_first_card_did_not_wait_for_it(
    store: Store, clock: SteppedClock
) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    clock.advance(hours=39, minutes=1)
    closed = case.model_copy(update={"status": CaseStatus.RESOLVED})
    await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now(), first_of=closed)
    span = widen_to_quarters(case.opened_at, clock.now())
    assert await store.report_counters.load_durations(span, ["care"], [DurationKind.CARD]) == {
        ("care", DurationKind.CARD): []
    }


async def test_a_click_that_drew_the_card_itself_leaves_nothing_to_draw(store: Store, clock: SteppedClock) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now())
    case = await claim(store, clock, case)
    await store.outbox.record_card_response(case, POSTED, clock.now())
    assert await list_pending(store) == []
    assert (await store.outbox.load_card(case.id)).drawn == 2


async def test_a_click_that_drew_an_older_state_leaves_the_newer_one_pending(store: Store, clock: SteppedClock) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    await store.outbox.save_card(case.id, POSTED)
    await claim(store, clock, case)
    await store.outbox.record_card_response(case, POSTED, clock.now())
    assert [one.subject_id for one in await list_pending(store)] == [case.id]


async def test_a_click_does_not_take_back_what_delivery_wrote_meanwhile(store: Store, clock: SteppedClock) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    await store.outbox.save_card(case.id, POSTED)
    read_by_click = await store.outbox.load_card(case.id)
    moved = POSTED.copy_with(channel="C0SALES", ts="2.000100")
    await store.outbox.save_card(case.id, moved)
    await store.outbox.record_card_response(case, read_by_click, clock.now())
    assert await store.outbox.load_card(case.id) == moved
    assert [one.subject_id for one in await list_pending(store)] == [case.id]


async def test_a_click_on_a_case_that_a_digest_lists_has_the_digest_drawn_too(
    store: Store, clock: SteppedClock
) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    record = POSTED.copy_with(digest="d")
    await store.outbox.save_card(case.id, record)
    await store.outbox.record_card_response(case, record, clock.now())
    assert await list_pending(store) == [Notification.draw_digest("d", "care")]


async def test_cases_on_a_digest_owe_no_card_and_those_that_changed_still_do(store: Store, clock: SteppedClock) -> None:
    still, changed = await triage_mentions(
        store, FakeRules(), clock, build_numbered_mention(1), build_numbered_mention(2)
    )
    await claim(store, clock, changed)
    digest = DigestRecord(id="d", department="care", channel="C0CARE", ts="1.000100", cases=(still.id, changed.id))
    await store.digests.record_posted(digest, [still, changed], clock.now())
    assert [one.subject_id for one in await list_pending(store)] == [changed.id]
    records = await store.outbox.load_cards([still.id, changed.id])
    assert [(r.state, r.digest, r.drawn) for r in records.values()] == [
        (CardState.LISTED, "d", 1),
        (CardState.LISTED, "d", 0),
    ]
    assert await store.digests.load("d") == digest


async def test_a_claimed_case_on_a_digest_still_gets_a_card_of_its_own(store: Store, clock: SteppedClock) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    taken = await claim(store, clock, case)
    digest = DigestRecord(id="d", department="care", channel="C0CARE", ts="1.000100", cases=(case.id,))
    await store.digests.record_posted(digest, [taken], clock.now())
    assert [one.subject_id for one in await list_pending(store)] == [case.id]
