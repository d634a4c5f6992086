"""Roles in Slack: make somebody a deputy for a time, dismiss them, name a point person, list all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.cards import roles as cards
from bot.cards.block_kit import RenderedMessage
from bot.cards.roles import DepartmentRoles
from bot.clock import Clock
from bot.domain import roles
from bot.domain.department import Department, DepartmentStaff
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.roles import RoleGrant, RoleKind, RoleRegister
from bot.domain.rules import PlaybookRules, get_department_or_lost, require_department
from bot.store.roles import REGISTER, RoleStore
from bot.usecases.role_request import (
    DEPUTIZE_EXAMPLE,
    DepartmentNames,
    RoleRequest,
    ask_for_person,
    explain_deputize,
    parse_role_request,
    require_name,
)
from bot.usecases.staff import StaffDirectory

OFF = "off"
SLACKBOT = "USLACKBOT"


class PersonDirectory(Protocol):
    async def find_time_zone(self, person: str) -> str: ...

    async def find_team(self, person: str) -> str: ...

    async def is_active(self, person: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class RoleUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: RoleStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _people: PersonDirectory
    _clock: Clock

    async def deputize(self, by: str, words: str) -> RenderedMessage:
        """Make a person a deputy of a department, until a time or without an end. Managers only."""
        await self._check_manager(by)
        at = self._clock.now()
        if not words.strip():
            raise NotAllowed(explain_deputize([one.name for one in self._rules.list_departments()]))
        request = await self._parse_request(by, words, at)
        if not request.person:
            raise NotAllowed(ask_for_person(request.rest, DEPUTIZE_EXAMPLE))
        require_department(self._rules, request.department)
        await self._check_candidate(by, request)
        asked = _build_grant(RoleKind.DEPUTY, request, by, at)
        decision = await self._store.change(REGISTER, lambda register: roles.add_deputy(register, asked), at)
        assert decision.grant is not None
        is_told = bool(decision.notifications)
        return cards.render_deputize_receipt(
            decision.grant, self._get_department(request), request.zone, at, is_told=is_told
        )

    async def dismiss(self, by: str, words: str) -> RenderedMessage:
        """End what `deputize` began. Managers, and the person themselves."""
        at = self._clock.now()
        request = await self._parse_request(by, words, at)
        if not request.person:
            raise NotAllowed(ask_for_person(request.rest, "`/earshot dismiss @ana care`"))
        if request.person != by:
            await self._check_manager(by)
        person, name = request.person, request.department
        if (await self._store.get()).find_deputy(person, name, at) is None:
            await self._explain_no_grant(person, self._get_department(request))
        decision = await self._store.change(
            REGISTER, lambda register: roles.dismiss_deputy(register, person, name, by, at), at
        )
        assert decision.grant is not None
        return cards.render_dismiss_receipt(decision.grant, can_undo=person != by)

    async def _explain_no_grant(self, person: str, department: Department) -> None:
        """Raise `NotAllowed` for a deputy of the playbook."""
        if person in await self._staff.list_playbook_deputies(department):
            raise NotAllowed(
                f"<@{person}> is a deputy of {department.name} by the playbook, directly or in a user group. "
                "Take them out there."
            )

    async def list_deputies(self, _by: str, words: str) -> RenderedMessage:
        """List the deputies of all departments, or of the named one. Everybody may see them."""
        register, at = await self._store.load(), self._clock.now()
        known = {one.name: one for one in self._rules.list_departments()}
        if words.strip():
            named = require_name(words, [*known, *register.list_departments(at)])
            return cards.render_deputies([self._summarize(named, register, at)])
        lost = [name for name in register.list_departments(at) if name not in known]
        names = [*known, *(name for name in lost if register.list_deputies(name, at))]
        return cards.render_deputies([self._summarize(name, register, at) for name in names])

    def _summarize(self, name: str, register: RoleRegister, at: datetime) -> DepartmentRoles:
        found = self._rules.find_department(name)
        grants = register.list_deputies(name, at)
        return DepartmentRoles(found or Department(name=name, channel=""), grants, is_in_playbook=found is not None)

    async def set_point(self, by: str, words: str) -> RenderedMessage:
        """Name a department's point person, or `off`. With an end they cover for whoever it is otherwise."""
        if not words.strip():
            return await self._list_points()
        at = self._clock.now()
        request = await self._parse_request(by, words, at, OFF)
        require_department(self._rules, request.department)
        staff = await self._load_staff(self._get_department(request))
        if not staff.can_answer(by):
            no = f"Only deputies of {request.department} and managers choose its point person."
            raise NotAllowed(DEPUTIES_UNKNOWN if staff.unsure else no)
        if not request.person and request.rest != OFF:
            raise NotAllowed(ask_for_person(request.rest, "`/earshot point @ana care` or `… point care off`"))
        if request.person and not staff.can_answer(request.person):
            raise NotAllowed(
                f"<@{request.person}> isn't a deputy of {request.department}, so they couldn't answer there. "
                f"A manager can deputize them: {DEPUTIZE_EXAMPLE}."
            )
        asked = _build_grant(RoleKind.POINT, request, by, at)
        decision = await self._store.change(REGISTER, lambda register: roles.set_point(register, asked), at)
        assert decision.grant is not None
        return cards.render_point_receipt(decision.grant, request.zone, at)

    async def _list_points(self) -> RenderedMessage:
        register, at = await self._store.load(), self._clock.now()
        found = []
        for department in self._rules.list_departments():
            grant = register.find_point(department.name, at)
            current = roles.apply_point(department, register, at)
            found.append(DepartmentRoles(current, (grant,) if grant else ()))
        return cards.render_points(found)

    async def accept_policy(self, by: str, grant_id: str) -> RenderedMessage:
        """Accept the policy by the button of the direct message; return what replaces it."""
        at = self._clock.now()
        decision = await self._store.change(
            REGISTER, lambda register: roles.accept_policy(register, grant_id, by, at), at
        )
        assert decision.grant is not None
        return cards.render_policy_receipt(
            decision.grant, get_department_or_lost(self._rules, decision.grant.department)
        )

    async def undo_change(self, by: str, change_ref: str) -> RenderedMessage:
        """Undo a change by its button; return what replaces the receipt."""
        direction, _, grant_id = change_ref.partition("/")
        at, is_restored = self._clock.now(), direction == "restore"
        grant = (await self._store.get()).find_grant(grant_id)
        if grant is not None and grant.kind is RoleKind.POINT:
            staff = await self._load_staff(get_department_or_lost(self._rules, grant.department))
            if not staff.can_answer(by):
                raise NotAllowed(f"Only deputies of {grant.department} and managers choose its point person.")
        else:
            await self._check_manager(by)
        change = roles.restore_grant if is_restored else roles.undo_grant
        decision = await self._store.change(REGISTER, lambda register: change(register, grant_id, by, at), at)
        assert decision.grant is not None
        return cards.render_undo_receipt(decision.grant, is_restored=is_restored)

    async def _check_manager(self, by: str) -> None:
        await self._staff.check_manager(by, self._rules.managers, "decide who is a deputy")

    async def _load_staff(self, department: Department) -> DepartmentStaff:
        return await self._staff.load_staff(department, self._rules.managers)

    async def _check_candidate(self, by: str, request: RoleRequest) -> None:
        """Raise `NotAllowed` if the named person needs no role, or cannot have one."""
        person, name = request.person, request.department
        staff = await self._load_staff(self._get_department(request))
        if person == by:
            raise NotAllowed("You are a manager, so you can claim in every department already.")
        if staff.is_manager(person):
            raise NotAllowed(f"<@{person}> is a manager, so they can claim in every department already.")
        if person in await self._staff.list_playbook_deputies(self._get_department(request)):
            raise NotAllowed(f"<@{person}> is a deputy of {name} already, by the playbook.")
        if person == SLACKBOT or not await self._people.is_active(person):
            raise NotAllowed(f"<@{person}> is a bot, has left, or isn't known to Slack, so they can't be a deputy.")
        ours, theirs = await self._people.find_team(by), await self._people.find_team(person)
        if ours and theirs and ours != theirs:
            raise NotAllowed(f"<@{person}> belongs to another workspace. Only people of yours can be deputies.")

    async def _parse_request(self, by: str, words: str, at: datetime, known: str = "") -> RoleRequest:
        """Parse `@person department until …`, in any order. `known` is a word that is allowed, too."""
        register = await self._store.load()
        zone = await self._people.find_time_zone(by) or self._rules.time_zone
        names = DepartmentNames(
            tuple(one.name for one in self._rules.list_departments()), register.list_departments(at)
        )
        return parse_role_request(words, names, at, zone, known)

    def _get_department(self, request: RoleRequest) -> Department:
        """Return the department, also one that the playbook lost."""
        return get_department_or_lost(self._rules, request.department)


def _build_grant(kind: RoleKind, request: RoleRequest, by: str, at: datetime) -> RoleGrant:
    return RoleGrant(
        id="",
        kind=kind,
        department=request.department,
        person=request.person,
        by=by,
        since=at,
        until=request.until,
    )
