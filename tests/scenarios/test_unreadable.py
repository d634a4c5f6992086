"""One record that this release cannot read is set aside, said to the operators, and stops nothing else."""

from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.store.record_reader import RETRY_AFTER
from tests.scenarios.sample_posts import CRISIS, LATE, LOST, build_complaint
from tests.scenarios.test_health import monitor_health
from tests.scenarios.world import World
from tests.store.unreadable_records import make_unreadable


async def open_snoozed_case(world: World, mention: str) -> str:
    """The case of this mention gets a status that only a newer release knows."""
    case = derive_case_id(mention)
    await make_unreadable(world.local_app.store, world.local_app.store.keys.case_key(case), status="snoozed")
    return case


async def test_a_case_with_a_status_of_a_newer_release_stops_no_other_clock(world: World) -> None:
    for number in range(10):
        await world.receive(build_complaint(number), by=f"p{number}")
    for number in (1, 2):
        await open_snoozed_case(world, f"x:{number}")
    await world.advance(minutes=16)
    cards = world.channel("#care").cards
    assert {card.words.count("@p0 ") + card.words.count("@p1 ") for card in cards if not card.replies} == {1}
    assert sum(len(card.replies) for card in cards) == 8


async def test_more_unreadable_cases_than_are_looked_at_at_once_stop_no_clock_behind_them(world: World) -> None:
    store, at = world.local_app.store, world.clock.now()
    for number in range(250):
        await store.client.execute("HSET", store.keys.case_key(f"c{number}"), "v", 1, "body", '{"status":"snoozed"}')
        await store.client.execute("ZADD", store.keys.deadlines, at.timestamp() - 60, f"c{number}")
    await world.receive(LOST)
    await world.advance(minutes=16)
    assert "Unclaimed for" in world.channel("#care").card("@marta").replies[-1].words


async def test_a_history_line_with_one_more_element_stops_no_other_clock(world: World) -> None:
    await world.receive(LOST, by="joe")
    await world.receive(LATE, by="ben")
    store = world.local_app.store
    line = ["2026-03-10T09:00:00Z", "", "opened", "by route complaint", "one more"]
    await make_unreadable(store, store.keys.case_key(derive_case_id("x:1")), history=[line])
    await world.advance(minutes=16)
    assert world.channel("#care").card("@ben").replies
    assert await store.quarantine.count() == 1


async def test_copies_of_an_unreadable_case_open_a_case_of_their_own_and_a_crisis_behind_them_is_paged(
    world: World,
) -> None:
    await world.receive(LOST, by="p0")
    await open_snoozed_case(world, "x:1")
    copies = [world.build_mention(LOST, by=f"p{number}") for number in range(1, 41)]
    await world.receive_all([*copies, world.build_mention(CRISIS)])
    assert "🚨 Safety" in world.channel("#pr").card("@marta").words
    assert world.person("lea").dms or world.person("ben").dms or world.person("mia").dms
    assert (await world.reconcile()).unaccounted == 0
    assert not await world.local_app.store.dead_letters.count()


async def test_an_unreadable_page_keeps_nobody_from_being_called_for_another_crisis(world: World) -> None:
    await world.receive(CRISIS, by="joe")
    store = world.local_app.store
    [page] = await store.client.execute("ZRANGE", store.keys.pages, 0, -1)
    await make_unreadable(store, store.keys.page_key(page), severity="sev0")
    called = sum(len(world.person(name).dms) for name in ("ana", "ben", "lea", "mia", "raj", "tom"))
    world.clock.advance(minutes=30)
    await world.receive(CRISIS.replace("smoke", "fire"), by="marta")
    await world.advance(minutes=2)
    assert sum(len(world.person(name).dms) for name in ("ana", "ben", "lea", "mia", "raj", "tom")) > called


async def test_a_crisis_whose_case_cannot_be_read_is_called_for_all_the_same(world: World) -> None:
    await world.receive(CRISIS)
    await open_snoozed_case(world, "x:1")
    first = sum(len(world.person(name).dms) for name in ("ana", "ben", "lea", "mia", "raj", "tom"))
    await world.advance(minutes=20)
    assert sum(len(world.person(name).dms) for name in ("ana", "ben", "lea", "mia", "raj", "tom")) > first


async def test_a_click_on_a_case_that_cannot_be_read_is_answered_in_a_sentence(world: World) -> None:
    await world.receive(LOST)
    await open_snoozed_case(world, "x:1")
    await world.channel("#care").card("@marta").click("Claim", by="ana")
    assert "This case was written by a newer release of Earshot" in world.person("ana").last_whisper
    assert "Nothing is lost" in world.person("ana").last_whisper


async def test_home_reports_and_status_go_on_beside_records_that_cannot_be_read(world: World) -> None:
    await world.receive(LOST, by="joe")
    await world.receive(LATE, by="ben")
    await world.advance(seconds=5)
    await open_snoozed_case(world, "x:1")
    await world.channel("#care").card("@ben").click("Claim", by="ana")
    assert "@ben" in await world.person("ana").open_home()
    assert "2" in await world.person("mia").type_command("/sentiment today")
    _, state = await world.fetch("/statusz")
    assert "earshot dead list --kind records" in state["troubles"]["records"]
    _, metrics = await world.fetch("/metrics")
    assert "earshot_records_unreadable 1.0" in metrics


async def test_operators_are_told_of_a_record_that_cannot_be_read_and_when_it_ends(world: World) -> None:
    await monitor_health(world)
    await world.receive(LOST)
    await open_snoozed_case(world, "x:1")
    await world.advance(minutes=17)
    assert "1 record can't be read by this release" in world.channel("#ops").reminders[0].words
    await make_unreadable(
        world.local_app.store, world.local_app.store.keys.case_key(derive_case_id("x:1")), status="new"
    )
    await world.advance(minutes=3)
    assert "back to normal" in world.channel("#ops").reminders[-1].words
    assert not await world.local_app.store.quarantine.count()


async def test_what_can_be_read_again_has_its_clock_and_its_card_again(world: World) -> None:
    await world.receive(LOST)
    case, store = await open_snoozed_case(world, "x:1"), world.local_app.store
    await world.advance(minutes=16)
    assert not world.channel("#care").thread_replies
    await store.client.execute("ZREM", store.keys.deadlines, case)
    await make_unreadable(store, store.keys.case_key(case), status="new")
    [record] = await store.quarantine.list_records()
    assert await store.quarantine.replay(record, world.clock.now())
    await world.advance(seconds=RETRY_AFTER.total_seconds() + 10)
    assert "Unclaimed for" in world.channel("#care").card("@marta").replies[-1].words


async def test_a_case_on_a_key_of_another_type_stops_no_other_clock(world: World) -> None:
    await world.receive(LOST, by="joe")
    await world.receive(LATE, by="ben")
    store = world.local_app.store
    key = store.keys.case_key(derive_case_id("x:1"))
    await store.client.execute("DEL", key)
    await store.client.execute("SET", key, "str")
    await world.advance(minutes=16)
    assert world.channel("#care").card("@ben").replies
    assert await store.quarantine.count() == 1


async def test_a_deletion_takes_the_unreadable_case_of_its_post_and_of_no_other(world: World) -> None:
    store = world.local_app.store
    for number in (1, 12):
        await world.receive(f"{LOST} {number} naïve ünits", by=f"p{number}", id=f"x:{number}")
        await open_snoozed_case(world, f"x:{number}")
    await store.cases.find([derive_case_id("x:1"), derive_case_id("x:12")])
    assert await store.quarantine.count() == 2
    gone = Mention.model_validate({"id": "x:1", "deleted_at": world.clock.now()})
    await store.inbox.admit("x", [gone], None, world.clock.now())
    await world.advance(minutes=11)
    [left] = await store.quarantine.list_records()
    assert left.key.endswith(derive_case_id("x:12"))
    assert (await world.reconcile()).unaccounted == 0
