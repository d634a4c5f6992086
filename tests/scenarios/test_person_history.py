"""What colleagues know about a person, and who may read it: notes, labels, and accounts that belong together."""

import asyncio
import re
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import action_ids
from bot.cards.case import render_case
from bot.domain.assessment import Signal, build_assessment
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.cases.intake import open_case
from bot.domain.erasure import AUTHOR_DELETION, REQUEST, DeletionTargets, ForgetTarget
from bot.domain.persons.person import MAX_NOTES, PersonLabel, derive_person_id
from bot.domain.routing import Route
from bot.store.case_writer import build_person_term
from bot.store.forget import MentionEraser
from bot.store.keys import format_month
from bot.store.person_writer import CONTACTS
from tests.domain.samples import CARE, CLOCKS, build_mention
from tests.scenarios.slack_views import Card
from tests.scenarios.test_forget import find_traces
from tests.scenarios.world import World

FIRST = "@northwindair my green suitcase did not arrive in Porto, nobody can tell me where it is"
SECOND = "@northwindair three weeks and the refund for NW 112 is still not there"
THIRD = "northwind air charged me twice for one seat, this is unacceptable and nobody answers"
OPEN = "History of this person…"


async def open_history(card: Card, by: str = "ana") -> str:
    await card.choose(OPEN, by)
    return read_modal(card, by)


def read_modal(card: Card, by: str = "ana") -> str:
    modal = card.sandbox.get_user(by).modal
    assert modal is not None
    return str(modal.read_text())


async def submit(card: Card, by: str = "ana", **values: Any) -> Any:
    person = card.sandbox.get_user(by)
    for field, value in values.items():
        name = getattr(action_ids, field.upper())
        assert person.modal is not None
        found = (one["block_id"] for one in person.modal.blocks if one["block_id"].partition(":")[0] == name)
        await person.fill_field(next(found, name), value)
    outcome = await person.submit()
    await card.done()
    return outcome


async def press(card: Card, words: str, by: str = "ana") -> None:
    person = card.sandbox.get_user(by)
    await person.click_button(person.modal, words)
    await card.done()


async def link(card: Card, words: str, other: Card, by: str = "ana") -> Any:
    await press(card, "Same person…", by)
    await submit(card, by, author=words)
    return await submit(card, by, author=words, account=other.case)


async def receive(world: World, text: str, by: str = "marta", **more: Any) -> Card:
    await world.receive(text, by=by, **more)
    await world.advance(seconds=3)
    return world.channel("#care").card(text[:30])


async def test_the_history_lists_cases_with_their_outcome_and_what_colleagues_noted(world: World) -> None:
    card = await receive(world, FIRST)
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana", note="A courier has it")
    card = await receive(world, SECOND)
    shown = await open_history(card)
    assert "2nd contact within a day · 1 answered by @ana" in shown
    assert "Complaint · X · 10 Mar, 09:00 UTC · @northwindair my green suitcase did not arrive" in shown
    assert "Resolved by <@U0ANA> · answered · 10 Mar, 09:00 UTC · care · Open card" in shown
    assert "“A courier has it”" in shown
    assert "Unclaimed · care · Open card" in shown
    await submit(card, note="Flies with a wheelchair", labels=["vip"])
    assert "Flies with a wheelchair" in read_modal(card)
    assert "VIP" in read_modal(card)


def list_links(card: Card, by: str = "ana") -> list[str]:
    modal = card.sandbox.get_user(by).modal
    assert modal is not None
    return re.findall(r"message_ts=([\d.]+)", str(modal.blocks))


async def test_a_merged_case_says_into_which_and_each_leads_to_its_card(world: World) -> None:
    first = await receive(world, FIRST)
    await first.click("Claim", by="ana")
    second = await receive(world, SECOND)
    await world.local_app.app.usecases.cases.merge(second.case, "U0MIA", first.case)
    await world.advance(seconds=3)
    shown = await open_history(first)
    assert "Merged by <@U0MIA> into “@northwindair my green suitcase did not arrive in Porto, no…” · " in shown
    here, there = first.message.ts, second.message.ts
    assert list_links(first) == [here, there, here]  # of what it was merged into, of the card, of the other case


async def test_the_older_cases_of_who_writes_often_are_on_further_pages(world: World) -> None:
    for number in range(12):
        await world.receive(f"@northwindair my suitcase number {number:02} is lost", by="marta")
        await world.advance(minutes=10)
    card = world.channel("#care").card("number 11")
    assert "Cases* · 1 – 10 of the newest 12" in await open_history(card)
    assert "number 02" in read_modal(card)
    assert "number 01" not in read_modal(card)
    await press(card, "Older")
    assert "11 – 12 of the newest 12" in read_modal(card)
    assert "number 00" in read_modal(card)
    assert "number 02" not in read_modal(card)
    await press(card, "Newer")
    await submit(card, note="Loses them all")
    assert "Loses them all" in read_modal(card)


async def test_a_card_that_was_resolved_while_its_author_was_new_leads_to_what_they_wrote_since(world: World) -> None:
    first = await receive(world, FIRST)
    await first.resolve("answered", by="ana")
    await receive(world, SECOND)
    assert first.menu == ["History…", "Why? / Correct…"]
    await first.click("History…", by="ana")
    assert "2nd contact within a day" in read_modal(first)


async def test_the_history_of_who_wrote_before_is_in_the_menu_of_the_card_and_re_routing_under_why(
    world: World,
) -> None:
    first = await receive(world, FIRST)
    assert first.menu == ["Resolve…", "Hand over…", "Re-route…", "Snooze…", "Why? / Correct…"]
    card = await receive(world, SECOND)
    assert card.menu == ["Resolve…", "Hand over…", "Snooze…", "History…", "Why? / Correct…"]
    await card.click("History…", by="ana")
    assert "2nd contact within a day" in read_modal(card)
    await card.sandbox.get_user("ana").close_modal(everything=True)
    await card.choose("Re-route…", by="ana")
    await submit(card, department="pr")
    assert "refund" in world.channel("#pr").words


async def test_who_may_read_notes_are_the_deputies_of_teams_that_had_the_person_and_managers(world: World) -> None:
    card = await receive(world, FIRST)
    assert "1st contact\n" in await open_history(card)
    await submit(card, note="Flies with a wheelchair")
    assert "wheelchair" in await open_history(card, by="mia")
    await card.choose(OPEN, "tom")
    assert "Only care and managers can see this person's history." in read_modal(card, "tom")
    assert "wheelchair" not in read_modal(card, "tom")


async def test_a_department_that_handed_a_case_over_may_still_read_the_history(world: World) -> None:
    card = await receive(world, FIRST)
    await card.hand_over(by="ana", department="pr")
    await world.advance(seconds=3)
    moved = world.channel("#pr").card("@marta")
    for who in ("ben", "raj"):
        assert "green suitcase" in await open_history(moved, by=who)
    assert "Only care, pr and managers can see" in await open_history(moved, by="tom")


async def test_of_eleven_notes_the_oldest_goes(world: World) -> None:
    card = await receive(world, FIRST)
    await open_history(card)
    for number in range(MAX_NOTES + 1):
        await submit(card, note=f"note number {number}.")
        await world.advance(minutes=1)
    shown = read_modal(card)
    assert "note number 0." not in shown
    assert "note number 1." in shown
    assert "note number 10." in shown


async def test_two_accounts_of_one_person_share_their_history_until_they_are_unlinked(world: World) -> None:
    there = await receive(world, FIRST, by="marta_m", source="mastodon")
    here = await receive(world, SECOND)
    await open_history(here)
    await link(here, "marta_m", there)
    shown = read_modal(here)
    assert "marta_m on Mastodon" in shown
    assert "green suitcase" in shown
    assert "2nd contact" in shown
    third = await receive(world, THIRD, by="marta_m", source="mastodon")
    assert "3rd contact" in third.words
    person = here.sandbox.get_user("ana")
    await person.click_button(person.modal, action_ids.PERSON_UNLINK)
    await here.done()
    assert "marta_m" not in read_modal(here)
    assert "2nd contact" in (await receive(world, f"{SECOND} again", by="marta")).words


async def test_accounts_are_linked_once_and_not_to_themselves(world: World) -> None:
    there = await receive(world, FIRST, by="marta_m", source="mastodon")
    here = await receive(world, SECOND)
    await open_history(here)
    await link(here, "marta_m", there)
    await open_history(there, by="mia")
    await press(there, "Same person…", by="mia")
    await submit(there, "mia", author="mar")
    assert "No other account begins with “mar”." in read_modal(there, "mia")
    for other in (here, there):
        with pytest.raises(Exception, match="already belong to the same person"):
            await world.local_app.app.usecases.persons.link_account(here.case, "U0ANA", other.case)


async def test_other_words_search_again_whatever_was_chosen_before(world: World) -> None:
    wrong = await receive(world, FIRST, by="kofi_b", source="mastodon")
    right = await receive(world, THIRD, by="marta_m", source="mastodon")
    here = await receive(world, SECOND)
    await open_history(here)
    await press(here, "Same person…")
    await submit(here, author="kofi")
    await submit(here, author="marta_m", account=wrong.case)
    shown = read_modal(here)
    assert "kofi_b" not in shown
    assert "marta_m on Mastodon" in shown
    assert "Choose an account, or type other words." in str((await submit(here)).errors)
    await submit(here, account=right.case)
    assert "marta_m on Mastodon" in read_modal(here)
    history = await world.local_app.app.usecases.persons.load_history(here.case, "U0ANA")
    assert set(history.accounts) == {"x:marta", "mastodon:marta_m"}


@pytest.mark.parametrize("gone", ["x:marta", "mastodon:marta_m"])
@pytest.mark.parametrize("is_first", [True, False], ids=["on the card of the one", "on the card of the other"])
async def test_the_cards_of_both_accounts_say_that_they_are_linked_and_that_they_are_not(
    world: World, gone: str, *, is_first: bool
) -> None:
    there = await receive(world, FIRST, by="marta_m", source="mastodon")
    here = await receive(world, SECOND)
    await here.click("Claim", by="ana")
    pressed, other = (here, there) if is_first else (there, here)
    persons = world.local_app.app.usecases.persons
    await persons.link_account(pressed.case, "U0ANA", other.case)
    await world.advance(seconds=5)
    assert "2nd contact" in here.words
    assert "@ana has another case of this person" in there.words  # where the history was
    await persons.unlink_account(pressed.case, "U0ANA", derive_person_id(gone))
    await world.advance(seconds=5)
    assert "contact" not in here.words
    assert "contact" not in there.words
    assert "has another case" not in there.words


async def test_of_two_who_link_and_unlink_at_once_all_accounts_tell_the_same(world: World) -> None:
    cards = [await receive(world, text, by=f"marta{n}") for n, text in enumerate((FIRST, SECOND, THIRD))]
    one, two, three = (card.case for card in cards)
    persons = world.local_app.app.usecases.persons
    await asyncio.gather(
        persons.link_account(one, "U0ANA", two),
        persons.link_account(two, "U0RAJ", three),
        persons.link_account(three, "U0MIA", one),
        return_exceptions=True,
    )
    known = [(await persons.load_history(case, "U0ANA")).accounts for case in (one, two, three)]
    assert [set(accounts) for accounts in known] == [{"x:marta0", "x:marta1", "x:marta2"}] * 3
    taken = await asyncio.gather(
        persons.unlink_account(one, "U0ANA", derive_person_id("x:marta1")),
        persons.unlink_account(two, "U0RAJ", derive_person_id("x:marta2")),
        return_exceptions=True,
    )
    assert not [no for no in taken if isinstance(no, Exception) and "not linked any more" not in str(no)]
    known = [(await persons.load_history(case, "U0ANA")).accounts for case in (one, two, three)]
    assert {frozenset(accounts) for accounts in known} in (
        {frozenset({"x:marta0"}), frozenset({"x:marta1"}), frozenset({"x:marta2"})},
        {frozenset({"x:marta0", "x:marta2"}), frozenset({"x:marta1"})},
    )


async def test_a_label_that_is_taken_away_while_the_account_is_linked_is_gone_from_both(world: World) -> None:
    there = await receive(world, FIRST, by="marta_m", source="mastodon")
    here = await receive(world, SECOND)
    persons = world.local_app.app.usecases.persons
    await persons.save_history(here.case, "U0ANA", "", [PersonLabel.VIP], [])
    await asyncio.gather(
        persons.save_history(here.case, "U0ANA", "", [], [PersonLabel.VIP]),
        persons.link_account(there.case, "U0RAJ", here.case),
    )
    labels = [(await persons.load_history(one.case, "U0ANA")).labels for one in (here, there)]
    assert labels[0] == labels[1]
    await persons.save_history(there.case, "U0ANA", "", [], [PersonLabel.VIP])
    assert (await persons.load_history(here.case, "U0ANA")).labels == frozenset()


async def test_each_account_has_its_own_labels_again_after_it_was_linked_by_mistake(world: World) -> None:
    there, here = await receive(world, FIRST, by="kofi", source="mastodon"), await receive(world, SECOND)
    persons, store = world.local_app.app.usecases.persons, world.local_app.store.persons
    vip, avoided, troll = PersonLabel.VIP, PersonLabel.DO_NOT_APPROACH, PersonLabel.TROLL
    await persons.save_history(here.case, "U0ANA", "", [vip, avoided], [])
    await persons.link_account(here.case, "U0ANA", there.case)
    assert (await persons.load_history(there.case, "U0ANA")).labels == {vip, avoided}
    both = ["x:marta", "mastodon:kofi"]
    assert await store.load_labels(both) == {key: {vip, avoided} for key in both}, "routes know it, too"
    await persons.save_history(there.case, "U0ANA", "", [vip, troll], [vip, avoided])
    assert await store.load_labels(["x:marta"]) == {"x:marta": {vip, troll}}
    history = await persons.unlink_account(here.case, "U0ANA", derive_person_id("mastodon:kofi"))
    assert history.labels == {vip}
    assert (await persons.load_history(there.case, "U0ANA")).labels == {troll}, "given to this account"


async def test_of_two_who_label_accounts_of_one_person_at_once_both_count(world: World) -> None:
    there, here = await receive(world, FIRST, by="marta_m", source="mastodon"), await receive(world, SECOND)
    persons = world.local_app.app.usecases.persons
    await persons.link_account(here.case, "U0ANA", there.case)
    await asyncio.gather(
        persons.save_history(here.case, "U0ANA", "", [PersonLabel.VIP], []),
        persons.save_history(here.case, "U0RAJ", "", [PersonLabel.TROLL], []),
        persons.save_history(there.case, "U0MIA", "", [PersonLabel.DO_NOT_APPROACH], []),
    )
    assert (await persons.load_history(here.case, "U0ANA")).labels == set(PersonLabel)


@pytest.mark.parametrize("is_unlinked", [True, False], ids=["unlinked", "linked again"])
async def test_an_account_whose_record_has_expired_can_be(world: World, *, is_unlinked: bool) -> None:
    there = await receive(world, FIRST, by="marta_m", source="mastodon")
    here = await receive(world, SECOND)
    store, persons = world.local_app.store, world.local_app.app.usecases.persons
    await persons.link_account(here.case, "U0ANA", there.case)
    await store.client.execute("DEL", store.keys.person_key("mastodon:marta_m"))
    if is_unlinked:
        await persons.unlink_account(here.case, "U0ANA", derive_person_id("mastodon:marta_m"))
    else:
        await persons.link_account(there.case, "U0ANA", here.case)
    known = [(await persons.load_history(card.case, "U0ANA")).accounts for card in (there, here)]
    assert [len(accounts) for accounts in known] == ([1, 1] if is_unlinked else [2, 2])


async def test_a_route_may_ask_for_a_label(world: World) -> None:
    card = await receive(world, FIRST)
    await open_history(card)
    await submit(card, labels=["vip"])
    text = world.path.read_text()
    route = '[[routes]]\nname = "important"\nwhen = { person = "vip" }\nto = "pr"\n\n'
    world.path.write_text(text.replace("[[routes]]", route + "[[routes]]", 1))
    assert not world.playbook.reload()
    await world.receive(SECOND)
    await world.receive(THIRD, by="otto")
    assert "VIP" in world.channel("#pr").card("@marta").words
    assert "@otto" in world.channel("#care").words


async def test_who_is_forgotten_leaves_no_note_no_label_and_no_link(world: World) -> None:
    there = await receive(world, FIRST, by="wilhelmina_m", source="mastodon")
    here = await receive(world, SECOND, by="wilhelmina")
    await open_history(here)
    await submit(here, note="wilhelmina flies with a wheelchair", labels=["do not approach"])
    await link(here, "wilhelmina_m", there)
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    for name in ("wilhelmina", "wilhelmina_m"):
        await eraser.forget(await eraser.find(ForgetTarget(author=name)), world.clock.now())
    await world.advance(minutes=1)
    assert await find_traces(world, "wilhelmina", "wheelchair") == []


@pytest.mark.parametrize("is_request", [True, False], ids=["at their request", "after their account was deleted"])
async def test_who_is_forgotten_is_not_named_where_colleagues_wrote_about_others(
    world: World, *, is_request: bool
) -> None:
    there = await receive(world, FIRST, author={"id": "77", "handle": "wilhelmina_m", "name": "Wilhelmina Q"})
    here, at = await receive(world, SECOND), world.clock.now()
    await world.local_app.app.usecases.persons.link_account(here.case, "U0ANA", there.case)
    await open_history(here)
    for note in ("Is @Wilhelmina_M on X, flies with a wheelchair", "Wilhelmina Q: calm. Wilhelminas are many", FIRST):
        await submit(here, note=note)
    for words in ("Send wilhelmina_m to Mia", "Ask Mia about Wilhelmina Q", f"“{FIRST}” is solved"):
        await world.person("mia").type_command(f'/earshot say "{words}" for care until 18:00')
    await here.click("Claim", by="ana")
    await here.resolve("answered", by="ana", note="the sister of Wilhelmina Q")
    assert await find_traces(world, "wheelchair")
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    target = DeletionTargets(frozenset(), frozenset({"x:77"}), frozenset())
    found = await eraser.find(ForgetTarget(author="@wilhelmina_m") if is_request else target)
    await eraser.forget(found, at, REQUEST if is_request else AUTHOR_DELETION)
    await world.advance(minutes=1)
    assert await find_traces(world, "wilhelmina_m", "Wilhelmina_M", "Wilhelmina Q", "green suitcase") == []
    shown = await open_history(here)
    assert "Is (deleted) on X, flies with a wheelchair" in shown
    assert "(deleted): calm. Wilhelminas are many" in shown
    assert await eraser.forget(found, at) == 0


async def test_the_cards_of_an_account_say_that_another_one_was_forgotten(world: World) -> None:
    there = await receive(world, FIRST, by="wilhelmina_m", source="mastodon")
    here = await receive(world, SECOND)
    await there.click("Claim", by="ana")
    await world.local_app.app.usecases.persons.link_account(here.case, "U0ANA", there.case)
    await world.advance(seconds=5)
    assert "@ana has another case of this person" in here.words
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    await eraser.forget(await eraser.find(ForgetTarget(author="wilhelmina_m")), world.clock.now())
    await world.advance(seconds=5)
    assert "contact" not in here.words
    assert "has another case" not in here.words


async def test_an_older_form_changes_only_the_labels_that_were_changed_in_it(world: World) -> None:
    card = await receive(world, FIRST)
    await open_history(card, by="ana")
    await open_history(card, by="raj")
    await submit(card, by="raj", labels=["do not approach"])
    await submit(card, by="ana", note="Flies with a wheelchair", labels=["vip"])
    persons = world.local_app.app.usecases.persons
    both = {PersonLabel.DO_NOT_APPROACH, PersonLabel.VIP}
    assert (await persons.load_history(card.case, "U0ANA")).labels == both
    await submit(card, by="raj", labels=[])
    assert (await persons.load_history(card.case, "U0ANA")).labels == {PersonLabel.VIP}


def list_ticked(card: Card, by: str) -> list[str]:
    modal = card.sandbox.get_user(by).modal
    assert modal is not None
    states = (state for block in modal.values.values() for state in block.values())
    return [one["value"] for state in states for one in state.get("selected_options") or ()]


async def test_the_label_that_a_colleague_gave_meanwhile_stays_and_is_shown_however_often_the_form_is_saved(
    world: World,
) -> None:
    card = await receive(world, FIRST)
    await world.local_app.app.usecases.persons.save_history(card.case, "U0ANA", "", [PersonLabel.DO_NOT_APPROACH], [])
    await open_history(card, by="ana")
    await open_history(card, by="raj")
    await submit(card, by="raj", labels=["do not approach", "vip"])
    await submit(card, by="ana", labels=["do not approach", "troll"])
    assert list_ticked(card, "ana") == ["vip", "troll", "do not approach"]
    await submit(card, by="ana")
    await submit(card, by="ana", note="Flies with a wheelchair")
    await submit(card, by="ana")
    assert list_ticked(card, "ana") == ["vip", "troll", "do not approach"]
    history = await world.local_app.app.usecases.persons.load_history(card.case, "U0ANA")
    assert history.labels == set(PersonLabel)
    assert [one.text for one in history.notes] == ["Flies with a wheelchair"], "what is saved is not saved again"


OFTEN, STORED = 10_000, 1_000


async def write_often(world: World) -> list[Case]:
    """Return the kept cases of somebody who wrote `OFTEN`: of ten, one is open and nine are answered."""
    at, store = world.clock.now(), world.local_app.store
    labels, cases = build_assessment([Signal("mood", "sentiment:negative", 0.9)]), []
    decisions = []
    for number in range(STORED):
        said = at - timedelta(hours=STORED - number)
        mention = build_mention(id=f"x:w{number}", text=f"my bag {number}", author="wilhelmina", created_at=said)
        opened = open_case(mention, labels, Route(name="r", to="care", clocks=CLOCKS), CARE, said)
        after, how = opened.case, CaseResolution.ANSWERED
        if number % 10:
            after = after.copy_with(status=CaseStatus.RESOLVED, resolution=how, resolved_at=said, owner="U0ANA")
        decisions.append(replace(opened, after=after, notifications=(), deadline=None))
        cases.append(after)
    await store.cases.commit_each(decisions, at)
    key, term = store.keys.person_key("x:wilhelmina"), build_person_term("x:wilhelmina")
    older = [f"{term}{int(at.timestamp()) - number:08x}\n{number:014x}" for number in range(OFTEN - STORED)]
    words = [word for entry in older for word in (0, entry)]  # of cases that are no longer kept
    await store.client.execute_batch(
        [
            ("ZADD", store.keys.authors_key(format_month(at)), *words),
            ("HSET", key, CONTACTS, OFTEN),
            ("HINCRBY", store.keys.mention_counters, "seen", STORED),
        ]
    )
    return cases


async def test_of_a_person_with_ten_thousand_contacts_card_history_and_oblivion_take_a_bounded_time(
    world: World,
) -> None:
    newest = (await write_often(world))[-10]  # that is open
    usecases, store, began = world.local_app.app.usecases, world.local_app.store, time.process_time()
    view = await usecases.cases.get(newest.id)
    assert "10,000th contact in 41 days · 900 answered" in str(render_case(*view).all_blocks)
    history = await usecases.persons.load_history(newest.id, "U0ANA")
    oldest = await usecases.persons.load_history(newest.id, "U0ANA", 90)
    assert (history.page.total, len(history.page.cases), oldest.page.end) == (100, 10, 100)
    seen = time.process_time()
    assert seen - began < 5  # seconds of CPU
    eraser = MentionEraser(store.client, store.keys)
    found = await eraser.find(ForgetTarget(author="wilhelmina"))
    assert len(found.ids) == STORED
    await eraser.forget(found, world.clock.now())
    assert time.process_time() - seen < 20
    assert await store.persons.load(["x:wilhelmina"]) == {}
