"""Two people who claim, merge and reopen cases of one person, in a process that dies where it is told."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseStatus, derive_case_id
from bot.domain.commits import NotAllowed
from bot.store.client import RedisClient, Words
from bot.store.store import Store
from bot.store.transaction import WRITTEN
from bot.usecases.cases import CaseUseCases
from bot.usecases.staff import RoleLookup, StaffDirectory
from tests.fake_on_call import FakeOnCallLookup
from tests.kill.crash_points import ChildConfig, CrashTrigger, crash
from tests.kill.fast_clock import FastClock
from tests.workers.fake_rules import FakeRules

ANA, RAJ = "U0ANA", "U0RAJ"


class DyingCaseClient(RedisClient):
    """The door to Redis, with a crash trigger on both sides of each commit; `moment` is what somebody does."""

    def __init__(self, url: str, trigger: CrashTrigger) -> None:
        super().__init__(url)
        self._trigger = trigger
        self.moment = ""

    async def run_scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]]) -> list[Any]:
        moment = self.moment if name == "commit" else ""
        if moment and self._trigger.should_crash(f"{moment}:before"):
            crash(self._trigger)
        replies = await super().run_scripts(name, calls)
        if moment and replies[0] == WRITTEN and self._trigger.should_crash(f"{moment}:after"):
            crash(self._trigger)
        return replies


class NoDirectory:
    """A Slack that knows no user groups and no names."""

    async def list_members(self, group: str) -> frozenset[str] | None:  # noqa: ARG002 - there are none
        return None

    async def find_name(self, person: str) -> str:  # noqa: ARG002 - nobody has one
        return ""

    async def find_display_name(self, person: str) -> str:  # noqa: ARG002 - nobody has one
        return ""

    async def is_active(self, person: str) -> bool:  # noqa: ARG002 - nobody leaves
        return True


async def find_pair(store: Store, number: int) -> tuple[Case, Case] | None:
    """Return both cases of a person, or None if they were not opened yet."""
    ids = [derive_case_id(f"x:{2 * number + one}") for one in range(2)]
    found = await store.cases.find(ids)
    return (found[ids[0]], found[ids[1]]) if len(found) == len(ids) else None


def is_done(number: int, second: Case) -> bool:
    """Every second pair is merged and stays so; the others are reopened."""
    if number % 2:
        return any(event.what == AuditAction.REOPENED for event in second.history)
    return bool(second.merged_into)


def is_claimed_anyway(number: int) -> bool:
    return number % 3 == 0


async def press_next(
    number: int, pair: tuple[Case, Case], cases: CaseUseCases, client: DyingCaseClient, trigger: CrashTrigger
) -> None:
    """Press what comes next for these cases; somebody else may be faster."""
    first, second = pair
    client.moment = "claimed"
    if first.status is CaseStatus.NEW:
        await cases.claim(first.id, ANA)
        return
    if second.status is CaseStatus.NEW:
        assert await cases.find_claim_question(second.id, RAJ)
        if trigger.should_crash("asked:after"):
            crash(trigger)
        if is_claimed_anyway(number):
            await cases.claim(second.id, RAJ)
            return
    if second.merged_into:
        client.moment = "reopened"
        await cases.reopen(second.id, RAJ)
        return
    client.moment = "merged"
    await cases.merge(second.id, RAJ, first.id)


async def run_clicks(config: ChildConfig) -> None:
    """Press until somebody kills the process."""
    clock, trigger, rules = (
        FastClock(config.since, config.times),
        CrashTrigger.from_config(config),
        FakeRules(*config.departments),
    )
    client, directory = DyingCaseClient(config.redis, trigger), NoDirectory()
    store = Store(client, config.brand, config.name)
    roles = RoleLookup(store.roles, directory, rules.get_contact, clock)
    staff = StaffDirectory(directory, FakeOnCallLookup(rules), roles)
    cases = CaseUseCases(
        store.cases, store.outbox, store.pages, store.persons, rules, staff, lambda _, found: found, clock
    )
    number = 0
    while True:
        pair = await find_pair(store, number)
        if pair is None:
            number = 0
            await clock.sleep(0.05)
        elif is_done(number, pair[1]):
            number += 1
        else:
            with suppress(NotAllowed):
                await press_next(number, pair, cases, client, trigger)
