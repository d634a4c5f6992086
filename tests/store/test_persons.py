"""What is kept of a person is written by the commits of cases: each contact and each answer counts exactly once."""

import re
from datetime import timedelta

from bot.domain.case import Case, CaseResolution, JoinReason, derive_case_id
from bot.domain.cases.intake import join_case, open_case
from bot.domain.cases.transitions import claim_case, reopen_case, resolve_case, separate_mention
from bot.domain.commits import CaseDecision
from bot.domain.mention import Mention
from bot.domain.persons.person import Person, PersonLabel
from bot.domain.routing import Route
from bot.store.case_queues import MAX_PERSON_CASES
from bot.store.case_writer import build_person_term, write_cases, write_decision
from bot.store.client import RedisClient
from bot.store.inbox import TriagedEntry
from bot.store.keys import PERSON_KEPT, Keys, format_month
from bot.store.store import Store
from bot.store.transaction import CommitResult, Transaction, commit
from tests.clock import SteppedClock
from tests.domain.samples import CARE, CLOCKS, build_assessment, build_context, build_mention

COMPLAINT = build_assessment("sentiment:negative", "intent:complaint")
PRAISE = build_assessment("sentiment:positive", "intent:praise")
MARTA = "x:71"
BYTES_A_PERSON = 300


def post(number: int, clock: SteppedClock, author: str = "71") -> Mention:
    said = {"id": author, "handle": "marta"}
    return build_mention(id=f"x:{number}", text=f"my bag {number}", author=said, created_at=clock.now())


def open_one(mention: Mention, clock: SteppedClock, assessment: object = COMPLAINT) -> CaseDecision:
    return open_case(mention, assessment, Route(name="r", to="care", clocks=CLOCKS), CARE, clock.now())  # type: ignore[arg-type]


async def commit_one(store: Store, clock: SteppedClock, decision: CaseDecision) -> Case:
    assert await store.cases.commit(decision, clock.now()) is CommitResult.WRITTEN
    return decision.case


async def answer(store: Store, clock: SteppedClock, case: Case, how: CaseResolution = CaseResolution.ANSWERED) -> Case:
    case = await commit_one(store, clock, claim_case(case, build_context("U0ANA", clock.now())))
    return await commit_one(store, clock, resolve_case(case, build_context("U0ANA", clock.now()), how, ""))


async def load(store: Store, key: str = MARTA) -> Person:
    return (await store.persons.load([key]))[key]


async def test_contacts_answers_and_praise_are_counted_with_the_first_and_the_last(
    store: Store, clock: SteppedClock
) -> None:
    began = clock.now()
    await answer(store, clock, await commit_one(store, clock, open_one(post(1, clock), clock)))
    clock.advance(timedelta(days=3))
    await answer(
        store, clock, await commit_one(store, clock, open_one(post(2, clock), clock)), CaseResolution.NO_ACTION
    )
    await commit_one(store, clock, open_one(post(3, clock), clock, PRAISE))
    assert await load(store) == Person(
        contacts=3,
        first_at=began,
        last_at=clock.now(),
        answered=1,
        answered_by="U0ANA",
        answered_at=began,
        praised=1,
        accounts=(MARTA,),
    )


async def test_a_commit_that_is_tried_again_counts_nothing_twice(store: Store, clock: SteppedClock) -> None:
    await store.inbox.admit("x", [post(1, clock)], None, clock.now())
    (entry,) = await store.inbox.read("w", 10, wait=False)
    assert entry.mention is not None
    ready = TriagedEntry(entry, open_one(entry.mention, clock))
    assert await store.inbox.commit([ready], clock.now()) == [CommitResult.WRITTEN]
    assert await store.inbox.commit([ready], clock.now()) == [CommitResult.ANSWERED]
    case = await store.cases.get(derive_case_id("x:1"))
    resolved = resolve_case(case, build_context("U0ANA", clock.now()), CaseResolution.FIXED, "")
    assert await store.cases.commit(resolved, clock.now()) is CommitResult.WRITTEN
    assert await store.cases.commit(resolved, clock.now()) is CommitResult.STALE
    person = await load(store)
    assert (person.contacts, person.answered) == (1, 1)


async def test_a_post_that_joins_is_a_contact_of_its_own_author(store: Store, clock: SteppedClock) -> None:
    case = await commit_one(store, clock, open_one(post(1, clock), clock))
    joined = join_case(case, post(2, clock), COMPLAINT, JoinReason.SAME_PERSON, CARE, clock.now())
    case = await commit_one(store, clock, joined)
    copied = join_case(case, post(3, clock, author="72"), COMPLAINT, JoinReason.COPY, CARE, clock.now())
    await commit_one(store, clock, copied)
    found = await store.persons.load([MARTA, "x:72", "x:73"])
    assert {key: one.contacts for key, one in found.items()} == {MARTA: 2, "x:72": 1}


async def test_a_post_that_is_split_off_was_a_contact_already(store: Store, clock: SteppedClock) -> None:
    case = await commit_one(store, clock, open_one(post(1, clock), clock))
    second = post(2, clock)
    case = await commit_one(store, clock, join_case(case, second, COMPLAINT, JoinReason.SAME_PERSON, CARE, clock.now()))
    await commit_one(store, clock, separate_mention(case, build_context("U0ANA", clock.now()), second))
    assert (await load(store)).contacts == 2


async def test_an_answer_that_is_reopened_by_a_colleague_was_none(store: Store, clock: SteppedClock) -> None:
    case = await answer(store, clock, await commit_one(store, clock, open_one(post(1, clock), clock)))
    case = await commit_one(store, clock, reopen_case(case, build_context("U0ANA", clock.now())))
    assert (await load(store)).answered == 0
    case = await answer(store, clock, case)
    await commit_one(
        store, clock, join_case(case, post(2, clock), COMPLAINT, JoinReason.SAME_PERSON, CARE, clock.now())
    )
    assert (await load(store)).answered == 1


async def test_nobody_is_kept_whom_the_outlet_does_not_name(store: Store, clock: SteppedClock) -> None:
    nameless = build_mention(author={"handle": ""})
    await commit_one(store, clock, open_one(nameless, clock))
    assert nameless.author_key == ""
    assert [key async for key in store.client.scan_keys(store.keys.person_key(""))] == []


async def test_a_person_takes_less_than_300_bytes_and_is_kept_for_180_days_after_the_last_contact(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    author = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"  # the longest ids of an outlet are Bluesky's
    for number in range(20):
        await answer(store, clock, await commit_one(store, clock, open_one(post(number, clock, author), clock, PRAISE)))
    key = keys.person_key(f"x:{author}")
    assert int(await client.execute("MEMORY", "USAGE", key)) <= BYTES_A_PERSON
    assert 0 <= int(PERSON_KEPT.total_seconds()) - int(await client.execute("TTL", key)) <= 60


async def test_damaged_counts_of_a_person_are_read_as_none(store: Store, client: RedisClient, keys: Keys) -> None:
    await client.execute("HSET", keys.person_key(MARTA), "n", "many", "f", "-5", "l", "9" * 30, "x", "vip|enemy")
    await client.execute("SET", keys.person_key("x:72"), "a string")
    found = await store.persons.load([MARTA, "x:72"])
    assert found == {MARTA: Person(labels=frozenset({PersonLabel.VIP}), accounts=(MARTA,))}


async def test_a_person_with_thousands_of_open_cases_costs_a_card_no_more_than_any_other(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    case = await commit_one(store, clock, open_one(post(1, clock), clock))
    await client.execute("HSET", keys.person_key(MARTA), "n", 10_000)
    now = int(clock.now().timestamp())
    many = [f"{build_person_term(MARTA)}{now - number:08x}\nc{number}" for number in range(1, 10_000)]
    words = [word for one in many for word in (0, one)]
    await client.execute("ZADD", keys.authors_key(format_month(clock.now())), *words)
    context = await store.persons.load_context(case, clock.now())
    assert context.person is not None
    assert (context.person.contacts, context.open_cases) == (10_000, ())
    listed = (await store.persons._list_newest([MARTA], clock.now()))[MARTA]
    assert listed == [case.id, *(f"c{number}" for number in range(1, MAX_PERSON_CASES))]


async def test_labels_of_many_are_read_though_one_key_holds_another_type(store: Store, clock: SteppedClock) -> None:
    for key in (MARTA, "x:72"):
        await store.client.execute("HSET", store.keys.person_key(key), "x", "vip|troll")
    await store.client.execute("SET", store.keys.person_key("x:73"), "not ours")
    await store.client.execute("HSET", store.keys.person_key("x:74"), "n", "1")
    found = await store.persons.load_labels(["x:73", MARTA, "", "x:74", "x:75", "x:72"])
    assert found == dict.fromkeys((MARTA, "x:72"), frozenset({PersonLabel.VIP, PersonLabel.TROLL}))


async def test_the_newest_cases_are_listed_of_thousands_of_all_accounts_whatever_their_handles(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    newest: list[str] = []
    for number in range(3):
        clock.advance(timedelta(days=20))
        author = MARTA if number % 2 else "mastodon:71"
        mention = build_mention(
            id=f"{author.partition(':')[0]}:{number}",
            source=author.partition(":")[0],
            author={"id": "71", "handle": f"marta{number}"},
            created_at=clock.now(),
        )
        newest.insert(0, (await commit_one(store, clock, open_one(mention, clock))).id)
        gone = [f"{build_person_term(MARTA)}{int(clock.now().timestamp()) + n:08x}\ngone{n}" for n in range(1, 1_000)]
        await client.execute(
            "ZADD", keys.authors_key(format_month(clock.now())), *[w for one in gone for w in (0, one)]
        )
    found = await store.case_queues.list_person_cases([MARTA, "mastodon:71"], clock.now())
    assert [case.id for case in found] == newest
    assert not await store.case_queues.search_author(build_person_term(MARTA), clock.now())


async def test_a_contact_takes_three_commands_beside_those_of_its_case(store: Store, clock: SteppedClock) -> None:
    counts: list[dict[str, int]] = []
    for number, write in enumerate((write_cases, write_decision)):
        transaction = Transaction(store.keys.inbox)
        write(transaction, store.keys, open_one(post(number, clock, author=f"{number}"), clock), clock.now())
        before = await count_commands(store.client)
        assert await commit(store.client, transaction) == [CommitResult.WRITTEN]
        after = await count_commands(store.client)
        counts.append({name: count - before.get(name, 0) for name, count in after.items()})
    without, known = counts
    more = {name: count - without.get(name, 0) for name, count in known.items() if count != without.get(name, 0)}
    assert more == {"hincrby": 1, "hset": 1, "expire": 1}


async def count_commands(client: RedisClient) -> dict[str, int]:
    """Return how often the server ran each command, also within scripts."""
    found = re.findall(r"cmdstat_(\w+):calls=(\d+)", await client.execute("INFO", "commandstats"))
    return {name: int(count) for name, count in found if name != "info"}
