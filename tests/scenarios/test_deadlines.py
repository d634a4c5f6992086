"""What is forgotten comes back: leases, reminders, the people on call, and the night."""

from datetime import UTC, datetime

from tests.scenarios.sample_posts import CRISIS, LATE, LOST
from tests.scenarios.world import World


async def test_a_claim_that_is_half_over_is_reminded_of_by_direct_message_and_kept_by_a_button(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await world.advance(minutes=14)
    assert not world.person("ana").dms
    await world.advance(minutes=2)
    assert (
        "Still working on the complaint from @marta? Your claim ends at 10 Mar, 09:30 UTC"
        in world.person("ana").dm.words
    )
    await world.person("ana").dm.click("Extend", by="ana")
    assert world.person("ana").dm.words == "👍 Extended. The complaint from @marta is yours until 10 Mar, 09:46 UTC."
    assert "still on it by @ana" in await card.explain()
    await world.advance(minutes=20)
    assert "Claimed by @ana" in card.words


async def test_a_claim_that_is_forgotten_goes_back_to_the_channel_and_both_say_so(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await world.advance(minutes=31)
    assert "Unclaimed · claim by 10 Mar, 09:45 UTC" in card.words
    assert "reminded @ana, claim ends in 15 min" in await card.explain()
    assert "lease ran out, @ana had it, not answered in time" in await card.explain()
    assert "ran out. It's back in #care." in world.person("ana").dm.words
    await world.person("ana").dm.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_what_nobody_claims_is_said_in_the_channel_and_then_to_the_people_on_call_in_order(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=16)
    [reply] = world.channel("#care").card("@marta").replies
    assert reply.words == "⏰ Unclaimed for 15 min – can someone take it? On-call is paged in 5 min."
    assert world.channel("#care").reminders == [], "nothing new in the channel"
    assert not world.person("raj").dms
    await world.advance(minutes=5)
    assert (
        "Unclaimed since 10 Mar, 09:00 UTC in #care: complaint from @marta. You're on call. "
        "The next person is called in 5 min." in world.person("raj").dm.words
    )
    assert not world.person("mia").dms
    await world.advance(minutes=5)
    assert "You're on call. You're the last in line – if you can't, pass it on." in world.person("mia").dm.words


async def test_who_is_called_claims_from_the_message_and_then_it_is_quiet(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=21)
    await world.person("raj").dm.click("Claim", by="raj")
    assert "@raj claimed the complaint from @marta." in world.person("raj").dm.words
    assert "Claimed by @raj" in world.channel("#care").card("@marta").words
    await world.channel("#care").card("@marta").resolve("answered", by="raj")
    before = len(world.sandbox.change_log.list_by_kind("posted"))
    await world.advance(hours=5)
    assert len(world.sandbox.change_log.list_by_kind("posted")) == before


async def test_a_second_person_who_was_called_reads_who_has_it_and_has_nothing_to_press(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=26)
    await world.person("raj").dm.click("Claim", by="raj")
    await world.advance(minutes=1)
    assert "🙋 @raj claimed the complaint" in world.person("mia").dm.words
    assert "Claim" not in world.person("mia").dm.buttons


async def test_a_reminder_whose_case_was_claimed_in_time_is_never_sent(world: World) -> None:
    await world.receive(LOST)
    await world.channel("#care").card("@marta").click("Claim", by="ana")
    await world.advance(minutes=14)
    assert world.channel("#care").thread_replies == []


async def test_a_case_that_is_not_resolved_in_time_says_overdue_on_its_card(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    for _ in range(17):
        await world.advance(minutes=15)
        if "Extend" in world.person("ana").dm.buttons:
            await world.person("ana").dm.click("Extend", by="ana")
    assert "overdue since 10 Mar, 13:00 UTC" in card.words
    assert "Claimed by @ana" in card.words


async def test_overnight_the_clocks_stand_still_and_nobody_is_called(world: World) -> None:
    await world.advance(hours=13, minutes=50)
    await world.receive(LATE)
    assert "claim by 11 Mar, 06:05 UTC" in world.channel("#care").card("@marta").words
    await world.advance(hours=7)
    assert world.clock.now() == datetime(2026, 3, 11, 5, 50, tzinfo=UTC)
    assert not world.channel("#care").thread_replies
    assert not world.person("raj").dms
    await world.advance(minutes=30)
    assert len(world.channel("#care").thread_replies) == 1
    assert "You're on call." in world.person("raj").dm.words


async def test_a_crisis_at_four_in_the_morning_calls_people_at_once(world: World) -> None:
    await world.advance(hours=19)
    await world.receive(CRISIS)
    card = world.channel("#pr").card("@marta")
    assert card.fallback_text.startswith("🚨 Safety · people injured from @marta")
    await world.advance(minutes=11)
    assert "🚨 You're on call for pr" in world.person("ben").dm.words
    await world.advance(minutes=5)
    await world.person("mia").dm.click("Claim", by="mia")
    assert "Claimed by @mia" in card.words


async def test_a_claim_that_spans_the_night_is_still_hers_in_the_morning(world: World) -> None:
    await world.advance(hours=13, minutes=40)
    await world.receive(LATE)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await world.advance(hours=7, minutes=25)
    assert "Claimed by @ana" in card.words
    assert len(world.person("ana").dms) == 1
