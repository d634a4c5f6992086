"""The demo's workspace and its simulated users, who claim and resolve cases, and sometimes forget one."""

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.cards import action_ids
from bot.clock import Clock
from bot.config import Playbook
from bot.slack_sandbox import ClientRefusedError, SlackMessage, SlackSandbox, SlackWorkspace
from bot.slack_sandbox.change_log import ChangeKind

PEOPLE = {
    "U0ANA": ("ana", "Ana Lima"),
    "U0BEN": ("ben", "Ben Okafor"),
    "U0MIA": ("mia", "Mia Sørensen"),
    "U0RAJ": ("raj", "Raj Patel"),
    "U0JOE": ("joe", "Joe Tanaka"),
    "U0LEA": ("lea", "Lea Novak"),
    "U0TOM": ("tom", "Tom Reyes"),
}
GROUPS = {"S0CARE": ("care-deputies", ["U0ANA", "U0RAJ"])}


def build_workspace(playbook: Playbook, clock: Clock) -> SlackWorkspace:
    """Build a workspace with these people, and a channel for each department of the playbook."""
    workspace = SlackWorkspace(name=playbook.brand.name, now=lambda: clock.now().timestamp())
    zone = playbook.brand.time_zone
    for user, (name, real_name) in PEOPLE.items():
        workspace.add_user(user, name, real_name=real_name, tz=zone, title=describe_role(user, playbook))
    departments = playbook.departments.values()
    named = {*playbook.brand.managers}
    for department in departments:
        named.update(department.deputies, playbook.list_callable_people(department))
    for one in named - set(PEOPLE):
        if one.startswith("S"):
            name, members = GROUPS.get(one, (one.lower(), list(PEOPLE)))
            workspace.add_group(one, name, members)
        else:
            workspace.add_user(one, one.lower(), real_name=one, tz=zone, title=describe_role(one, playbook))
    for department in departments:
        workspace.add_channel(department.channel, department.name, bot_is_member=True)
    return workspace


def describe_role(user: str, playbook: Playbook) -> str:
    """Return what this person may do, as the title in their profile."""
    if user in playbook.brand.managers:
        return "manager"
    departments = playbook.departments.values()
    named = [one.name for one in departments if user in one.deputies]
    grouped = [one.name for one in departments if any(user in GROUPS.get(name, ("", []))[1] for name in one.deputies)]
    calls = [one.name for one in departments if user in playbook.list_callable_people(one)]
    parts = [f"deputy for {' and '.join(named)}" if named else "", f"on call for {calls[0]}" if calls else ""]
    if grouped and not named:
        parts.append(f"deputy for {' and '.join(grouped)}")
    return ", ".join(part for part in parts if part) or "no role"


class ScheduledAction(NamedTuple):
    """An action that a simulated user will perform at a time of the day."""

    at: datetime
    number: int
    person: str
    kind: str
    channel: str
    ts: str
    case: str


CLAIMS = (action_ids.CLAIM, action_ids.CLAIM_IN_DIGEST)


class SimulatedUsers:
    """Users who read the channels and act after a while, the same way each time a day is played.

    They wait `later` longer before they claim. A user whom somebody plays in the browser does nothing by themselves.
    """

    def __init__(self, sandbox: SlackSandbox, playbook: Playbook, later: timedelta = timedelta()) -> None:
        self._sandbox, self._workspace = sandbox, sandbox.workspace
        self._playbook, self._later = playbook, later
        self._planned: list[ScheduledAction] = []
        self._seen: set[tuple[str, str]] = set()
        self._number = 0
        self._looked = 0
        self.performed: set[tuple[str, str]] = set()
        """Cases that one of them claimed or resolved, with the kind of action."""

    @property
    def next_action_at(self) -> datetime | None:
        return self._planned[0].at if self._planned else None

    def plan_actions(self, at: datetime) -> None:
        """Plan actions for the messages that are new or edited since the last call."""
        changes = self._sandbox.change_log.changes
        kinds = {ChangeKind.POSTED, ChangeKind.EDITED}
        changed = {(one.channel, one.ts) for one in changes[self._looked :] if one.kind in kinds}
        self._looked = len(changes)
        for department in self._playbook.departments.values():
            callable_people = self._playbook.list_callable_people(department)
            people = _resolve_people(department.deputies) or _resolve_people(callable_people)
            for message in self._workspace.find_channel(department.channel).messages:
                if (message.channel, message.ts) in changed:
                    self._plan_for_message(message, department.channel, people, at)

    def _plan_for_message(self, message: SlackMessage, channel: str, people: list[str], at: datetime) -> None:
        """Plan a claim or a resolution; a case is claimed again if its claim expired or it was reopened."""
        for case in _find_cases(message, CLAIMS):
            self._seen.discard((case, "resolve"))
            if people and (case, "claim") not in self._seen and not is_forgotten(message, case):
                self._seen.add((case, "claim"))
                self._plan_claim(at, people, message, case)
        for case in _find_cases(message, (action_ids.RESOLVE,)):
            self._seen.discard((case, "claim"))
            if (case, "resolve") not in self._seen:
                self._seen.add((case, "resolve"))
                self._plan_action(at + _choose_delay(case, 6, 24), "", "resolve", channel, message.ts, case)
        for case in _find_cases(message, (action_ids.REOPEN,)):
            self._seen -= {(case, "claim"), (case, "resolve")}

    def _plan_claim(self, at: datetime, people: list[str], message: SlackMessage, case: str) -> None:
        """Plan a claim: for most cases within minutes, for some after a reminder."""
        luck = _hash_fraction(case, "claim")
        wait = _choose_delay(case, 1, 9) if luck < 0.85 else _choose_delay(case, 14, 26)
        who = people[int(luck * 1000) % len(people)]
        self._plan_action(at + wait + self._later, who, "claim", message.channel, message.ts, case)

    def _plan_action(self, at: datetime, person: str, what: str, channel: str, ts: str, case: str) -> None:
        self._number += 1
        heapq.heappush(self._planned, ScheduledAction(at, self._number, person, what, channel, ts, case))

    def pop_due(self, at: datetime) -> Iterator[ScheduledAction]:
        while self._planned and self._planned[0].at <= at:
            yield heapq.heappop(self._planned)

    async def perform_action(self, planned: ScheduledAction) -> None:
        """Perform the action, unless its button is gone since. Skip what fails: it is too late, or Slack is broken."""
        with suppress(ClientRefusedError, TimeoutError):
            await self._perform(planned)

    async def _perform(self, planned: ScheduledAction) -> None:
        message = self._workspace.find_channel(planned.channel).find(planned.ts)
        if message is None or self._is_played(planned.person):
            return
        if planned.kind == "claim":
            action = next((one for one in CLAIMS if planned.case in _find_cases(message, (one,))), None)
            if action is not None:
                self.performed.add((planned.case, planned.kind))
                await self._sandbox.get_user(planned.person).click_button(message, action, value=planned.case)
        elif planned.case in _find_cases(message, (action_ids.RESOLVE,)):
            await self._resolve_case(planned.case, message)

    def _is_played(self, name: str) -> bool:
        return bool(name) and self._sandbox.page.viewers[self._workspace.find_user(name).id] > 0

    async def _resolve_case(self, case: str, message: SlackMessage) -> None:
        card = str(message.all_blocks)
        owner = next((name for user, (name, _) in PEOPLE.items() if f"Claimed* by <@{user}>" in card), "")
        if not owner or self._is_played(owner):
            return
        person = self._sandbox.get_user(owner)
        self.performed.add((case, "resolve"))
        await person.click_button(message, action_ids.RESOLVE, value=case)
        await self._sandbox.wait_until(lambda: person.modal is not None)
        await person.fill_field(action_ids.RESOLUTION, "fixed" if _hash_fraction(case, "how") > 0.8 else "answered")
        await person.submit()


def is_forgotten(message: SlackMessage, case: str) -> bool:
    """Return whether nobody will claim the case; those with a page are always claimed."""
    return _hash_fraction(case, "claim") > 0.97 and not _find_cases(message, (action_ids.ACKNOWLEDGE,))


def _find_cases(message: SlackMessage, actions: tuple[str, ...]) -> list[str]:
    """Return the cases for which this message has one of these buttons."""
    elements = [element for _, element in message.iter_elements()]
    return [str(element.get("value", "")) for element in elements if element["action_id"] in actions]


def list_members(ids: Iterable[str]) -> list[str]:
    """Return the ids of those of these users, and of the members of these groups, who are in the workspace."""
    return [user for one in ids for user in (GROUPS[one][1] if one in GROUPS else [one]) if user in PEOPLE]


def _resolve_people(ids: tuple[str, ...]) -> list[str]:
    return [PEOPLE[user][0] for user in list_members(ids)]


def _hash_fraction(case: str, what: str) -> float:
    """Return a number from 0 to 1 that depends only on the arguments."""
    return int.from_bytes(hashlib.blake2b(f"{case}{what}".encode(), digest_size=4).digest()) / 2**32


def _choose_delay(case: str, least: int, most: int) -> timedelta:
    return timedelta(minutes=least + (most - least) * _hash_fraction(case, f"{least}"))
