"""Stored records are read one by one, in one place; what this release cannot read is set aside and stops nothing."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import bot
from bot.domain.destination import ToDepartment
from bot.domain.outbox import Notification
from bot.store.client import RedisClient
from bot.store.message_records import CardState
from bot.store.quarantine import KINDS
from bot.store.record_reader import UnreadableRecordError
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.store.samples import CASE, CRISIS, EPISODE, PAGE
from tests.store.unreadable_records import make_unreadable
from tests.workers.numbered_mentions import build_numbered_mention

NEWER = '{"shape": "of a newer release", "words": "strangers said this"}'
Ask = Callable[[Store], Awaitable[object]]


async def hashes(store: Store) -> None:
    """A record of each kind that lies in a hash of its own, unreadable, beside one that can be read."""
    for key, good in (
        (store.keys.case_key, CASE),
        (store.keys.page_key, PAGE),
        (store.keys.crisis_key, CRISIS),
        (store.keys.episode_key, EPISODE),
    ):
        await store.client.execute("HSET", key("bad"), "v", 3, "body", NEWER)
        await store.client.execute("HSET", key(good.id), "v", good.version, "body", good.model_dump_json())


async def test_of_two_cases_the_one_that_can_be_read_is_found(store: Store) -> None:
    await hashes(store)
    assert list(await store.cases.find(["bad", CASE.id])) == [CASE.id]
    assert list(await store.pages.find(["bad", PAGE.id])) == [PAGE.id]


async def test_of_two_episodes_and_two_crises_those_that_can_be_read_are_there(store: Store) -> None:
    await hashes(store)
    for name in ("bad", EPISODE.id):
        await store.client.execute("ZADD", store.keys.episodes, 1, name)
        await store.client.execute("HSET", store.keys.running_episodes, f"subject {name}", name)
    for name in ("bad", CRISIS.id):
        await store.client.execute("ZADD", store.keys.crises, 1, name)
    assert [one.id for one in await store.episodes.list_latest()] == [EPISODE.id]
    assert [one.id for one in (await store.episodes.load_running()).values()] == [EPISODE.id]
    assert [one.id for one in await store.crises.list_open_crises()] == [CRISIS.id]


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.cases.get("bad"),
        lambda store: store.pages.get("bad"),
        lambda store: store.crises.find("bad"),
        lambda store: store.episodes.get("bad"),
    ],
)
async def test_who_asks_for_one_that_cannot_be_read_is_told_so_in_a_sentence(store: Store, ask: Ask) -> None:
    await hashes(store)
    with pytest.raises(UnreadableRecordError, match="newer release of Earshot"):
        await ask(store)


async def test_it_is_set_aside_with_its_body_and_without_its_words_in_the_reason(store: Store) -> None:
    await hashes(store)
    await store.cases.find(["bad"])
    [record] = await store.quarantine.list_records()
    assert (record.kind, record.key, record.field, record.body) == ("case", "case:bad", "body", NEWER)
    assert "mention: missing" in record.why
    assert "strangers" not in record.why
    assert (await store.health_issues.load_issues())["records"].startswith("1 record can't be read by this release")


async def test_read_again_and_again_it_is_set_aside_once(store: Store, client: RedisClient, brand: str) -> None:
    await hashes(store)
    for reader in (store, store, Store(client, brand, "another process")):
        await reader.cases.find(["bad"])
    assert await store.quarantine.count() == 1


async def test_drills_of_other_departments_go_on(store: Store) -> None:
    good = json.dumps({"department": "care", "opened_at": "2026-03-10T09:00:00Z", "page": "p"})
    await store.client.execute("HSET", store.keys.drills, "care", good, "sales", NEWER)
    assert list(await store.drills.load_drills()) == ["care"]
    assert store.drills.is_unreadable("sales")
    with pytest.raises(UnreadableRecordError):
        await store.drills.get("sales")


async def test_a_card_that_cannot_be_read_is_never_taken_for_one_that_was_not_posted(store: Store) -> None:
    await store.client.execute("HSET", store.keys.card_key("bad"), "body", '{"state":"archived"}')
    assert (await store.outbox.load_cards(["bad"]))["bad"].state is CardState.UNKNOWN
    with pytest.raises(UnreadableRecordError):
        await store.outbox.load_card("bad")


async def test_a_notification_of_a_newer_release_stays_pending_and_hides_nothing(
    store: Store, clock: SteppedClock
) -> None:
    for number in range(6):
        await store.client.execute(
            "ZADD", store.keys.outbox_key(ToDepartment("care")), number, f"hologram c{number} 0 care"
        )
    await store.outbox.add(Notification.draw_card("c", "care"), clock.now())
    await store.client.execute("SADD", store.keys.outboxes, "care")
    for _ in range(4):  # it is seen how many are in the way, and looked past them
        queues = await store.outbox.list_queues(2)
    assert [owed.notification.subject_id for owed in queues[0].head] == ["c"]
    assert int(await store.client.execute("ZCARD", store.keys.outbox_key(ToDepartment("care")))) == 7


async def test_a_health_state_that_cannot_be_read_is_begun_again_and_its_body_is_kept(store: Store) -> None:
    await store.client.execute("HSET", store.keys.health_state, "v", 9, "body", '{"version":9,"troubles":7}')
    assert (await store.health_state.load()).version == 9
    [record] = await store.quarantine.list_records()
    assert record.body == '{"version":9,"troubles":7}'


async def test_what_is_usual_and_cannot_be_read_is_learnt_again_for_that_subject_alone(store: Store) -> None:
    await store.client.execute("HSET", store.keys.baseline_key("Northwind"), "v", 4, "body", '{"subject":7}')
    [learnt] = (await store.baselines.load(["Northwind"])).values()
    assert await store.baselines.save([learnt])


async def test_schedule_changes_that_cannot_be_read_leave_the_turns_of_the_playbook(store: Store) -> None:
    await store.client.execute("HSET", store.keys.schedule_key("care"), "v", 4, "body", '{"overrides":{}}')
    assert not (await store.overrides.load(["care"]))["care"].overrides


async def test_joined_posts_spam_and_corrections_are_read_one_by_one(store: Store) -> None:
    good = build_numbered_mention(1).model_dump_json()
    await store.client.execute("HSET", store.keys.joined_mentions_key("c"), "x:1", good, "x:2", NEWER)
    assert [one.id for one in await store.cases.load_joined("c")] == ["x:1"]
    for body in (NEWER, good):
        await store.client.execute("XADD", store.keys.spam, "*", "m", body, "a", "{}", "at", "2026-03-10T09:00:00Z")
    assert [one.mention.id for one in await store.spam.list_newest(10)] == ["x:1"]
    note = {"kind": "intent", "was": "a", "now": "b", "by": "U", "at": "2026-03-10T09:00:00Z", "labels": []}
    for body in (NEWER, json.dumps({**note, "case": "c", "mention": json.loads(good)})):
        await store.client.execute("XADD", store.keys.corrections, "*", "body", body)
    assert [noted.case async for noted in store.corrections.iter_corrections()] == ["c"]


async def test_a_calendar_that_cannot_be_read_is_fetched_again(store: Store) -> None:
    await store.client.execute("HSET", store.keys.calendar_key("care"), "text", "BEGIN", "booked", '[["ana"]]')
    assert await store.calendars.load_shifts("care") == ()
    assert (await store.calendars.load_cached("care")).text == ""


async def test_an_observation_that_cannot_be_read_is_passed_over(store: Store) -> None:
    for body in ('["odd"]', '[1.0,"Northwind","x:1","x:7","care"]', '{"at":1.0,"subject":"Northwind"}'):
        await store.client.execute("XADD", store.keys.spike_stream, "*", "o", body)
    read = await store.spike_stream.read((0, 0))
    assert [one.subject for one in read] == ["", "Northwind", ""]
    assert read[-1].place > read[0].place


@pytest.mark.parametrize("kind", ["case", "page", "crisis", "episode"])
async def test_what_is_given_up_is_gone_with_its_places_in_the_indexes(
    store: Store, clock: SteppedClock, kind: str
) -> None:
    await hashes(store)
    key = f"{store.keys.root}{kind}:bad"
    indexes = (store.keys.deadlines, store.keys.pages, store.keys.crises, store.keys.episodes)
    for index in indexes:
        await store.client.execute("ZADD", index, 1, "bad")
    await store.cases.find(["bad"])
    await store.pages.find(["bad"])
    await store.crises.list_open_crises()
    await store.episodes.list_latest()
    [record] = [one for one in await store.quarantine.list_records() if one.kind == kind]
    assert not await store.quarantine.replay(record, clock.now())
    await store.quarantine.discard(record)
    assert not await store.client.execute("EXISTS", key)
    assert not [index for index in indexes if await store.client.execute("ZSCORE", index, "bad") is not None]


async def test_once_it_can_be_read_it_is_back_in_its_index_and_the_trouble_is_over(
    store: Store, clock: SteppedClock
) -> None:
    await store.client.execute(
        "HSET", store.keys.page_key(PAGE.id), "v", 4, "body", PAGE.copy_with(closed_at=None).model_dump_json()
    )
    body = await make_unreadable(store, store.keys.page_key(PAGE.id), severity="sev0")
    await store.pages.find([PAGE.id])
    assert await store.quarantine.retry_records(clock.now()) == 0
    assert (await store.quarantine.list_records())[0].body == body
    await make_unreadable(store, store.keys.page_key(PAGE.id), severity="sev1")
    assert await store.quarantine.retry_records(clock.now()) == 1
    assert await store.pages.list_due(clock.now()) == []
    clock.advance(minutes=1)
    assert await store.pages.list_due(clock.now()) == [PAGE.id]
    assert "records" not in await store.health_issues.load_issues()


def test_nothing_that_is_stored_is_read_but_one_by_one() -> None:
    """Whatever calls a decoder itself does without the quarantine."""
    itself = re.compile(r"validate_json\(|Mention\.from_stored\(|Notification\.from_key\(|from_json\(")
    folder = Path(bot.__file__).parent
    beside = {  # an inbox entry has the dead letters, which are listed as they are; the others are read where there is nothing behind them to stop
        "store/inbox.py",
        "store/dead_letters.py",
        "store/quarantine.py",
        "store/corrections.py",
        "store/calendars.py",
        "store/spike_stream.py",
        "store/recent_mentions.py",
        "store/quote_redaction.py",
        "store/early_replies.py",  # of these two nobody waits for one: it ends by itself
        "store/replies.py",
        "store/restore_records.py",  # one record that says what to look up; without it nothing is
        "store/relay.py",  # what cannot be read is assessed again, by the triage of the brand
        "store/state_file.py",  # a file, which is refused as a whole
    }
    calling = {
        str(file.relative_to(folder))
        for part in ("store", "workers", "usecases", "web")
        for file in (folder / part).rglob("*.py")
        if itself.search(file.read_text("utf-8"))
    }
    assert calling == beside


def test_every_kind_that_is_read_can_be_looked_at_again() -> None:
    read = {
        kind
        for file in (Path(bot.__file__).parent / "store").glob("*.py")
        for kind in re.findall(r'RecordReader\(client, keys, "([\w -]+)"', file.read_text("utf-8"))
    }
    assert read == set(KINDS)


ON_KEYS_OF_THEIR_OWN: dict[str, tuple[Callable[[Store], str], Ask]] = {
    "case": (lambda store: store.keys.case_key("bad"), lambda store: store.cases.find(["bad", CASE.id])),
    "page": (lambda store: store.keys.page_key("bad"), lambda store: store.pages.find(["bad", PAGE.id])),
    "crisis": (lambda store: store.keys.crisis_key("bad"), lambda store: store.crises.find_readable("bad")),
    "episode": (lambda store: store.keys.episode_key("bad"), lambda store: store.episodes.find_readable("bad")),
    "card": (lambda store: store.keys.card_key("bad"), lambda store: store.outbox.load_cards(["bad", CASE.id])),
    "digest": (lambda store: store.keys.digest_key("bad"), lambda store: sentence(store.digests.load("bad"))),
    "page message": (lambda store: store.keys.page_messages_key("bad"), lambda store: store.pages.load_messages("bad")),
    "mention": (lambda store: store.keys.joined_mentions_key("bad"), lambda store: store.cases.load_joined("bad")),
    "schedule": (lambda store: store.keys.schedule_key("bad"), lambda store: store.overrides.load(["bad"])),
    "calendar": (lambda store: store.keys.calendar_key("bad"), lambda store: store.calendars.load_shifts("bad")),
    "drill": (lambda store: store.keys.drills, lambda store: store.drills.load_drills()),
    "usual": (lambda store: store.keys.baseline_key("bad"), lambda store: store.baselines.load(["bad"])),
    "vigil": (lambda store: store.keys.health_state, lambda store: store.health_state.load()),
}


async def sentence(asked: Awaitable[object]) -> None:
    with pytest.raises(UnreadableRecordError):
        await asked


@pytest.mark.parametrize("kind", list(ON_KEYS_OF_THEIR_OWN))
async def test_a_key_of_another_type_is_a_record_set_aside_and_can_be_dropped(
    kind: str, store: Store, clock: SteppedClock
) -> None:
    await hashes(store)
    where, ask = ON_KEYS_OF_THEIR_OWN[kind]
    key = where(store)
    await store.client.execute("DEL", key)
    await store.client.execute("SET", key, "strangers said this")
    found = await ask(store)
    if kind in ("case", "page"):
        assert len(list(found)) == 1  # type: ignore[call-overload]
    [record] = await store.quarantine.list_records()
    assert (record.kind, record.key, record.why) == (
        kind,
        key.removeprefix(store.keys.root),
        "another type of key",
    )
    if kind in ("usual", "vigil"):  # begun anew in its place
        assert await store.client.execute("TYPE", key) == "none"
    await store.quarantine.discard(record)
    assert not await store.client.execute("EXISTS", key)
    assert not await store.quarantine.count()


async def test_a_key_of_another_type_is_looked_at_again_and_what_is_there_by_then_stays(
    store: Store, clock: SteppedClock
) -> None:
    key = store.keys.case_key(CASE.id)
    await store.client.execute("SET", key, "x")
    assert not await store.cases.find([CASE.id])
    assert await store.quarantine.retry_records(clock.now()) == 0
    [record] = await store.quarantine.list_records()
    await store.client.execute("DEL", key)
    await store.client.execute("HSET", key, "v", CASE.version, "body", CASE.model_dump_json())
    assert list(await store.cases.find([CASE.id])) == [CASE.id]
    await store.quarantine.discard(record)
    assert list(await store.cases.find([CASE.id])) == [CASE.id]


async def test_what_was_begun_again_beside_a_key_of_another_type_works_again(store: Store, clock: SteppedClock) -> None:
    await store.client.execute("SET", store.keys.baseline_key("bad"), "x")
    assert await store.baselines.save(list((await store.baselines.load(["bad"])).values()))
    assert await store.quarantine.retry_records(clock.now()) == 1
    assert not await store.quarantine.count()


async def test_a_note_of_a_newer_release_is_listed_and_one_that_is_broken_is_listed_as_such(
    store: Store, clock: SteppedClock
) -> None:
    await store.client.execute("HSET", store.keys.case_key("bad"), "v", 3, "body", NEWER)
    await store.cases.find(["bad"])
    [note] = await store.client.execute("HVALS", store.keys.unreadable)
    newer = json.dumps({**json.loads(note), "release": "9"})
    await store.client.execute("HSET", store.keys.unreadable, "newer", newer, "broken", '{"no":1}', "junk", "[")
    found = {one.id: one.kind for one in await store.quarantine.list_records()}
    assert sorted(found.values()) == ["case", "case", "note", "note"]
    assert await store.quarantine.retry_records(clock.now()) == 0
    for one in await store.quarantine.list_records():
        if one.kind == "note":
            await store.quarantine.discard(one)
    assert await store.quarantine.count() == 2


async def test_a_dead_letter_of_a_newer_release_is_listed_and_one_that_is_broken_can_be_dropped(store: Store) -> None:
    letter = {"why": "x", "at": "2026-03-10T09:00:00+00:00", "tries": 5, "m": "{}", "more": 1}
    await store.client.execute(
        "HSET", store.keys.dead_letters, "1-0", json.dumps(letter), "2-0", '{"no":1}', "3-0", "["
    )
    letters = {one.id: one for one in await store.dead_letters.list_letters()}
    assert letters["1-0"].tries == 5
    assert "cannot be read" in letters["2-0"].reason
    assert letters["2-0"].raw == '{"no":1}'
    for one in letters.values():
        await store.dead_letters.discard(one)
    assert not await store.dead_letters.count()


@pytest.mark.parametrize("body", [NEWER, None])
async def test_a_dropped_case_is_on_nobodys_list(body: str | None, store: Store) -> None:
    key, call = store.keys.case_key("bad"), store.client.execute
    await (call("HSET", key, "v", 3, "body", body) if body else call("SET", key, "x"))
    for department in ("care", "sales"):
        await call("ZADD", store.keys.open_cases_key(department), 1, "bad", 2, "other")
    for claimed in (store.keys.owned_cases_key("U0ANA"), store.keys.claimed_cases_key("care")):
        await call("ZADD", claimed, 1, "bad", 2, "other")
    await store.cases.find(["bad"])
    [record] = await store.quarantine.list_records()
    await store.quarantine.discard(record)
    assert await call("ZRANGE", store.keys.open_cases_key("care"), 0, -1) == ["other"]
    assert await call("ZRANGE", store.keys.open_cases_key("sales"), 0, -1) == ["other"]
    assert await call("ZRANGE", store.keys.owned_cases_key("U0ANA"), 0, -1) == ["other"]
    assert await call("ZRANGE", store.keys.claimed_cases_key("care"), 0, -1) == ["other"]
