"""What is owed: once, in order, and not lost between a drawing and its note."""

from datetime import timedelta

from bot.domain.case import Case
from bot.domain.cases.transitions import claim_case
from bot.domain.destination import ToPerson
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.store.message_records import CardRecord, CardState, DigestRecord
from bot.store.outbox import PendingNotification
from bot.store.store import Store
from tests.clock import WoundClock
from tests.domain.made import context
from tests.workers.rules import FakeRules
from tests.workers.said import said, triaged

POSTED = CardRecord(state=CardState.POSTED, channel="C0CARE", ts="1.000100", drawn=1)


def card(case: str, lane: Priority = Priority.UPDATE, to: str = "care") -> Notification:
    return Notification.draw_card(case, to, lane)


async def owed(store: Store, to: str = "care") -> list[Notification]:
    return [
        one.notification
        for queue in await store.outbox.list_queues()
        if str(queue.destination) == to
        for one in queue.head
    ]


async def claimed(store: Store, clock: WoundClock, case: Case) -> Case:
    done = await store.cases.change(case.id, lambda c: claim_case(c, context("U0ANA", clock.now())), clock.now())
    return done.case


async def test_what_is_owed_twice_is_owed_once_and_in_the_better_lane(store: Store, clock: WoundClock) -> None:
    for lane in (Priority.UPDATE, Priority.CLICK, Priority.NEW):
        await store.outbox.add(card("a", lane), clock.now())
    assert await owed(store) == [card("a", Priority.CLICK)]


async def test_owing_again_does_not_send_it_to_the_end_of_the_queue(store: Store, clock: WoundClock) -> None:
    first = clock.now()
    await store.outbox.add(card("a"), first)
    await store.outbox.add(card("b"), clock.wind(seconds=1))
    await store.outbox.add(card("a"), clock.wind(seconds=1))
    (queue,) = await store.outbox.list_queues()
    assert queue.head == (
        PendingNotification(card("a"), first),
        PendingNotification(card("b"), first + timedelta(seconds=1)),
    )


async def test_a_crisis_goes_before_a_click_and_a_click_before_new_cards(store: Store, clock: WoundClock) -> None:
    for name, lane in (("u", Priority.UPDATE), ("n", Priority.NEW), ("k", Priority.CLICK), ("c", Priority.CRISIS)):
        await store.outbox.add(card(name, lane), clock.now())
        clock.wind(seconds=1)
    assert [one.subject_id for one in await owed(store)] == ["c", "k", "n", "u"]


async def test_a_name_with_a_space_or_a_percent_in_it_comes_back_as_it_was(store: Store, clock: WoundClock) -> None:
    told = Notification(NotificationKind.TROUBLE, "customer care 100%20", ToPerson("U0MIA"), Priority.CLICK)
    await store.outbox.add(told, clock.now())
    assert await owed(store, "@U0MIA") == [told]


async def test_a_change_while_we_draw_is_still_owed(store: Store, clock: WoundClock) -> None:
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    await claimed(store, clock, case)
    assert not await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now())
    assert [one.subject_id for one in await owed(store)] == [case.id]
    assert await store.outbox.load_card(case.id) == POSTED


async def test_what_was_drawn_as_it_is_now_is_owed_no_more(store: Store, clock: WoundClock) -> None:
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    assert await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now())
    assert await owed(store) == []


async def test_a_click_that_drew_the_card_itself_leaves_nothing_to_draw(store: Store, clock: WoundClock) -> None:
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    await store.outbox.record_rendered_card(case.id, POSTED, card(case.id), clock.now())
    case = await claimed(store, clock, case)
    await store.outbox.record_card_response(case, POSTED, clock.now())
    assert await owed(store) == []
    assert (await store.outbox.load_card(case.id)).drawn == 2


async def test_a_click_that_drew_an_older_state_leaves_the_newer_one_owed(store: Store, clock: WoundClock) -> None:
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    await store.outbox.save_card(case.id, POSTED)
    await claimed(store, clock, case)
    await store.outbox.record_card_response(case, POSTED, clock.now())
    assert [one.subject_id for one in await owed(store)] == [case.id]


async def test_a_click_does_not_take_back_what_delivery_wrote_meanwhile(store: Store, clock: WoundClock) -> None:
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    await store.outbox.save_card(case.id, POSTED)
    read_by_click = await store.outbox.load_card(case.id)
    moved = POSTED.copy_with(channel="C0SALES", ts="2.000100")
    await store.outbox.save_card(case.id, moved)
    await store.outbox.record_card_response(case, read_by_click, clock.now())
    assert await store.outbox.load_card(case.id) == moved
    assert [one.subject_id for one in await owed(store)] == [case.id]


async def test_a_click_on_a_case_that_a_digest_lists_has_the_digest_drawn_too(store: Store, clock: WoundClock) -> None:
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    record = POSTED.copy_with(digest="d")
    await store.outbox.save_card(case.id, record)
    await store.outbox.record_card_response(case, record, clock.now())
    assert await owed(store) == [Notification.draw_digest("d", "care")]


async def test_cases_on_a_digest_owe_no_card_and_those_that_changed_still_do(store: Store, clock: WoundClock) -> None:
    still, changed = await triaged(store, FakeRules(), clock, said(1), said(2))
    await claimed(store, clock, changed)
    digest = DigestRecord(id="d", department="care", channel="C0CARE", ts="1.000100", cases=(still.id, changed.id))
    await store.digests.record_posted(digest, [still, changed], clock.now())
    assert [one.subject_id for one in await owed(store)] == [changed.id]
    records = await store.outbox.load_cards([still.id, changed.id])
    assert [(r.state, r.digest, r.drawn) for r in records.values()] == [
        (CardState.LISTED, "d", 1),
        (CardState.LISTED, "d", 0),
    ]
    assert await store.digests.load("d") == digest


async def test_a_claimed_case_on_a_digest_is_still_owed_a_card_of_its_own(store: Store, clock: WoundClock) -> None:
    (case,) = await triaged(store, FakeRules(), clock, said(1))
    taken = await claimed(store, clock, case)
    digest = DigestRecord(id="d", department="care", channel="C0CARE", ts="1.000100", cases=(case.id,))
    await store.digests.record_posted(digest, [taken], clock.now())
    assert [one.subject_id for one in await owed(store)] == [case.id]
