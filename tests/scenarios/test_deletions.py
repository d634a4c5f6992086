"""An author deletes a post at its outlet: its words go everywhere, who had it is told, and the totals balance."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.domain.case import derive_case_id
from bot.domain.mention import DELETED_TEXT, Mention
from bot.domain.reports.report import Reconciliation
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker
from tests.scenarios.sample_posts import CRISIS, LATE, LOST, SPAM
from tests.scenarios.spike_setup import build_cancellation_post, send_wave, watch_spikes_at_four
from tests.scenarios.test_forget import THANKS, WHISPER, find_traces, list_shown
from tests.scenarios.webhook_client import build_forum_source, build_post, send_delivery
from tests.scenarios.world import World

TRACES = ("wilhelmina_q", "lost my bag AGAIN", "four hours late")


async def publish(world: World, *mentions: Mention) -> int:
    writer = InboxWriter(mentions[0].source, world.local_app.store, world.clock)
    return await writer.publish(mentions)


def deletion_of(world: World, mention: Mention) -> Mention:
    """As a firehose tells it: the id, and when."""
    return Mention.model_validate({"id": mention.id, "deleted_at": world.clock.now()})


async def delete(world: World, *mentions: Mention) -> None:
    await publish(world, *(deletion_of(world, mention) for mention in mentions))
    await world.run_until_idle()


async def account(world: World) -> Reconciliation:
    found = await world.reconcile()
    assert found.is_balanced, str(found)
    return found


async def test_a_mastodon_deletion_strikes_the_words_out_everywhere(world: World) -> None:
    toot = await world.receive(LOST, by="wilhelmina_q", source="mastodon")
    await world.advance(minutes=22)  # the channel was reminded, and somebody on call was told
    assert await find_traces(world, *TRACES)
    before = await account(world)

    await delete(world, toot)
    await world.advance(minutes=1)

    assert await find_traces(world, "wilhelmina_q", "lost my bag AGAIN, worst") == []
    card = world.channel("#care").cards[0]
    assert DELETED_TEXT in card.words
    assert "Resolved · post deleted" in card.words
    assert "deleted a post, by its author" in await card.explain()
    after = await account(world)
    assert (after.seen, after.opened) == (before.seen, before.opened) == (1, 1)


async def test_a_forum_edits_and_deletes_through_its_webhook(world: World) -> None:
    await world.start_sources(build_forum_source(world.clock))
    await send_delivery(world, build_post(world, LOST))
    now = world.clock.now().isoformat()
    edit = build_post(world, LATE) | {"edited_at": now}
    assert (await send_delivery(world, edit, delivery="msg_2")) == (202, {"accepted": 1, "new": 0})
    await world.advance(minutes=1)
    assert LATE in world.channel("#care").card("@rui").words
    gone = {"mentions": [{"id": "forum:1", "deleted_at": now}, {"id": "2", "deleted_at": now}]}
    assert (await send_delivery(world, gone, delivery="msg_3")) == (202, {"accepted": 2, "new": 0})
    await world.advance(minutes=1)
    assert "post deleted" in world.channel("#care").cards[0].words
    await world.stop_sources()
    assert (await account(world)).seen == 1


async def test_who_has_claimed_a_case_keeps_it_and_is_told_in_the_thread(world: World) -> None:
    toot = await world.receive(LOST, by="wilhelmina_q", source="mastodon")
    card = world.channel("#care").card("@wilhelmina_q")
    await card.click("Claim", by="ana")

    await delete(world, toot)
    await world.advance(minutes=1)

    [card] = world.channel("#care").cards
    assert DELETED_TEXT in card.words
    assert "Claimed by @ana" in card.words
    assert any("@ana – the author deleted this post" in reply.words for reply in card.replies)
    await card.resolve("no action", by="ana")
    assert "Resolved by @ana" in world.channel("#care").cards[0].words


async def test_a_claimed_case_without_words_is_closed_once_nobody_has_it_any_more(world: World) -> None:
    posts = [await world.receive(text, by=by) for text, by in ((LOST, "wilhelmina_q"), (LATE, "other_person"))]
    await world.advance(minutes=1)
    for by in ("wilhelmina_q", "other_person"):
        await world.channel("#care").card(f"@{by}").click("Claim", by="ana")
    await delete(world, *posts)
    await world.advance(minutes=1)
    await world.channel("#care").cards[0].click("Release", by="ana")
    await world.advance(minutes=32)  # the other claim runs out
    assert all("post deleted" in card.words for card in world.channel("#care").cards)
    assert not any("ran out" in one.words for one in world.person("ana").dms)
    assert (await account(world)).seen == 2


async def test_an_unclaimed_crisis_stays_open_when_its_post_is_deleted(world: World) -> None:
    post = await world.receive(CRISIS, by="wilhelmina_q")
    await delete(world, post)
    await world.advance(minutes=1)
    [card] = world.channel("#pr").cards
    assert "Unclaimed" in card.words
    assert "Critical" in card.words
    assert await find_traces(world, "wilhelmina_q", "need an ambulance") == []


async def test_a_case_that_others_joined_stays_open_until_the_last_of_their_posts_is_deleted(world: World) -> None:
    first = await world.receive(LOST, by="wilhelmina_q")
    second = await world.receive(LOST, by="second_person")
    await delete(world, first)
    [card] = world.channel("#care").cards
    assert "Unclaimed" in card.words
    await delete(world, second)
    await world.advance(minutes=12)
    [card] = world.channel("#care").cards
    assert "post deleted" in card.words
    assert await find_traces(world, "wilhelmina_q", "second_person") == []
    assert (await account(world)).joined == 1


async def test_what_was_shown_to_nobody_goes_with_the_next_search(world: World) -> None:
    posts = [await world.receive(text, by="wilhelmina_q") for text in (SPAM, WHISPER, THANKS)]
    await delete(world, *posts)
    await world.advance(minutes=11)
    assert await find_traces(world, "wilhelmina_q", "FREE iPhone", "teal", "lovely crew") == []
    assert (await account(world)).seen == 3


async def test_who_quoted_a_deleted_post_keeps_their_own_words(world: World) -> None:
    post = await world.receive(LOST, by="wilhelmina_q")
    await world.receive(f"{LATE} look at this", by="other_person", quoted=LOST)
    await delete(world, post)
    await world.advance(minutes=11)
    assert await find_traces(world, "lost my bag AGAIN, worst") == []
    card = world.channel("#care").card("@other_person")
    assert f"Quoting: {DELETED_TEXT}" in card.words


async def test_who_answered_a_deleted_post_keeps_their_own_words_however_short_it_was(world: World) -> None:
    post = await world.receive("@northwindair awful again", by="wilhelmina_q")
    parent = {"id": post.id, "author": "wilhelmina_q", "text": post.text}
    answer = await world.receive(f"{LATE} same here", by="other_person", parent=parent)
    await delete(world, post)
    await world.advance(minutes=11)
    assert await find_traces(world, "awful again", "wilhelmina_q") == []
    case = await world.local_app.store.cases.get(derive_case_id(answer.id))
    assert case.mention.parent is not None
    assert (case.mention.parent.text, case.mention.text) == (DELETED_TEXT, answer.text)


async def test_the_deletion_of_what_nobody_has_seen_is_dropped_and_leaves_no_trace(world: World) -> None:
    store, at = world.local_app.store, world.clock.now()
    before = await store.client.execute("DBSIZE")
    gone = [Mention.model_validate({"id": f"bluesky:did:plc:x/{n}", "deleted_at": at}) for n in range(50)]
    assert await publish(world, *gone) == 0
    assert await store.client.execute("DBSIZE") == before
    assert (await account(world)).seen == 0


async def test_a_post_that_is_deleted_in_the_same_batch_is_counted_and_shown_to_nobody(world: World) -> None:
    post = world.build_mention(LOST, by="wilhelmina_q")
    assert await publish(world, deletion_of(world, post), post) == 1
    await world.advance(minutes=1)
    assert not world.channel("#care").cards
    assert await find_traces(world, *TRACES) == []
    found = await account(world)
    assert (found.seen, found.tallied) == (1, 1)


async def test_a_post_that_still_waits_when_it_is_deleted_is_shown_to_nobody(world: World) -> None:
    post = world.build_mention(LOST, by="wilhelmina_q")
    await publish(world, post)
    await publish(world, deletion_of(world, post))
    await world.advance(minutes=1)
    assert not world.channel("#care").cards
    assert (await account(world)).tallied == 1


async def test_a_deletion_that_another_worker_processes_first_still_counts(world: World) -> None:
    """One worker died with the post in hand; another comes to its deletion before the post is taken over."""
    store, post = world.local_app.store, world.build_mention(LOST, by="wilhelmina_q")
    await publish(world, post)
    in_hand = await store.inbox.read("dead", 10, wait=False)
    await delete(world, post)
    taking_over = TriageWorker(store, world.local_app.app.rules, world.clock, "next", wait=False, idle_most=timedelta())
    await taking_over.step()
    await world.advance(minutes=1)
    assert len(in_hand) == 1
    assert not world.channel("#care").cards
    assert (await account(world)).tallied == 1


async def test_nothing_that_comes_after_a_deletion_brings_the_words_back(world: World) -> None:
    post = await world.receive(LOST, by="wilhelmina_q")
    await delete(world, post)
    for again in (post, post.copy_with(text=f"{LOST} now", edited_at=world.clock.now()), deletion_of(world, post)):
        assert await publish(world, again) == 0
    await world.advance(minutes=12)
    assert await find_traces(world, "wilhelmina_q", "lost my bag AGAIN, worst") == []
    assert (await account(world)).seen == 1


async def test_an_edit_that_waits_behind_a_deletion_changes_nothing(world: World) -> None:
    post = await world.receive(LOST, by="wilhelmina_q")
    await publish(world, post.copy_with(text=LATE, edited_at=world.clock.now()), deletion_of(world, post))
    await world.advance(minutes=12)
    assert await find_traces(world, *TRACES[:1], LATE[:30]) == []
    assert (await account(world)).seen == 1


async def test_no_wording_of_an_edited_post_is_left(world: World) -> None:
    post = await world.receive(LOST, by="wilhelmina_q")
    await publish(world, post.copy_with(text=LATE, edited_at=world.clock.now()))
    await world.advance(minutes=1)
    await delete(world, post)
    await world.advance(minutes=12)
    assert await find_traces(world, *TRACES[:1], LOST[:30], LATE[:30]) == []


async def test_a_post_is_still_known_to_its_case_after_fourteen_days(world: World) -> None:
    post = await world.receive(LOST, by="wilhelmina_q")
    store = world.local_app.store
    await store.client.execute("DEL", store.keys.seen_key(post.id))
    await delete(world, post)
    await world.advance(minutes=1)
    assert "post deleted" in world.channel("#care").cards[0].words
    assert (await account(world)).seen == 1


async def test_who_claims_while_the_deletion_arrives_has_the_case_or_is_told_why_not(world: World) -> None:
    post = await world.receive(LOST, by="wilhelmina_q")
    card = world.channel("#care").card("@wilhelmina_q")
    await asyncio.gather(card.click("Claim", by="ana"), delete(world, post))
    await world.advance(minutes=1)
    [card] = world.channel("#care").cards
    assert DELETED_TEXT in card.words
    assert "Claimed by @ana" in card.words or "post deleted" in card.words


async def test_who_claims_too_late_is_told_that_the_post_was_deleted(world: World) -> None:
    post = await world.receive(LOST, by="wilhelmina_q")
    await publish(world, deletion_of(world, post))
    while await world.local_app.app.triage.step():
        pass
    await world.channel("#care").card("@wilhelmina_q").click("Claim", by="ana")
    assert "The post was deleted, so this case was closed" in json.dumps(world.person("ana").whispers)


async def test_a_post_that_is_deleted_before_its_spike_is_noticed_is_no_sample_of_it(world: World) -> None:
    await watch_spikes_at_four(world)
    early = [build_cancellation_post(world, number) for number in range(3)]
    await world.receive_all(early)
    await delete(world, *early)
    await world.advance(minutes=1)
    await send_wave(world, 20, first=3)
    await world.advance(minutes=1)
    [card] = world.channel("#care").episodes
    assert "23 posts so far from 23 people" in card.words
    assert await find_traces(world, *(f'stranded{number}"' for number in range(3)), early[0].text[20:60]) == []


async def test_a_list_and_the_message_to_somebody_on_call_follow(world: World) -> None:
    posts = [world.build_mention(f"{LOST} {n} unlike", by=f"wilhelmina_{n}") for n in range(3)]
    await world.receive_all(posts)
    await world.advance(minutes=22)
    await delete(world, *posts[:2])
    await world.advance(minutes=1)
    assert "wilhelmina_2" in json.dumps(list_shown(world))
    assert await find_traces(world, "wilhelmina_0", "wilhelmina_1") == []
    await delete(world, posts[2])
    await world.advance(minutes=12)
    assert await find_traces(world, "wilhelmina_") == []


@pytest.mark.parametrize("claimed", [False, True])
async def test_all_posts_of_an_account_that_is_gone_go(world: World, claimed: bool) -> None:  # noqa: FBT001
    first = await world.receive(LOST, by="wilhelmina_q", source="bluesky")
    for text in (SPAM, WHISPER):
        await world.receive(text, by="wilhelmina_q", source="bluesky")
    await world.receive(LATE, by="wilhelmina_q", source="bluesky", conversation=first.conversation)
    await world.receive(f"{LATE} number two", by="other_person", source="bluesky")
    if claimed:
        await world.channel("#care").card("@wilhelmina_q").click("Claim", by="ana")
    before = await account(world)

    await InboxWriter("bluesky", world.local_app.store, world.clock).delete_author("wilhelmina_q")
    await world.advance(minutes=11)

    assert await find_traces(world, "wilhelmina_q", "lost my bag AGAIN, worst", "FREE iPhone", "teal") == []
    assert "other_person" in json.dumps(list_shown(world))
    shown = next(card for card in world.channel("#care").cards if DELETED_TEXT in card.words)
    assert ("Claimed by @ana" if claimed else "post deleted") in shown.words
    assert (await account(world)).seen == before.seen


async def test_a_search_that_was_cut_short_is_repeated(world: World) -> None:
    await world.receive(WHISPER, by="wilhelmina_q", source="bluesky")
    store = world.local_app.store
    await InboxWriter("bluesky", store, world.clock).delete_author("wilhelmina_q")
    batch = await store.deletions.load_batch()
    assert batch is not None
    await InboxWriter("bluesky", store, world.clock).delete_author("wilhelmina_q")  # told again, a moment later
    world.clock.advance(seconds=1)
    await InboxWriter("bluesky", store, world.clock).delete_author("wilhelmina_q")
    await store.deletions.finish_batch(batch)
    assert await store.deletions.load_batch() is not None
    await world.advance(minutes=11)
    assert await store.deletions.load_batch() is None
    assert await find_traces(world, "wilhelmina_q", "teal") == []
