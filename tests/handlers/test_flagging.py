"""What flagging writes, on a real server: a case, a card that is owed, and books that hold."""

from datetime import datetime, timedelta

import pytest

from bot.domain.assessment import Assessment, Intent, assessed
from bot.domain.decision import Refused
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.routing import Clocks, Route
from bot.domain.schedules.duty import Duty
from bot.store.flags import FlagStore
from bot.store.opening import Store
from bot.usecases.flags import Flag, Flags
from bot.usecases.team import Team
from tests.cards.samples import CARE, PR
from tests.clock import WoundClock

FLAG = Flag(
    channel="C0LOUNGE",
    ts="1773133200.000100",
    words="they lost my bag again today",
    department="care",
    kind=Intent.COMPLAINT,
)
ROUTE = Route(
    name="complaint",
    when={"intent": frozenset({"complaint"})},
    to="care",
    clocks=Clocks(claim_within=timedelta(minutes=15)),
)


class Rules:
    managers = ()
    time_zone = "UTC"

    def departments(self) -> tuple[Department, ...]:
        return (CARE, PR)

    def department(self, name: str) -> Department | None:
        return {"care": CARE, "pr": PR}.get(name)

    def routes(self) -> tuple[Route, ...]:
        return (ROUTE,)


class Directory:
    """No user group is asked for."""

    async def name(self, person: str) -> str:  # noqa: ARG002 - Slack does not say
        return ""

    async def members(self, group: str) -> frozenset[str] | None:
        raise AssertionError(group)


class Listed:
    """Whoever the playbook lists is on call."""

    async def duty(self, department: str, at: datetime) -> Duty:  # noqa: ARG002
        return Duty(people=("U0RAJ",))

    async def callable(self, department: Department) -> tuple[str, ...]:
        return department.on_call


@pytest.fixture
def flags(store: Store, clock: WoundClock) -> Flags:
    async def nothing(_: Mention) -> Assessment:
        return assessed()

    team = Team(Directory(), Listed())
    return Flags(FlagStore(store.client, store.keys), Rules(), clock, nothing, team, Listed())


async def test_a_flag_opens_a_case_with_the_clocks_of_its_kind(flags: Flags, store: Store) -> None:
    answer = await flags.flag("U0TOM", FLAG)

    kept = await store.cases.get(answer.case.id)
    assert kept.department == "care"
    assert kept.assessment.intent is Intent.COMPLAINT
    assert kept.clocks.claim_within == timedelta(minutes=15)
    assert [(event.by, event.what) for event in kept.history] == [("U0TOM", "flagged")]
    assert [str(queue.to) for queue in await store.outbox.queues()] == ["care"]


async def test_the_books_hold(flags: Flags, store: Store) -> None:
    await flags.flag("U0TOM", FLAG)

    account = await store.books.read()
    assert (account.seen, account.opened) == (1, 1)


async def test_the_same_message_is_flagged_once(flags: Flags, store: Store) -> None:
    first = await flags.flag("U0TOM", FLAG)

    with pytest.raises(Refused, match=f"already flagged by <@U0TOM>: it is case {first.case.id} in <#C0CARE>, new now"):
        await flags.flag("U0LEA", FLAG.model_copy(update={"department": "pr"}))

    assert (await store.books.read()).seen == 1


async def test_the_same_words_from_another_channel_are_known_already(flags: Flags) -> None:
    await flags.flag("U0TOM", FLAG)

    with pytest.raises(Refused, match="already flagged by <@U0TOM>"):
        await flags.flag("U0LEA", FLAG.model_copy(update={"channel": "C0OTHER", "ts": "1773133201.000100"}))


async def test_a_department_that_is_none_is_refused(flags: Flags) -> None:
    with pytest.raises(Refused, match="no department 'legal'"):
        await flags.flag("U0TOM", FLAG.model_copy(update={"department": "legal"}))
