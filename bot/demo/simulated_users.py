"""The people of the demo's workspace, and what they do all day: claim, answer, resolve, and sometimes forget."""

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.config import Playbook
from bot.slack_sandbox import SlackMessage, SlackSandbox, SlackWorkspace
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


def build_workspace(playbook: Playbook, clock: Any) -> SlackWorkspace:
    """The people above, and a channel for each department that the playbook names."""
    workspace = SlackWorkspace(name=playbook.brand.name, now=lambda: clock.now().timestamp())
    zone = playbook.brand.time_zone
    for user, (name, real_name) in PEOPLE.items():
        workspace.add_user(user, name, real_name=real_name, tz=zone, title=describe_role(user, playbook))
    departments = playbook.departments.values()
    named = [
        one for department in departments for one in (*department.deputies, *playbook.list_callable_people(department))
    ]
    for one in {*named, *playbook.brand.managers} - set(PEOPLE):
        if one.startswith("S"):
            name, members = GROUPS.get(one, (one.lower(), list(PEOPLE)))
            workspace.add_group(one, name, members)
        else:
            workspace.add_user(one, one.lower(), real_name=one, tz=zone, title=describe_role(one, playbook))
    for department in departments:
        workspace.add_channel(department.channel, department.name, bot_is_member=True)
    return workspace


def describe_role(user: str, playbook: Playbook) -> str:
    """What this person may do, as it stands in their profile."""
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
    """Something that somebody is going to do."""

    at: datetime
    number: int
    person: str
    kind: str
    channel: str
    ts: str
    case: str


CLAIMS = (action_ids.CLAIM, action_ids.CLAIM_IN_DIGEST)


class SimulatedUsers:
    """Looks at the channels as people do, and acts after a while. The same day goes the same way each time.

    `later` is how much longer they wait before they claim. Who is played by somebody at a page does nothing by itself.
    """

    def __init__(
        self, sandbox: SlackSandbox, workspace: SlackWorkspace, playbook: Playbook, later: timedelta = timedelta()
    ) -> None:
        self._later = later
        self._sandbox = sandbox
        self._workspace = workspace
        self._playbook = playbook
        self._planned: list[ScheduledAction] = []
        self._seen: set[tuple[str, str]] = set()
        self._number = 0
        self._looked = 0

    def plan_actions(self, at: datetime) -> None:
        """Plan something for what is new in the channels since the last look."""
        changes = self._sandbox.change_log.changes
        drawn = {ChangeKind.POSTED, ChangeKind.EDITED}
        fresh = {(one.channel, one.ts) for one in changes[self._looked :] if one.kind in drawn}
        self._looked = len(changes)
        for department in self._playbook.departments.values():
            people = self._resolve_people(department.deputies) or self._resolve_people(
                self._playbook.list_callable_people(department)
            )
            here = [
                message for message in self._list_messages(department.channel) if (message.channel, message.ts) in fresh
            ]
            for message in here:
                self._plan_for_message(message, department.channel, people, at)

    def _plan_for_message(self, message: SlackMessage, channel: str, people: list[str], at: datetime) -> None:
        """What was claimed and has run out is claimed again, as what was reopened is."""
        for case in _find_cases(message, CLAIMS):
            self._seen.discard((case, "resolve"))
            if people and (case, "claim") not in self._seen and not is_forgotten(message, case):
                self._seen.add((case, "claim"))
                self._plan_claim(at, people, message, case)
        for case in _find_cases(message, (action_ids.RELEASE,)):
            self._seen.discard((case, "claim"))
            if (case, "resolve") not in self._seen:
                self._seen.add((case, "resolve"))
                self._plan_action(at + _choose_delay(case, 6, 24), "", "resolve", channel, message.ts, case)
        for case in _find_cases(message, (action_ids.REOPEN,)):
            self._seen -= {(case, "claim"), (case, "resolve")}

    def _list_messages(self, channel: str) -> Sequence[SlackMessage]:
        return self._workspace.find_channel(channel).messages

    def _resolve_people(self, ids: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for one in ids:
            found += GROUPS[one][1] if one in GROUPS else [one]
        return [PEOPLE[one][0] for one in found if one in PEOPLE]

    def _plan_claim(self, at: datetime, people: list[str], message: SlackMessage, case: str) -> None:
        """Most are claimed in minutes, some after a reminder."""
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

    async def perform_action(self, act: ScheduledAction) -> None:
        """What has changed meanwhile is left alone: the button is not there any more."""
        message = self._workspace.find_channel(act.channel).find(act.ts)
        if message is None or self._is_played(act.person):
            return
        if act.kind == "claim":
            action = next((one for one in CLAIMS if act.case in _find_cases(message, (one,))), None)
            if action is not None:
                await self._sandbox.get_user(act.person).click_button(message, action, value=act.case)
        elif act.case in _find_cases(message, (action_ids.RELEASE,)):
            await self._resolve_case(act, message)

    def _is_played(self, name: str) -> bool:
        return bool(name) and self._sandbox.page.viewers[self._workspace.find_user(name).id] > 0

    async def _resolve_case(self, act: ScheduledAction, message: SlackMessage) -> None:
        owner = next(
            (name for user, (name, _) in PEOPLE.items() if f"Claimed* by <@{user}>" in str(message.blocks)), ""
        )
        if not owner or self._is_played(owner):
            return
        person = self._sandbox.get_user(owner)
        await person.click_button(message, action_ids.RESOLVE, value=act.case)
        await self._sandbox.wait_until(lambda: person.modal is not None)
        await person.fill_field(action_ids.RESOLUTION, "fixed" if _hash_fraction(act.case, "how") > 0.8 else "answered")
        await person.submit()


def is_forgotten(message: SlackMessage, case: str) -> bool:
    """Some cases are claimed by nobody, but none for which somebody is being paged."""
    return _hash_fraction(case, "claim") > 0.97 and not _find_cases(message, (action_ids.ACKNOWLEDGE,))


def _find_cases(message: SlackMessage, actions: tuple[str, ...]) -> list[str]:
    """The cases for which this message has one of these buttons."""
    return [
        str(element.get("value", ""))
        for element in _iter_action_elements(message.blocks)
        if element.get("action_id") in actions
    ]


def _iter_action_elements(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for one in node:
            yield from _iter_action_elements(one)
    elif isinstance(node, dict):
        if "action_id" in node:
            yield node
        for value in node.values():
            yield from _iter_action_elements(value)


def _hash_fraction(case: str, what: str) -> float:
    """0 to 1, the same for the same case each time."""
    return int.from_bytes(hashlib.blake2b(f"{case}{what}".encode(), digest_size=4).digest()) / 2**32


def _choose_delay(case: str, least: int, most: int) -> timedelta:
    return timedelta(minutes=least + (most - least) * _hash_fraction(case, f"{least}"))
