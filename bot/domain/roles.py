"""Roles given in Slack: deputies for a time, and point persons. They stand beside those of the playbook."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.department import Department
from bot.domain.destination import ToPerson
from bot.domain.errors import NotAllowed
from bot.domain.immutable import FrozenModel
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.decision import Decision

GRANT_RETENTION = timedelta(days=35)
"""After its end, so that its *Undo* and the message about it can still be answered."""
MAX_GRANTS = 500


class RoleKind(StrEnum):
    DEPUTY = "deputy"
    POINT = "point"
    """The person to ask first about a department."""


class RoleGrant(FrozenModel):
    """A role of a person in a department. `person` is empty where a department is to have no point person."""

    id: str
    kind: RoleKind
    department: str
    person: str
    by: str
    since: datetime
    until: datetime | None = None
    """When it ends by itself; None: when somebody ends it."""
    accepted_at: datetime | None = None
    """When the person accepted the policy of deputies."""
    ended_at: datetime | None = None
    replaces: str = ""
    """The earlier grant that ended with this one, which *Undo* restores."""

    def is_running(self, at: datetime) -> bool:
        return self.ended_at is None and (self.until is None or at < self.until)

    @property
    def end(self) -> datetime | None:
        """When it ended or will end."""
        return min((one for one in (self.ended_at, self.until) if one is not None), default=None)


class RoleRegister(FrozenModel):
    """All grants of a brand, oldest first; `version` counts commits."""

    version: int = 0
    grants: tuple[RoleGrant, ...] = ()

    def find_grant(self, grant_id: str) -> RoleGrant | None:
        return next((one for one in self.grants if one.id == grant_id), None)

    def list_deputies(self, department: str, at: datetime) -> tuple[RoleGrant, ...]:
        return tuple(self._iter_running(RoleKind.DEPUTY, department, at))

    def find_deputy(self, person: str, department: str, at: datetime) -> RoleGrant | None:
        return next((one for one in self.list_deputies(department, at) if one.person == person), None)

    def find_point(self, department: str, at: datetime) -> RoleGrant | None:
        """Return the newest grant that runs: one with an end covers for the one below it."""
        return next(iter([*self._iter_running(RoleKind.POINT, department, at)][::-1]), None)

    def list_departments(self, at: datetime) -> tuple[str, ...]:
        """Return the departments with a running grant, also those that the playbook no longer has."""
        return tuple(dict.fromkeys(one.department for one in self.grants if one.is_running(at)))

    def _iter_running(self, kind: RoleKind, department: str, at: datetime) -> Iterator[RoleGrant]:
        return (one for one in self.grants if (one.kind, one.department) == (kind, department) and one.is_running(at))


@dataclass(frozen=True, slots=True)
class RoleDecision(Decision[RoleRegister]):
    """`grant` is what was given, changed or ended."""

    grant: RoleGrant | None = None


def add_deputy(register: RoleRegister, asked: RoleGrant) -> RoleDecision:
    """Give the role, in place of an earlier grant to the same person, and tell them unless they have it already.

    `asked` needs no id. A person who accepted the policy with the earlier grant need not accept it again.
    """
    before = register.find_deputy(asked.person, asked.department, asked.since)
    told = Notification(NotificationKind.DEPUTY, _derive_id(register), ToPerson(asked.person), Priority.CLICK)
    decision = _add_grant(register, asked, before, AuditAction.DEPUTIZED)
    return decision if before else replace(decision, notifications=(told,))


def set_point(register: RoleRegister, asked: RoleGrant) -> RoleDecision:
    """Make a person the one to ask first. With an end they cover; without one they replace whoever was before."""
    before = register.find_point(asked.department, asked.since)
    covers = asked.until is not None and asked.person
    return _add_grant(register, asked, None if covers else before, AuditAction.POINT_CHANGED)


def dismiss_deputy(register: RoleRegister, person: str, department: str, by: str, at: datetime) -> RoleDecision:
    """End the grant. A case that the person owns stays theirs."""
    grant = register.find_deputy(person, department, at)
    if grant is None:
        raise NotAllowed(f"<@{person}> isn't a deputy of {department}. `/earshot deputies` shows who is.")
    return _change_grant(register, grant.copy_with(ended_at=at), AuditAction.DISMISSED, by, at)


def accept_policy(register: RoleRegister, grant_id: str, by: str, at: datetime) -> RoleDecision:
    """Record that the person accepted the policy. Raises `NotAllowed` for anybody else, and after the end."""
    asked = _require_grant(register, grant_id)
    if asked.person != by:
        raise NotAllowed(f"Only <@{asked.person}> can accept this.")
    grant = register.find_deputy(by, asked.department, at)  # a later one, if the time changed since the message
    if grant is None:
        raise NotAllowed(f"You're no longer a deputy of {asked.department}, so there is nothing to accept.")
    if grant.accepted_at is not None:
        raise NotAllowed("You have accepted this already.")
    return _change_grant(register, grant.copy_with(accepted_at=at), AuditAction.POLICY_ACCEPTED, by, at)


def undo_grant(register: RoleRegister, grant_id: str, by: str, at: datetime) -> RoleDecision:
    """End a grant, and restore the one that it replaced."""
    grant = _require_grant(register, grant_id)
    if not grant.is_running(at):
        raise NotAllowed("This has ended already, so there is nothing to undo.")
    before = register.find_grant(grant.replaces)
    if before is not None:
        accepted_at = before.accepted_at or grant.accepted_at
        register = _replace_grant(register, before.copy_with(ended_at=None, accepted_at=accepted_at))
    return _change_grant(register, grant.copy_with(ended_at=at), AuditAction.ROLE_UNDONE, by, at)


def restore_grant(register: RoleRegister, grant_id: str, by: str, at: datetime) -> RoleDecision:
    """Take back a dismissal."""
    grant = _require_grant(register, grant_id).copy_with(ended_at=None)
    if not grant.is_running(at) or register.find_deputy(grant.person, grant.department, at):
        raise NotAllowed("This has changed since, so there is nothing to undo. `/earshot deputies` shows who is one.")
    return _change_grant(register, grant, AuditAction.ROLE_UNDONE, by, at)


def apply_point(department: Department, register: RoleRegister, at: datetime) -> Department:
    """Return the department with its point person of this moment: the register's, else the playbook's."""
    grant = register.find_point(department.name, at)
    return department if grant is None else department.copy_with(point=grant.person)


def _require_grant(register: RoleRegister, grant_id: str) -> RoleGrant:
    grant = register.find_grant(grant_id)
    if grant is None:
        raise NotAllowed("This was too long ago. `/earshot deputies` shows who is a deputy now.")
    return grant


def _derive_id(register: RoleRegister) -> str:
    return f"g{register.version + 1}"


def _add_grant(register: RoleRegister, asked: RoleGrant, before: RoleGrant | None, action: AuditAction) -> RoleDecision:
    grant = asked.copy_with(id=_derive_id(register))
    if before is not None:
        grant = grant.copy_with(replaces=before.id, accepted_at=before.accepted_at)
        register = _replace_grant(register, before.copy_with(ended_at=asked.since))
    if len(drop_expired(register, asked.since).grants) >= MAX_GRANTS:
        raise NotAllowed(f"Earshot keeps {MAX_GRANTS} roles at most. Name lasting ones in the playbook instead.")
    return _decide(register, (*register.grants, grant), grant, action, asked.by, asked.since)


def _replace_grant(register: RoleRegister, grant: RoleGrant) -> RoleRegister:
    return register.copy_with(grants=tuple(grant if one.id == grant.id else one for one in register.grants))


def _change_grant(register: RoleRegister, grant: RoleGrant, action: AuditAction, by: str, at: datetime) -> RoleDecision:
    return _decide(register, _replace_grant(register, grant).grants, grant, action, by, at)


def _decide(
    register: RoleRegister, grants: tuple[RoleGrant, ...], grant: RoleGrant, action: AuditAction, by: str, at: datetime
) -> RoleDecision:
    after = drop_expired(register.copy_with(version=register.version + 1, grants=grants), at)
    until = f" until {grant.until.isoformat(timespec='minutes')}" if grant.until else ""
    who = f"<@{grant.person}>" if grant.person else "nobody"
    event = AuditEvent(at, by, action, f"{who} for {grant.department}{until}")
    return RoleDecision(after=after, before=register, events=(event,), grant=grant)


def drop_expired(register: RoleRegister, at: datetime) -> RoleRegister:
    """Drop grants whose end is longer ago than `GRANT_RETENTION`."""
    oldest = at - GRANT_RETENTION
    return register.copy_with(grants=tuple(one for one in register.grants if one.end is None or one.end > oldest))
