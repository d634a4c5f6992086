"""Needs and questions are counted by people, and who asked is answered once it is done."""

import asyncio

import pytest

from bot.cards.action_ids import encode_menu_choice
from bot.cards.ledger_entries import EntryForm
from bot.domain.case import CaseResolution
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.erasure import parse_forget_target
from bot.domain.ledger.entry import EntryKind, EntryState, LedgerEntry
from bot.store.forget import MentionEraser
from tests.scenarios.slack_views import Card
from tests.scenarios.world import World
from tests.store.unreadable_records import make_unreadable

QUIET = "I wish @northwindair had a quiet carriage for people who want to sleep"
WISHES = (
    QUIET,
    "is there any airline with a quiet carriage? I wish @northwindair would offer one",
    "@northwindair I wish you had a quiet carriage, the noise on this flight",
)


async def hear_wishes(world: World) -> list[Card]:
    """Three people, each with a case that research has answered."""
    for number, words in enumerate(WISHES):
        await world.receive(words, by=f"guest{number}", conversation=f"c{number}")
        await world.advance(minutes=5)
    cards = [world.channel("#research").card(f"@guest{number}") for number in range(len(WISHES))]
    for card in cards:
        await card.click("Claim", by="tom")
        await card.resolve("answered", by="tom")
    return cards


async def add_suggestion(world: World, name: str = "tom") -> LedgerEntry:
    await world.person(name).type_command("/sentiment needs")
    await world.person(name).press_on_whisper("Add…")
    await world.person(name).submit_form(headline="Quiet carriage")
    [entry] = (await world.local_app.store.ledger.load()).values()
    return entry


async def change_state(world: World, name: str, **values: str) -> None:
    await world.person(name).press_on_whisper("Open…")
    await world.person(name).submit_form(**values)


def _list_buttons(world: World, name: str) -> list[str]:
    return list(world.sandbox.get_user(name).ephemeral_messages[-1].find_buttons())


def list_asked(world: World) -> list[tuple[str, Card]]:
    """Return who was asked to tell somebody, with the message."""
    return [
        (name, dm) for name in ("tom", "mia") for dm in world.person(name).dms if "📣" in dm.words or "🔁" in dm.words
    ]


async def test_what_three_people_wish_for_is_suggested_counted_and_listed_with_its_newest_post(world: World) -> None:
    await hear_wishes(world)
    listed = await world.person("tom").type_command("/sentiment needs")
    assert "Needs · 0 in the ledger" in listed
    assert "3 people ask the same" in listed
    assert "“quiet carriage”" in listed
    entry = await add_suggestion(world)
    assert (entry.people, entry.state, entry.department) == (3, EntryState.HEARD, "research")
    assert "Quiet carriage: 3 people · heard." in world.person("tom").last_whisper
    listed = await world.person("tom").type_command("/sentiment needs")
    assert "Needs · 1 in the ledger" in listed
    assert "Quiet carriage · 3 people · heard" in listed
    assert "the noise on this flight" in listed
    assert "ask the same" not in listed


async def test_a_need_is_built_and_those_who_asked_are_told_by_a_person(world: World) -> None:
    cards = await hear_wishes(world)
    await add_suggestion(world)
    await world.person("tom").type_command("/sentiment needs")
    await change_state(world, "tom", status="done", address="https://northwind.example/quiet")
    assert "Those who asked come up as follow-ups, a few a day." in world.person("tom").last_whisper
    await world.advance(minutes=10)
    [(name, dm)] = list_asked(world)
    assert name == "tom", "the department that had them tells them"
    assert "3 follow-ups are due in #research" in dm.words
    assert "3 people asked for it: “Quiet carriage” is built. https://northwind.example/quiet Tell them." in dm.words
    assert "Others answered" not in dm.words
    await dm.click("View list", by="tom")
    assert world.person("tom").form.count("“Quiet carriage” is built. https://northwind.example/quiet") == 3
    for left in (2, 1, 0):
        assert world.person("tom").form.count("is built") == left + 1
        await world.person("tom").press_in_form("Told")
    assert "You have nothing to follow up" in world.person("tom").form
    assert "told, says @tom" in cards[0].words
    assert "Follow-ups: " not in await world.person("mia").type_command("/sentiment today"), "these are no follow-ups"
    await world.advance(days=3)
    assert "Quiet carriage · 3 people · built · 3 of 3 told" in await world.person("tom").type_command(
        "/sentiment needs"
    )
    [entry] = (await world.local_app.store.ledger.load()).values()
    assert not entry.is_telling


async def test_who_was_not_told_is_not_forgotten_when_nobody_presses_anything_for_a_week(world: World) -> None:
    cards = await hear_wishes(world)
    await add_suggestion(world)
    await world.person("tom").type_command("/sentiment needs")
    await change_state(world, "tom", status="done")
    await world.advance(minutes=10)
    [(_, dm)] = list_asked(world)
    await dm.click("View list", by="tom")
    await world.person("tom").press_in_form("Told")
    await world.advance(days=7)
    assert "Quiet carriage · 3 people · built · 1 of 3 told" in await world.person("tom").type_command(
        "/sentiment needs"
    )
    pending = [(await world.local_app.store.cases.get(one.case)).follow_up for one in cards]
    assert sum(bool(one and one.outcome is None and one.offered_to) for one in pending) == 2
    assert "nobody followed up" not in "".join(card.words for card in cards)
    [(name, _)] = [(name, dm) for name, dm in list_asked(world) if "2 people asked for it" in dm.words]
    form = await world.person(name).open_home()
    assert "2 follow-ups are due in #research" in form
    await world.person(name).press_on_home("View list")
    await world.person(name).press_in_form("Told")
    await world.person(name).press_in_form("Not needed")
    await world.advance(days=1)
    [entry] = (await world.local_app.store.ledger.load()).values()
    assert (entry.progress, entry.is_telling) == ("2 of 3 told", False)


async def test_who_complains_again_before_they_were_told_comes_up_again_once_that_is_resolved(world: World) -> None:
    [card, *_] = await hear_wishes(world)
    await add_suggestion(world)
    await world.person("tom").type_command("/sentiment needs")
    await change_state(world, "tom", status="done")
    await world.advance(minutes=10)
    await world.local_app.app.usecases.cases.reopen(card.case, "U0TOM")
    await world.advance(minutes=5)
    assert (await world.local_app.store.cases.get(card.case)).follow_up is None
    await card.click("Claim", by="tom")
    await card.resolve("answered", by="tom")
    await world.advance(minutes=5)
    follow_up = (await world.local_app.store.cases.get(card.case)).follow_up
    assert follow_up is not None
    assert follow_up.news == "“Quiet carriage” is built."


async def test_a_case_that_was_added_by_mistake_is_taken_out_and_its_entry_goes_with_the_last(world: World) -> None:
    cards = await hear_wishes(world)
    entry = await add_suggestion(world)
    store = world.local_app.store.ledger
    await world.person("tom").type_command("/sentiment needs")
    await world.person("tom").press_on_whisper("Open…")
    form = await world.person("tom").press_in_form("Take out")
    assert "Taken out. Quiet carriage: 2 people" in form
    assert form.count("Take out") == 2
    newest = cards[-1].case
    assert [case.id for case in await store.list_unlisted(EntryKind.NEED, 9)] == [newest], "it can be added again"
    assert (await store.load())[entry.id].people == len(await store.load_people(entry.id)) == 2
    await world.person("tom").press_in_form("Take out")
    assert "had no other case, so it is gone" in await world.person("tom").press_in_form("Take out")
    assert await store.load() == {}
    with pytest.raises(NotAllowed, match="This entry is gone"):
        await world.local_app.app.usecases.ledger.remove_case(encode_menu_choice(entry.id, newest), "U0TOM")


async def test_of_a_case_that_was_merged_the_one_with_its_posts_comes_up_and_once(world: World) -> None:
    await hear_wishes(world)
    entry = await add_suggestion(world)
    app = world.local_app.app
    first, second, third = [await app.store.cases.get(one) for one in entry.newest]
    merged = first.copy_with(merged_into=second.id, resolution=None, version=first.version + 1)
    await app.store.cases.commit(CaseDecision(merged, first), world.clock.now())
    await world.person("tom").type_command("/sentiment needs")
    await change_state(world, "tom", status="done")
    await world.advance(minutes=10)
    follow_ups = [(await app.store.cases.get(one.id)).follow_up for one in (first, second, third)]
    assert [bool(one and one.news) for one in follow_ups] == [False, True, True]
    await world.advance(minutes=10)
    people = (await app.store.ledger.load_people(entry.id)).values()
    assert sorted(value.partition("|")[2] for value in people) == ["|offered"] * 3


async def test_who_asked_in_a_case_that_cannot_be_read_just_now_is_not_taken_for_told(world: World) -> None:
    store, cards = world.local_app.store, await hear_wishes(world)
    entry = await add_suggestion(world)
    await make_unreadable(store, store.keys.case_key(cards[0].case), status="shelved")
    await world.person("tom").type_command("/sentiment needs")
    await change_state(world, "tom", status="done")
    await world.advance(minutes=10)
    waiting = [value for value in (await store.ledger.load_people(entry.id)).values() if not value.endswith("offered")]
    assert waiting == [f"{cards[0].case}|research"]
    assert (await store.ledger.load())[entry.id].is_telling


async def test_who_has_an_open_case_is_told_once_it_is_resolved_and_who_asks_later_is_told_too(world: World) -> None:
    await world.receive(QUIET, by="marta")
    await world.advance(seconds=5)
    card = world.channel("#research").card("@marta")
    await card.choose("Add to ledger…", by="tom")
    await world.person("tom").submit_form(headline="Quiet carriage")
    await world.person("tom").type_command("/sentiment needs")
    await change_state(world, "tom", status="done")
    await world.advance(hours=1)
    assert list_asked(world) == []
    await card.click("Claim", by="tom")
    await card.resolve("answered", by="tom")
    await world.advance(hours=1)
    [(name, dm)] = list_asked(world)
    assert name == "tom"
    assert "📣 “Quiet carriage” is built. @tom resolved it (answered)" in dm.words
    assert "Tell @marta, who asked for it" in dm.words
    await dm.click("Told", by="tom")
    assert "📣 Told, says @tom: the feature request from @marta." in dm.words
    await world.receive(WISHES[1], by="kofi", conversation="c9")
    await world.advance(seconds=5)
    later = world.channel("#research").card("@kofi")
    await later.click("Claim", by="tom")
    await later.resolve("answered", by="tom")
    await later.click("Add to ledger…", by="tom")
    [entry] = (await world.local_app.store.ledger.load()).values()
    await world.person("tom").submit_form(entry=entry.id)
    await world.advance(minutes=5)
    assert "Tell @kofi" in list_asked(world)[-1][1].words


async def test_a_question_asked_by_twelve_people_becomes_a_content_request_and_ten_a_day_are_told(world: World) -> None:
    for number in range(12):
        words = f"@northwindair do you serve gluten free meals on flight NW{100 + number}?"
        await world.receive(words, by=f"guest{number}", conversation=f"c{number}")
    await world.advance(minutes=1)
    cases, store = world.local_app.app.usecases.cases, world.local_app.store
    for case in await store.ledger.list_unlisted(EntryKind.QUESTION, 20):
        await cases.claim(case.id, "U0ANA")
        await cases.resolve(case.id, "U0ANA", CaseResolution.ANSWERED, "")
    listed = await world.person("ana").type_command("/sentiment questions")
    assert "12 people ask the same" in listed
    await world.person("ana").press_on_whisper("Add…")
    await world.person("ana").submit_form(headline="Gluten free meals")
    assert "Gluten free meals · 12 people · content request" in await world.person("ana").type_command(
        "/sentiment questions"
    )
    await world.person("ana").press_on_whisper("Open…")
    ana = world.sandbox.get_user("ana")
    await ana.fill_field("status", "done")
    refused = await ana.submit()
    assert "Add the link to the answer" in refused.errors["address"]
    await world.person("ana").submit_form(address="https://northwind.example/meals")
    [entry] = (await store.ledger.load()).values()
    assert entry.state_word == "answered"
    told = [await count_offered(world, entry)]
    for _ in range(2):
        await world.advance(hours=12)
        told.append(await count_offered(world, entry))
    assert told == [10, 10, 12]


async def count_offered(world: World, entry: LedgerEntry) -> int:
    await world.advance(minutes=5)
    people = await world.local_app.store.ledger.load_people(entry.id)
    return sum(value.endswith("|offered") for value in people.values())


async def test_of_two_who_merge_crosswise_at_once_one_wins_and_nobody_is_lost(world: World) -> None:
    await hear_wishes(world)
    ledger, ids = world.local_app.app.usecases.ledger, list[str]()
    for case in await world.local_app.store.ledger.list_unlisted(EntryKind.NEED, 9):
        ids.append((await ledger.add(case.id, "", f"Quiet {len(ids)}", "U0TOM")).id)
    one, other = (EntryForm(name, "", "", "") for name in ids[:2])
    merges = [ledger.change(one, one, other.entry, "U0TOM"), ledger.change(other, other, one.entry, "U0MIA")]
    done = await asyncio.gather(*merges, return_exceptions=True)
    [refusal] = [str(no) for no in done if isinstance(no, NotAllowed)]
    assert refusal.startswith("This entry is gone")
    entries = (await world.local_app.store.ledger.load()).values()
    assert sorted(entry.people for entry in entries) == [1, 2]
    with pytest.raises(NotAllowed, match="This entry is gone"):
        await ledger.change(one, one, other.entry, "U0TOM")


async def test_a_person_is_forgotten_while_the_count_stays(world: World) -> None:
    await hear_wishes(world)
    entry = await add_suggestion(world)
    ledger = world.local_app.app.usecases.ledger
    shown = EntryForm(entry.id, entry.title, entry.state, "")
    await ledger.change(shown, shown._replace(title="Quiet as @guest1 says"), "", "U0TOM")
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    found = await eraser.find(parse_forget_target("@guest1"))
    assert await eraser.forget(found, world.clock.now())
    [entry] = (await world.local_app.store.ledger.load()).values()
    assert (entry.people, entry.title) == (3, "Quiet as (deleted) says")
    assert len(await world.local_app.store.ledger.load_people(entry.id)) == 2
    assert "Quiet as (deleted) says · 3 people" in await world.person("tom").type_command("/sentiment needs")


async def test_who_may_not_change_the_ledger_reads_it_without_its_buttons(world: World) -> None:
    await hear_wishes(world)
    joe = world.person("joe")
    assert "3 people ask the same" in await joe.type_command("/sentiment needs")
    assert "Add…" not in _list_buttons(world, "joe")
    card = world.channel("#research").card("@guest0")
    assert "Add to ledger…" in await card.explain("tom")
    assert "Add to ledger…" not in await card.explain("joe")
    await add_suggestion(world)
    assert "Quiet carriage · 3 people" in await joe.type_command("/sentiment needs")
    assert "Open…" not in _list_buttons(world, "joe")
    entry = next(iter(await world.local_app.store.ledger.load()))
    with pytest.raises(NotAllowed, match="Only deputies of research and managers change the ledger"):
        await world.local_app.app.usecases.ledger.get(entry, "U0JOE")


async def test_a_wish_beside_a_complaint_can_go_into_the_ledger_as_it_is(world: World) -> None:
    await world.receive("@northwindair terrible flight, no food at all. I wish you had a quiet carriage", by="marta")
    await world.receive("@northwindair my suitcase is gone again", by="kofi")
    await world.advance(seconds=5)
    assert "Add to ledger…" not in await world.channel("#care").card("@kofi").explain("ana")
    card = world.channel("#research").card("@marta")
    assert "Complaint" in card.words
    assert "Add to ledger…" in await card.explain("tom")
    entries = world.local_app.app.usecases.ledger
    assert (await entries.add(card.case, "", "Quiet carriage", "U0TOM")).kind is EntryKind.NEED


async def test_a_title_that_slack_would_read_as_markup_is_refused_and_the_form_stays(world: World) -> None:
    await hear_wishes(world)
    await world.person("tom").type_command("/sentiment needs")
    await world.person("tom").press_on_whisper("Add…")
    assert "Add 3 cases from 3 people to the ledger of needs." in world.person("tom").form
    assert "Or a new one" not in world.person("tom").form, "there is no entry above"
    shown = await world.person("tom").submit_form(headline="Quiet @here")
    assert shown.startswith("Add to ledger"), shown
    assert await world.local_app.store.ledger.load() == {}
