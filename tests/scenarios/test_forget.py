"""Somebody asks that their words be deleted: nothing of them is left, and the totals still add up."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.domain.erasure import ForgetTarget, parse_forget_target
from bot.domain.mention import Mention
from bot.store.forget import MentionEraser
from tests.scenarios.sample_posts import CRISIS, LATE, LOST
from tests.scenarios.test_colleagues import post_in_channel
from tests.scenarios.world import World

SPAM = "🎁 Congratulations @northwindair fans! Click https://win.example/free to claim your FREE gift card now, DM me"
THANKS = "@northwindair thank you, lovely crew on the morning flight"
WHISPER = "northwind colours are a kind of teal, says my quilt group"


async def iter_stored(world: World) -> AsyncIterator[tuple[str, str]]:
    """Each key of the server, with all that is in it."""
    client = world.local_app.store.client
    read = {"string": ("GET",), "hash": ("HGETALL",), "set": ("SMEMBERS",), "list": ("LRANGE", "0", "-1")}
    read |= {"zset": ("ZRANGE", "0", "-1"), "stream": ("XRANGE", "-", "+")}
    cursor = "0"
    while True:
        cursor, keys = await client.execute(
            "SCAN", cursor, "MATCH", world.local_app.store.keys.root + "*", "COUNT", 500
        )
        for key in keys:
            if ":seen_authors:" in key:  # bits without text, which its client cannot read as text
                continue
            command, *rest = read[await client.execute("TYPE", key)]
            yield key, json.dumps([key, await client.execute(command, key, *rest)], ensure_ascii=False)
        if cursor == "0":
            return


def list_shown(world: World) -> list[str]:
    """Every message of the workspace, for any reader."""
    workspace = world.sandbox.workspace
    return [
        json.dumps(one.build_message_payload(), ensure_ascii=False)
        for c in workspace.channels.values()
        for parent in c.messages
        for one in (parent, *parent.thread)
    ]


async def find_traces(world: World, *words: str) -> list[str]:
    kept = [key async for key, held in iter_stored(world) if any(one in held for one in words)]
    shown = [one for one in list_shown(world) if any(word in one for word in words)]
    return kept + shown


async def forget(world: World, target: ForgetTarget) -> int:
    forgetting = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    found = await forgetting.find(target)
    lost = await forgetting.forget(found, world.clock.now())
    await world.advance(minutes=5)
    return lost


async def a_day_of(world: World, by: str) -> None:
    """One person's complaint, answered; praise, spam, a remark for nobody, a post that joined."""
    world.detects_spikes = True
    await world.receive(LOST, by=by)
    await world.advance(minutes=22)  # the channel is reminded, and somebody on call is told
    card = world.channel("#care").card(f"@{by}")
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana", note=f"told @{by} where it is")
    await world.receive(CRISIS, by=by)
    await world.advance(minutes=26)  # everybody on call is called, and again
    for text in (THANKS, SPAM, WHISPER):
        await world.receive(text, by=by)
    await world.receive("still nothing at all, and nobody answers me about it", by=by, conversation="1")
    await world.advance(minutes=6)


async def test_nothing_of_a_person_is_left_in_any_key_or_message_and_the_totals_still_add_up(world: World) -> None:
    await a_day_of(world, "wilhelmina_q")
    await world.receive("@northwindair where is gate 12 please?", by="other_person")
    before = await world.reconcile()
    assert await find_traces(world, "wilhelmina_q", "suitcase", "lost my bag")

    assert await forget(world, parse_forget_target("@wilhelmina_q"))

    assert (
        await find_traces(world, "wilhelmina_q", "lost my bag AGAIN", "teal", "lovely crew", "still nothing at all")
        == []
    )
    assert "other_person" in json.dumps(list_shown(world))
    after = await world.reconcile()
    assert (after.seen, after.unaccounted) == (before.seen, 0)


async def test_who_is_muted_is_forgotten_too_and_thanks_for_their_praise(world: World) -> None:
    await world.receive(THANKS, by="wilhelmina_q")
    card = world.channel("#community").card("@wilhelmina_q")
    await card.click("case_thank", by="joe")
    await world.person("ana").type_command("/earshot mute @wilhelmina_q")
    await world.receive(LOST, by="wilhelmina_q")
    assert await forget(world, parse_forget_target("@wilhelmina_q"))
    assert await find_traces(world, "wilhelmina_q", "thanked by") == []
    assert await world.local_app.store.mutes.list_ids() == []


async def test_a_mute_without_a_post_is_found_by_its_handle_alone(world: World) -> None:
    await world.person("ana").type_command("/earshot mute @wilhelmina_q until Friday")
    assert await forget(world, parse_forget_target("x:@wilhelmina_q", author=True)) == 1
    assert await find_traces(world, "wilhelmina_q") == []


async def test_a_post_is_forgotten_by_its_address_and_the_others_of_that_person_stay(world: World) -> None:
    first = await world.receive(LOST, by="wilhelmina_q")
    await world.receive(THANKS, by="wilhelmina_q")

    await forget(world, parse_forget_target(first.url + "/#top"))

    assert await find_traces(world, "lost my bag") == []
    assert "lovely crew" in json.dumps(list_shown(world), ensure_ascii=False)
    card = next(one for one in list_shown(world) if "deleted at the request" in one)
    assert "the author's data was deleted" in card


@pytest.mark.parametrize("is_resolved", [False, True], ids=["claimed", "resolved before"])
async def test_nobody_is_said_to_have_resolved_a_case_that_closed_because_its_author_was_forgotten(
    world: World, *, is_resolved: bool
) -> None:
    await world.receive(LOST, by="wilhelmina_q")
    await world.advance(seconds=5)
    card = world.channel("#care").card("@wilhelmina_q")
    await card.click("Claim", by="raj")
    if is_resolved:
        await card.resolve("no action", by="raj")
    await forget(world, parse_forget_target("@wilhelmina_q"))
    await world.advance(seconds=5)
    closed = "Closed · the author's data was deleted"
    assert ("Resolved by @raj · no action" in card.words) is is_resolved
    assert (closed in card.words) is not is_resolved
    assert ("resolved by" in card.fallback_text) is is_resolved


QUOTED = "my grandmother's violin came back\nin two halves, says @wilhelmina_q"


@pytest.mark.parametrize(
    "told",
    [
        {"quoted": QUOTED},
        {"parent": {"text": QUOTED}},
        {"parent": {"author": "wilhelmina_q", "text": "came in two halves, as I said"}},
    ],
    ids=["a quote", "an answer", "an answer to what nobody saw"],
)
async def test_who_quoted_forgotten_words_keeps_their_own_wherever_they_are_kept(
    world: World, told: dict[str, Any]
) -> None:
    store, at = world.local_app.store, world.clock.now()

    async def admit(number: int, text: str, **more: Any) -> None:
        given = {"id": f"x:90{number}", "text": text, "created_at": at, "author": "other_person", **told}
        await store.inbox.admit("x", [Mention.model_validate(given | more)], None, at)

    first = {"id": "x:900", "text": QUOTED, "created_at": at, "author": "wilhelmina_q"}
    await store.inbox.admit("x", [Mention.model_validate(first)], None, at)
    for number, text in enumerate((LOST, SPAM, WHISPER, f"{LOST} and nobody answers")):
        await admit(number + 1, text, **({"conversation": "1"} if LOST in text else {}))
        await world.run_until_idle()
    held = [key async for key, kept in iter_stored(world) if "in two halves" in kept]
    assert {key.removeprefix(store.keys.root).partition(":")[0] for key in held} >= {"aside", "spam", "joined"}
    await admit(8, f"{CRISIS} still waiting")
    in_hand = await store.inbox.read("somebody", 10, wait=False)
    assert len(in_hand) == 1

    await forget(world, parse_forget_target("@wilhelmina_q"))

    assert await find_traces(world, "in two halves", "wilhelmina_q") == []
    kept = " ".join([kept async for _, kept in iter_stored(world)])
    assert all(words in kept for words in ("gift card", "teal", "lost my bag AGAIN", "still waiting"))
    assert (await world.reconcile()).unaccounted == 0


async def test_quoted_words_go_from_dead_letters_too_and_of_corrections_the_last_word_stays_the_last(
    world: World,
) -> None:
    store, at = world.local_app.store, world.clock.now()
    mention = await world.receive("my grandmother's violin came back in two halves", by="wilhelmina_q")
    quoting = Mention.model_validate(
        {"id": "x:901", "text": LATE, "created_at": at, "author": "other_person", "quoted": mention.text}
    )
    letter = {"why": "it failed", "at": at.isoformat(), "tries": 3, "m": quoting.model_dump_json()}
    await store.client.execute("HSET", store.keys.dead_letters, "1-1", json.dumps(letter))
    await store.client.execute("HINCRBY", store.keys.mention_counters, "seen", 1)
    for value, told in (("first", quoting), ("second", quoting.copy_with(quoted=""))):
        body = {"value": value, "mention": told.model_dump(mode="json", exclude_defaults=True)}
        await store.client.execute("XADD", store.keys.corrections, "*", "body", json.dumps(body))

    await forget(world, parse_forget_target("@wilhelmina_q"))

    assert await find_traces(world, "in two halves") == []
    [dead] = await store.dead_letters.list_letters()
    assert Mention.from_stored(dead.raw).text == LATE
    entries = await store.client.execute("XRANGE", store.keys.corrections, "-", "+")
    assert [json.loads(flat[1])["value"] for _, flat in entries] == ["first", "second"]


async def test_what_nobody_has_triaged_yet_is_forgotten_and_counts_as_tallied(world: World) -> None:
    mention = world.build_mention(LOST, by="wilhelmina_q")
    store = world.local_app.store
    await store.inbox.admit("x", [mention], None, world.clock.now())
    in_hand = await store.inbox.read("somebody", 10, wait=False)

    await forget(world, parse_forget_target(mention.id))

    assert len(in_hand) == 1
    assert await find_traces(world, "wilhelmina_q", "lost my bag") == []
    books = await world.reconcile()
    assert (books.seen, books.tallied, books.unaccounted) == (1, 1, 0)


async def test_an_edit_that_nobody_has_triaged_yet_is_forgotten_and_counted_nowhere(world: World) -> None:
    mention = await world.receive(LOST, by="wilhelmina_q")
    store = world.local_app.store
    await store.inbox.admit("x", [mention.copy_with(text=LATE, edits=1)], None, world.clock.now())

    await forget(world, parse_forget_target(mention.id))

    assert await find_traces(world, "wilhelmina_q", "lost my bag", "four hours late") == []
    books = await world.reconcile()
    assert (books.seen, books.opened, books.tallied, books.editing, books.unaccounted) == (1, 1, 0, 0, 0)


async def test_what_triage_answers_while_it_is_being_forgotten_is_counted_once(world: World) -> None:
    store = world.local_app.store
    await store.inbox.admit("x", [world.build_mention(LOST, by="wilhelmina_q")], None, world.clock.now())
    [[entry, _]] = await store.client.execute("XRANGE", store.keys.inbox, "-", "+")
    await world.run_until_idle()  # it has a case by now
    forgetting = MentionEraser(store.client, store.keys)

    assert not await forgetting.drop_waiting_entry(entry)

    books = await world.reconcile()
    assert (books.seen, books.opened, books.tallied, books.unaccounted) == (1, 1, 0, 0)


async def test_to_forget_twice_is_to_forget_once_and_it_is_itself_in_the_audit_log(world: World) -> None:
    await world.receive(LOST, by="wilhelmina_q")
    assert await forget(world, parse_forget_target("@wilhelmina_q")) > 0
    audit = [held async for key, held in iter_stored(world) if key.endswith(":audit")]

    assert await forget(world, parse_forget_target("@wilhelmina_q")) == 0

    assert "deleted posts" in audit[0]
    assert audit == [held async for key, held in iter_stored(world) if key.endswith(":audit")]


async def test_a_case_that_others_joined_stays_open_without_the_words_of_the_person_who_asked(world: World) -> None:
    await world.receive(LOST, by="wilhelmina_q")
    await world.receive(LOST, by="second_person")

    await forget(world, parse_forget_target("@wilhelmina_q"))

    [shown] = [one for one in list_shown(world) if "deleted at the request" in one]
    assert "1 duplicate" in shown
    assert "Claim" in shown
    [card] = world.channel("#care").cards
    assert "@second_person" in await card.explain()
    assert await find_traces(world, "wilhelmina_q") == []


@pytest.mark.parametrize(
    ("words", "author", "target"),
    [
        ("https://x.com/Marta/status/567592368451248130?s=20", False, ForgetTarget(mention="x:567592368451248130")),
        ("https://twitter.com/i/status/5/", False, ForgetTarget(mention="x:5")),
        ("https://forum.example/t/17/#3", False, ForgetTarget(address="https://forum.example/t/17")),
        ("forum:17", False, ForgetTarget(mention="forum:17")),
        ("@marta", False, ForgetTarget(author="@marta")),
        ("x:123", True, ForgetTarget(author="x:123")),
    ],
)
def test_a_post_or_a_person_is_named_as_people_name_them(words: str, author: bool, target: ForgetTarget) -> None:  # noqa: FBT001
    assert parse_forget_target(words, author=author) == target


@pytest.mark.parametrize("words", ["", "@", "marta", "  "])
def test_what_names_neither_is_refused_in_a_sentence(words: str) -> None:
    with pytest.raises(ValueError, match="name a p"):
        parse_forget_target(words)


def test_a_handle_is_told_whatever_its_case_and_only_at_its_outlet() -> None:
    target: Any = parse_forget_target("x:@Marta", author=True)

    assert target.matches_author("x", "7", "marta")
    assert not target.matches_author("forum", "7", "marta")
    assert not target.matches_author("x", "7", "")


async def test_no_wording_of_an_edited_post_is_left_and_a_later_edit_brings_none_back(world: World) -> None:
    admit, at = world.local_app.store.inbox.admit, world.clock.now()
    given: dict[str, Any] = {"created_at": at, "author": "wilhelmina_q", "url": "https://x.com/wilhelmina_q/status/3"}
    for edits, text in enumerate((LOST, LATE)):
        await admit("x", [Mention(id="x:1", source="x", text=text, edits=edits, **given)], None, at)
        await world.run_until_idle()
    quoting = {"id": "x:9", "text": f"{CRISIS} as they say", "quoted": LATE, "created_at": at, "author": "other_person"}
    await admit("x", [Mention.model_validate(quoting)], None, at)
    await world.advance(minutes=1)
    assert await find_traces(world, LOST[:30])
    assert await find_traces(world, LATE[:30])

    await forget(world, parse_forget_target("https://x.com/wilhelmina_q/status/3"))
    await admit("x", [Mention(id="x:1", source="x", text=f"{LATE} again", edits=2, **given)], None, at)
    await world.advance(minutes=1)

    assert await find_traces(world, LOST[:30], LATE[:30]) == []
    assert (await world.reconcile()).unaccounted == 0


@pytest.mark.parametrize("target", ["@marta", "https://x.com/marta/status/77"])
async def test_a_flagged_link_is_forgotten_with_the_handle_in_it(world: World, target: str) -> None:
    seen = await post_in_channel(world, "Have you seen this? https://fxtwitter.com/marta/status/77")
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    await world.advance(seconds=10)
    assert [key async for key, held in iter_stored(world) if "fxtwitter.com/marta" in held]
    assert await forget(world, parse_forget_target(target))
    assert [key async for key, held in iter_stored(world) if "fxtwitter.com/marta" in held] == []
    assert "marta" not in world.channel("#care").cards[-1].words
