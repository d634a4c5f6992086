"""What is asked before a form opens, for a digest and for the Home tab, on a real server."""

import pytest

from bot.cards.home import draw
from bot.domain.case import Case, Status
from bot.domain.decision import CaseDecision, Refused
from bot.domain.lifecycle import Transition
from bot.domain.reads import ReadIds
from bot.store.opening import Store
from bot.store.records import DigestRecord
from bot.usecases.cases import Answer, Cases
from bot.usecases.corrections import weighed
from bot.usecases.digests import Digests
from bot.usecases.home import Home
from bot.usecases.team import Team
from tests.cards.samples import CARE, claimed, mention, new, resolved
from tests.clock import WoundClock
from tests.handlers.test_flagging import Rules
from tests.rota import ListedRota


class Directory:
    async def name(self, person: str) -> str:  # noqa: ARG002 - Slack does not say
        return ""

    async def members(self, group: str) -> frozenset[str]:  # noqa: ARG002 - everybody here is named by id
        return frozenset()


@pytest.fixture
def cases(store: Store, clock: WoundClock) -> Cases:
    return Cases(store.cases, store.outbox, store.pages, Rules(), Team(Directory(), ListedRota()), weighed, clock)


async def keep(store: Store, clock: WoundClock, *made: Case) -> None:
    await store.cases.commit([CaseDecision(case) for case in made], clock.now())


async def test_a_form_is_refused_for_what_is_resolved(cases: Cases, store: Store, clock: WoundClock) -> None:
    await keep(store, clock, resolved())

    with pytest.raises(Refused, match="Reopen it first"):
        await cases.may("ABCDEFGH", "U0ANA", Transition.RESOLVE)


async def test_a_form_is_refused_to_whoever_may_not_answer(cases: Cases, store: Store, clock: WoundClock) -> None:
    await keep(store, clock, new())

    with pytest.raises(Refused, match="Only deputies of care answer these"):
        await cases.may("ABCDEFGH", "U0TOM", Transition.HAND_OVER)


async def test_asking_changes_nothing(cases: Cases, store: Store, clock: WoundClock) -> None:
    await keep(store, clock, claimed())

    answer = await cases.may("ABCDEFGH", "U0ANA", Transition.RESOLVE)

    assert answer == Answer(claimed(), CARE, clock.now())
    assert (await store.cases.get("ABCDEFGH")).status is Status.CLAIMED


async def test_a_digest_shows_its_cases_as_they_are_now(store: Store, clock: WoundClock) -> None:
    digests = Digests(store.outbox, store.cases, Rules(), clock)
    await keep(store, clock, claimed(id="CASE0001"), new(id="CASE0002"))
    await store.outbox.save_digest(DigestRecord(id="17-A", department="care", cases=("CASE0001", "GONE", "CASE0002")))

    digest = await digests.get("17-A")

    assert [case.status for case in digest.cases] == [Status.CLAIMED, Status.NEW]
    assert digest.department == CARE


async def test_a_digest_that_is_gone_says_where_to_look(store: Store, clock: WoundClock) -> None:
    with pytest.raises(Refused, match="Home tab"):
        await Digests(store.outbox, store.cases, Rules(), clock).get("17-A")


def at_home(store: Store, clock: WoundClock) -> Home:
    rules, rota = Rules(), ListedRota(Rules())
    return Home(store.cases, store.inbox, store.troubles, store.corrections, store.reads, rules, rota, clock)


async def test_the_home_tab_says_what_x_has_billed_this_month(store: Store, clock: WoundClock) -> None:
    for source, reads in (("x", ReadIds(frozenset(map(str, range(1204))), frozenset("7"))), ("forum", ReadIds())):
        await store.reads.add(source, reads, clock.now())
        await store.inbox.admit(source, [mention(id=f"{source}:9")], None, clock.now())

    shown = str(draw(await at_home(store, clock).of("U0ANA")))

    assert "read this month: 1,204 posts, 1 user" in shown
    assert shown.count("read this month") == 1


async def test_the_home_tab_counts_what_is_open_and_what_is_overdue(store: Store, clock: WoundClock) -> None:
    home = at_home(store, clock)
    mine = claimed(id="CASE0001")
    await keep(store, clock, mine, new(id="CASE0002"), new(id="CASE0003"))
    await store.troubles.tell("slack", "Slack is slow.")
    clock.wind(minutes=30)

    seen = await home.of("U0ANA")

    assert [case.id for case in seen.mine] == ["CASE0001"]
    assert [(desk.department.name, desk.open, desk.overdue) for desk in seen.desks] == [("care", 3, 2), ("pr", 0, 0)]
    assert seen.troubles == ("Slack is slow.",)
