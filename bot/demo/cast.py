"""The people of the demo's workspace, and what they do all day: claim, answer, resolve, and sometimes forget."""

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.cards import buttons
from bot.playbook import Playbook
from bot.sandbox import Message, Sandbox, Workspace
from bot.sandbox.feed import ChangeKind

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


def workspace_of(playbook: Playbook, clock: Any) -> Workspace:
    """The people above, and a channel for each department that the playbook names."""
    workspace = Workspace(name=playbook.brand.name, now=lambda: clock.now().timestamp())
    zone = playbook.brand.time_zone
    for user, (name, real_name) in PEOPLE.items():
        workspace.add_user(user, name, real_name=real_name, tz=zone, title=title_of(user, playbook))
    departments = playbook.departments.values()
    named = [
        one for department in departments for one in (*department.deputies, *playbook.list_callable_people(department))
    ]
    for one in {*named, *playbook.brand.managers} - set(PEOPLE):
        if one.startswith("S"):
            name, members = GROUPS.get(one, (one.lower(), list(PEOPLE)))
            workspace.add_group(one, name, members)
        else:
            workspace.add_user(one, one.lower(), real_name=one, tz=zone, title=title_of(one, playbook))
    for department in departments:
        workspace.add_channel(department.channel, department.name, bot_is_member=True)
    return workspace


def title_of(user: str, playbook: Playbook) -> str:
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


class Act(NamedTuple):
    """Something that somebody is going to do."""

    at: datetime
    number: int
    person: str
    what: str
    channel: str
    ts: str
    case: str


CLAIMS = (buttons.CLAIM, buttons.CLAIM_IN_DIGEST)


class Cast:
    """Looks at the channels as people do, and acts after a while. The same day goes the same way each time.

    `later` is how much longer they wait before they claim. Who is played by somebody at a page does nothing by itself.
    """

    def __init__(
        self, sandbox: Sandbox, workspace: Workspace, playbook: Playbook, later: timedelta = timedelta()
    ) -> None:
        self._later = later
        self._sandbox = sandbox
        self._workspace = workspace
        self._playbook = playbook
        self._planned: list[Act] = []
        self._seen: set[tuple[str, str]] = set()
        self._number = 0
        self._looked = 0

    def look(self, at: datetime) -> None:
        """Plan something for what is new in the channels since the last look."""
        changes = self._sandbox.feed.changes
        drawn = {ChangeKind.POSTED, ChangeKind.EDITED}
        fresh = {(one.channel, one.ts) for one in changes[self._looked :] if one.kind in drawn}
        self._looked = len(changes)
        for department in self._playbook.departments.values():
            people = self._people(department.deputies) or self._people(self._playbook.list_callable_people(department))
            here = [message for message in self._messages(department.channel) if (message.channel, message.ts) in fresh]
            for message in here:
                self._plan_for(message, department.channel, people, at)

    def _plan_for(self, message: Message, channel: str, people: list[str], at: datetime) -> None:
        """What was claimed and has run out is claimed again, as what was reopened is."""
        for case in _cases(message, CLAIMS):
            self._seen.discard((case, "resolve"))
            if people and (case, "claim") not in self._seen and not forgotten(message, case):
                self._seen.add((case, "claim"))
                self._plan_claim(at, people, message, case)
        for case in _cases(message, (buttons.RELEASE,)):
            self._seen.discard((case, "claim"))
            if (case, "resolve") not in self._seen:
                self._seen.add((case, "resolve"))
                self._plan(at + _after(case, 6, 24), "", "resolve", channel, message.ts, case)
        for case in _cases(message, (buttons.REOPEN,)):
            self._seen -= {(case, "claim"), (case, "resolve")}

    def _messages(self, channel: str) -> Sequence[Message]:
        return self._workspace.channel(channel).messages

    def _people(self, ids: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for one in ids:
            found += GROUPS[one][1] if one in GROUPS else [one]
        return [PEOPLE[one][0] for one in found if one in PEOPLE]

    def _plan_claim(self, at: datetime, people: list[str], message: Message, case: str) -> None:
        """Most are claimed in minutes, some after a reminder."""
        luck = _luck(case, "claim")
        wait = _after(case, 1, 9) if luck < 0.85 else _after(case, 14, 26)
        who = people[int(luck * 1000) % len(people)]
        self._plan(at + wait + self._later, who, "claim", message.channel, message.ts, case)

    def _plan(self, at: datetime, person: str, what: str, channel: str, ts: str, case: str) -> None:
        self._number += 1
        heapq.heappush(self._planned, Act(at, self._number, person, what, channel, ts, case))

    def due(self, at: datetime) -> Iterator[Act]:
        while self._planned and self._planned[0].at <= at:
            yield heapq.heappop(self._planned)

    async def perform(self, act: Act) -> None:
        """What has changed meanwhile is left alone: the button is not there any more."""
        message = self._workspace.channel(act.channel).find(act.ts)
        if message is None or self._played(act.person):
            return
        if act.what == "claim":
            action = next((one for one in CLAIMS if act.case in _cases(message, (one,))), None)
            if action is not None:
                await self._sandbox.person(act.person).click(message, action, value=act.case)
        elif act.case in _cases(message, (buttons.RELEASE,)):
            await self._resolve(act, message)

    def _played(self, name: str) -> bool:
        return bool(name) and self._sandbox.page.viewers[self._workspace.user(name).id] > 0

    async def _resolve(self, act: Act, message: Message) -> None:
        owner = next(
            (name for user, (name, _) in PEOPLE.items() if f"Claimed* by <@{user}>" in str(message.blocks)), ""
        )
        if not owner or self._played(owner):
            return
        person = self._sandbox.person(owner)
        await person.click(message, buttons.RESOLVE, value=act.case)
        await self._sandbox.until(lambda: person.modal is not None)
        await person.fill(buttons.RESOLUTION, "fixed" if _luck(act.case, "how") > 0.8 else "answered")
        await person.submit()


def forgotten(message: Message, case: str) -> bool:
    """Some cases are claimed by nobody, but none for which somebody is being paged."""
    return _luck(case, "claim") > 0.97 and not _cases(message, (buttons.ACKNOWLEDGE,))


def _cases(message: Message, actions: tuple[str, ...]) -> list[str]:
    """The cases for which this message has one of these buttons."""
    return [
        str(element.get("value", "")) for element in _elements(message.blocks) if element.get("action_id") in actions
    ]


def _elements(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for one in node:
            yield from _elements(one)
    elif isinstance(node, dict):
        if "action_id" in node:
            yield node
        for value in node.values():
            yield from _elements(value)


def _luck(case: str, what: str) -> float:
    """0 to 1, the same for the same case each time."""
    return int.from_bytes(hashlib.blake2b(f"{case}{what}".encode(), digest_size=4).digest()) / 2**32


def _after(case: str, least: int, most: int) -> timedelta:
    return timedelta(minutes=least + (most - least) * _luck(case, f"{least}"))
