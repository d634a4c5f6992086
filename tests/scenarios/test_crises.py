"""A crisis is declared, led and closed. It is Tuesday, nine in the morning."""

import asyncio

import pytest

from bot.cards import action_ids
from bot.domain.spikes.episode_page import get_episode_page_id as page_of_episode
from bot.slack_sandbox import FaultKind, InjectedFault
from bot.workers.crises import LEASE_NAME, CrisisWorker
from tests.overtaken_client import open_slow_store
from tests.scenarios.sample_posts import LOST
from tests.scenarios.spike_setup import send_wave, watch_spikes_at_four
from tests.scenarios.world import World

READING = {"channels:read", "groups:read"}
PLAN = '\n[crisis]\nupdate_every = "20m"\n[[crisis.checklist]]\ndo = "Stop <scheduled> posts."\n[[crisis.checklist]]\ndo = "Say that we know."\n'
AS_SLACK_HAS_IT = "&lt;b&gt;Gate 4&lt;/b&gt; &amp; 5 are closed"


async def declare_crisis(world: World, by: str = "mia", **changed: str) -> None:
    world.path.write_text(world.path.read_text("utf-8") + PLAN, "utf-8")
    assert not world.playbook.reload()
    await world.person(by).type_command("/crisis declare")
    await fill_and_submit(world, by, **changed)


async def fill_and_submit(world: World, by: str, **changed: str) -> None:
    await fill_form(world, by, **changed)
    await world.sandbox.get_user(by).submit()
    await world.finish_listeners()
    await world.advance(seconds=10)


async def fill_form(world: World, by: str, **changed: str) -> None:
    """Without submitting."""
    said = {
        action_ids.SEVERITY: "sev1",
        action_ids.HEADLINE: "Smoke in <one> cabin",
        action_ids.DEPARTMENT: "pr",
        action_ids.LEAD: "U0LEA",
        action_ids.COMMS: "U0BEN",
        **changed,
    }
    person = world.sandbox.get_user(by)
    for field, value in said.items():
        await person.fill_field(field, value)


def find_room(world: World) -> str:
    [found] = [one.name for one in world.sandbox.workspace.channels.values() if one.name.startswith("crisis-")]
    return f"#{found}"


async def close_anyway(world: World, by: str) -> None:
    await world.sandbox.get_user(by).submit()
    await world.finish_listeners()
    await world.advance(seconds=10)


async def send_crisis_posts(world: World, posts: int) -> None:
    """So many crisis posts, each a case of its own, and the person on call for pr is called."""
    for number in range(posts):
        text = f"@northwindair smoke in the cabin of flight {100 + number}, people are injured, we need an ambulance"
        await world.receive(text, by=f"witness{number}")
        await world.advance(seconds=20)


def count_calls(world: World, who: str, what: str) -> int:
    """How often somebody was called: by a message, and by each reply to it."""
    return sum(1 + len(dm.message.thread) for dm in world.person(who).dms if what in dm.words)


async def test_a_declared_crisis_takes_over_the_open_crisis_cases_and_their_page(world: World) -> None:
    await send_crisis_posts(world, 8)
    await declare_crisis(world)
    assert "It takes over 8 open cases and their pages." in world.person("mia").last_whisper
    assert "Smoke in <one> cabin, SEV1, 8 open cases" in world.person("lea").dm.words
    await world.advance(minutes=1)
    head = world.channel(find_room(world)).messages[0]
    assert "8 posts, " in head.words
    assert "no posts" not in head.words
    assert "Cases: 8 cases in this crisis, 8 still open" in head.words
    assert "Earshot took over 8 open cases" in head.words
    assert "Earshot now pages for those cases too" in head.words

    old = [dm for dm in world.person("ben").dms if "part of a declared crisis" in dm.words]
    assert old
    assert not any("Acknowledge" in dm.buttons for dm in old)
    before = {who: count_calls(world, who, "smoke in the cabin") for who in ("ben", "mia")}
    await world.advance(minutes=12)
    assert {who: count_calls(world, who, "smoke in the cabin") for who in before} == before
    assert count_calls(world, "ben", "Crisis declared") == 1
    await world.person("lea").dm.click("Acknowledge", by="lea")
    said = {who: len(world.person(who).dms) for who in before}
    await world.advance(minutes=45)
    assert {who: len(world.person(who).dms) for who in before} == said
    assert {who: count_calls(world, who, "smoke in the cabin") for who in before} == before
    assert "Acknowledged by @lea" in world.channel("#pr").card("@witness0").words


async def test_a_page_that_was_taken_over_rings_on_when_the_crisis_is_closed_unanswered(world: World) -> None:
    await send_crisis_posts(world, 1)
    await declare_crisis(world)
    await world.advance(minutes=1)
    before = count_calls(world, "mia", "Safety crisis: people injured")
    await world.person("lea").type_command("/crisis close", in_channel=find_room(world))
    assert "1 open case" in world.person("lea").form
    assert "page people again" in world.person("lea").form
    await close_anyway(world, "lea")
    await world.advance(minutes=6)
    assert count_calls(world, "mia", "Safety crisis: people injured") == before + 1


async def test_the_old_page_is_not_taken_over_while_the_crisis_itself_reaches_nobody(world: World) -> None:
    await send_crisis_posts(world, 1)
    refused = InjectedFault(FaultKind.ERROR, methods=["chat.postMessage"], word="internal_error", times=None)
    world.sandbox.faults.add(refused)
    await declare_crisis(world)
    await world.advance(minutes=2)
    [crisis] = await world.local_app.store.crises.list_open_crises()
    [old] = (await world.local_app.store.pages.find(crisis.pages)).values()
    assert (crisis.taken_over, old.leader) == (False, "")
    world.sandbox.faults.remove(refused)
    await world.advance(minutes=8)
    [crisis] = await world.local_app.store.crises.list_open_crises()
    [old] = (await world.local_app.store.pages.find(crisis.pages)).values()
    assert (crisis.taken_over, old.leader) == (True, crisis.page)


async def test_a_crisis_with_nothing_left_to_do_is_closed_without_a_question(world: World) -> None:
    await send_crisis_posts(world, 2)
    await declare_crisis(world)
    for number in range(2):
        await world.channel("#pr").card(f"@witness{number}").click("Claim", by="ben")
        await world.channel("#pr").card(f"@witness{number}").resolve(by="ben")
    await world.person("lea").dm.click("Acknowledge", by="lea")
    for _ in range(2):
        await world.advance(seconds=10)
        await world.channel(find_room(world)).messages[1].click(action_ids.CRISIS_DONE, by="ben")
    told = await world.person("lea").type_command("/crisis close", in_channel=find_room(world))
    assert "🏁 Crisis closed." in told


async def test_a_crisis_that_two_people_close_at_once_is_closed_once(world: World) -> None:
    await declare_crisis(world)
    for who in ("lea", "ben"):
        await world.person(who).type_command("/crisis close", in_channel=find_room(world))
    await close_anyway(world, "lea")
    await close_anyway(world, "ben")
    assert world.person("ben").last_whisper == "@lea closed this crisis."
    assert sum("Review: " in one.words for one in world.channel(find_room(world)).messages) == 1


async def test_an_episode_that_two_people_declare_is_one_crisis_and_may_be_declared_again_once_closed(
    world: World,
) -> None:
    await watch_spikes_at_four(world)
    await send_wave(world, 14)
    await world.advance(seconds=40)
    [episode] = await world.local_app.store.episodes.list_latest()
    for who in ("mia", "ana"):
        await world.channel("#care").episodes[0].click(action_ids.CRISIS_DECLARE, by=who)
    for who in ("mia", "ana"):
        await fill_form(world, who, **{action_ids.DEPARTMENT: "care"})
    outcomes = await asyncio.gather(*(world.sandbox.get_user(who).submit() for who in ("mia", "ana")))
    await world.finish_listeners()
    await world.advance(seconds=10)
    [crisis] = await world.local_app.store.crises.list_open_crises()
    assert crisis.pages == (page_of_episode(episode),)
    [said] = [sentence for outcome in outcomes for sentence in outcome.errors.values()]
    assert "already declared this crisis: SEV1 · Smoke in <one> cabin" in said
    await world.person("mia").type_command("/crisis close")
    await close_anyway(world, "mia")
    await world.channel("#care").episodes[0].click(action_ids.CRISIS_DECLARE, by="ana")
    await fill_and_submit(world, "ana", **{action_ids.DEPARTMENT: "care"})
    [again] = await world.local_app.store.crises.list_open_crises()
    assert again.declared_by == "U0ANA"


async def test_a_crisis_declared_updated_and_closed_with_its_review(world: World) -> None:
    await declare_crisis(world)
    assert "Declared: SEV1 · Smoke in <one> cabin. @lea is being paged." in world.person("mia").last_whisper
    assert "🚨 You're on call for pr. Crisis declared: Smoke in <one> cabin" in world.person("lea").dm.words
    assert not world.person("ben").dms
    assert "@mia declared a crisis" in world.channel("#pr").reminders[-1].words
    inside = world.sandbox.workspace.find_channel(find_room(world)).members
    assert inside == {"U0LEA", "U0BEN", "U0MIA"}
    head, plan = world.channel(find_room(world)).messages[:2]
    assert "Status: declared, no update yet" in head.words
    assert "0 of 2 done" in plan.words

    await world.person("lea").dm.click("Acknowledge", by="lea")
    await plan.click(action_ids.CRISIS_DONE, by="ben")
    await world.advance(seconds=10)
    head, plan = world.channel(find_room(world)).messages[:2]
    assert "1 of 2 done" in plan.words
    assert "@ben did: Stop <scheduled> posts." in head.words
    assert "@lea acknowledged the page" in head.words

    await world.advance(minutes=20)
    assert "⏰ @ben, the next update is due" in world.channel(find_room(world)).messages[-1].words
    told = await world.person("ben").type_command(
        "/crisis update The cabin is empty; nobody is hurt", in_channel=find_room(world)
    )
    assert "📣 Update posted. Next one due " in told
    await world.advance(seconds=10)
    assert "📣 @ben: The cabin is empty; nobody is hurt" in world.channel(find_room(world)).messages[-1].words
    assert "Status: The cabin is empty; nobody is hurt" in world.channel(find_room(world)).messages[0].words

    await world.receive(LOST)
    await world.person("lea").type_command("/crisis close", in_channel=find_room(world))
    assert "isn't finished:" in world.person("lea").form
    assert "not done: Say that we know." in world.person("lea").form
    assert "No open crisis" not in await world.person("mia").type_command("/crisis")
    await close_anyway(world, "lea")
    review = world.channel(find_room(world)).messages[-1].words
    for word in (
        "noticed: by @mia, who declared it",
        "declared: after 0 s",
        "paged: after",
        "acknowledged: after",
        "closed: after 20 min",
    ):
        assert word in review, review
    assert "first update: after 20 min" in review
    assert "Sentiment: the hour before no posts · during 1 post, 100 % negative" in review
    assert "🏁 Review" in world.channel("#pr").reminders[-1].words
    assert "No open crisis" in await world.person("mia").type_command("/crisis")
    said = len(world.channel(find_room(world)).messages)
    await world.advance(hours=1)
    assert len(world.channel(find_room(world)).messages) == said


async def test_its_head_card_is_pinned_and_what_people_pin_enters_the_timeline_once(world: World) -> None:
    await declare_crisis(world)
    inside = world.sandbox.workspace.find_channel(find_room(world))
    assert inside.pins == [inside.messages[0].ts]
    said = await world.sandbox.get_user("ben").post_message(AS_SLACK_HAS_IT, in_channel=find_room(world))
    for _ in range(2):
        await world.sandbox.get_user("lea").pin_message(said)
    elsewhere = await world.sandbox.get_user("ben").post_message("lunch?", in_channel="#care")
    await world.sandbox.get_user("ben").pin_message(elsewhere)
    await world.finish_listeners()
    await world.advance(seconds=10)
    head = world.channel(find_room(world)).messages[0].words
    assert head.count("@lea pinned: “<b>Gate 4</b> & 5 are closed”") == 1
    assert "lunch" not in head


async def test_without_the_scopes_nothing_is_pinned_and_nothing_breaks(world: World) -> None:
    world.sandbox.app.scopes = [scope for scope in world.sandbox.app.scopes if not scope.startswith("pins:")]
    await declare_crisis(world)
    inside = world.sandbox.workspace.find_channel(find_room(world))
    assert not inside.pins
    said = await world.sandbox.get_user("ben").post_message("Gate 4 is closed", in_channel=find_room(world))
    await world.sandbox.get_user("lea").pin_message(said)
    await world.advance(seconds=10)
    assert "pinned" not in world.channel(find_room(world)).messages[0].words
    asked = [one for one in world.sandbox.change_log.list_by_kind("rejected") if one.facts["method"] == "pins.add"]
    assert len(asked) == 1, "it is not tried at each drawing"


async def test_without_the_scope_it_lives_in_the_departments_channel_and_says_so(world: World) -> None:
    world.sandbox.app.scopes = [scope for scope in world.sandbox.app.scopes if scope != "channels:manage"]
    await declare_crisis(world)
    words = " ".join(one.words for one in world.channel("#pr").messages)
    assert "could not open a channel: the scope channels:manage is not granted" in words
    assert "0 of 2 done" in words


@pytest.mark.parametrize("times", [1, 2])
async def test_an_answer_that_is_lost_makes_neither_a_second_channel_nor_none(world: World, times: int) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=["conversations.create"], times=times))
    await declare_crisis(world)
    await world.advance(seconds=5)
    head = world.channel(find_room(world)).messages[0]
    assert "Status: declared, no update yet" in head.words
    assert world.sandbox.workspace.find_channel(find_room(world)).members == {"U0LEA", "U0BEN", "U0MIA"}


async def test_a_process_that_gets_the_lease_late_creates_no_second_channel(world: World, redis_url: str) -> None:
    deaf = InjectedFault(FaultKind.DROPPED_BEFORE, methods=["conversations.create"], times=None)
    world.sandbox.faults.add(deaf)
    await declare_crisis(world)
    world.sandbox.faults.remove(deaf)
    app = world.local_app.app

    async def create_and_wait() -> None:
        assert await app.crises.step()
        await app.store.leases.release(LEASE_NAME)

    before = world.sandbox.limits.calls["conversations.create"]
    async with open_slow_store(redis_url, app.store.brand, create_and_wait) as slow:
        await CrisisWorker(slow, app.exports._sink, world.clock).step()
    assert world.sandbox.limits.calls["conversations.create"] == before + 1


async def test_where_a_lost_channel_may_not_be_looked_for_it_lives_in_the_departments(world: World) -> None:
    world.sandbox.app.scopes = [scope for scope in world.sandbox.app.scopes if scope not in READING]
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=["conversations.create"]))
    await declare_crisis(world)
    words = " ".join(one.words for one in world.channel("#pr").messages)
    assert f"{find_room(world)} was made and cannot be found, and channels:read is not granted" in words
    assert "0 of 2 done" in words


async def test_while_slack_answers_nothing_a_crisis_looks_for_its_channel_for_a_minute(world: World) -> None:
    deaf = InjectedFault(FaultKind.DROPPED_BEFORE, methods=["conversations.create"], times=None)
    world.sandbox.faults.add(deaf)
    await declare_crisis(world)
    assert not any("Status: declared" in one.words for one in world.channel("#pr").messages)
    await world.advance(minutes=2)
    words = " ".join(one.words for one in world.channel("#pr").messages)
    assert "could not open a channel: Slack did not answer" in words
    assert deaf.happened > 1


async def test_a_card_whose_answer_was_lost_shows_what_happened_meanwhile(world: World) -> None:
    scopes = [scope for scope in world.sandbox.app.scopes if scope != "channels:manage"]
    world.sandbox.app.scopes = [*scopes, "channels:history"]
    channel = world.sandbox.workspace.find_channel("#pr").id
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=["chat.postMessage"], channels=[channel]))
    await declare_crisis(world)
    await world.person("lea").dm.click("Acknowledge", by="lea")
    await world.advance(minutes=2)

    [head] = [one for one in world.channel("#pr").messages if "Status: declared" in one.words]
    assert "@lea acknowledged the page" in head.words


async def test_a_lead_who_does_not_answer_is_followed_by_who_is_on_call(world: World) -> None:
    await declare_crisis(world)
    await world.advance(minutes=5.2)
    assert "You're on call for pr" in world.person("ben").dm.words
    await world.person("mia").type_command("/crisis close")
    assert "its page is unacknowledged" in world.person("mia").form
    await close_anyway(world, "mia")
    await world.advance(minutes=20)
    assert len(world.person("ben").dms) == 1


async def test_who_may_not_and_what_is_not_there_is_a_sentence(world: World) -> None:
    assert "No open crisis" in await world.person("mia").type_command("/crisis update something")
    assert "`/crisis declare`: opens the form" in await world.person("mia").type_command("/crisis whatever")
    await declare_crisis(world, by="joe")
    assert world.sandbox.workspace.get_modal("U0JOE") is not None, "the form stays open, with the reason in it"
    assert not world.person("lea").dms
