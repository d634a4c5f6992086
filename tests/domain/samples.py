"""Mentions, cases and departments as a test needs them: only what it says differs from these."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.assessment import Assessment, Signal
from bot.domain.business_hours import BusinessHours, parse_window
from bot.domain.case import Case, CasePriority, CaseResolution, CaseStatus, derive_case_id
from bot.domain.department import Department, DepartmentStaff
from bot.domain.lifecycle import Context
from bot.domain.mention import Mention
from bot.domain.routing import CaseClocks, Route

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday
CLOCKS = CaseClocks(
    claim_within=timedelta(minutes=15),
    lease=timedelta(minutes=30),
    resolve_within=timedelta(hours=4),
    remind_every=timedelta(minutes=10),
)
CARE = Department(
    name="care",
    channel="C0CARE",
    deputies=("U0ANA", "U0BEN"),
    on_call=("U0RAJ", "U0MIA"),
    page_from=CasePriority.LOW,
)
SALES = Department(name="sales", channel="C0SALES", deputies=("U0LEA",), page_from=CasePriority.LOW)
STAFF = DepartmentStaff(department="care", deputies=frozenset({"U0ANA", "U0BEN"}), managers=frozenset({"U0MIA"}))
OFFICE = BusinessHours(windows=(parse_window("Mon-Fri 08:00-20:00"),), zone="Europe/Lisbon")


def compute_later(**units: float) -> datetime:
    return AT + timedelta(**units)


def build_context(by: str, at: datetime = AT, department: Department = CARE, staff: DepartmentStaff = STAFF) -> Context:
    return Context(by, at, staff, department)


def build_mention(**changes: Any) -> Mention:
    said = {"id": "x:1", "text": "You lost my suitcase again", "created_at": AT, "author": "@joe"}
    return Mention.model_validate(said | changes)


def build_assessment(*labels: str) -> Assessment:
    return Assessment(signals=tuple(Signal("test", label, 0.9) for label in labels))


def build_case(status: CaseStatus = CaseStatus.NEW, **changes: Any) -> Case:
    """One that waits since 9:00, was claimed by Ana at once, or resolved by her a minute later."""
    found: dict[str, Any] = {
        "id": derive_case_id("x:1"),
        "version": 1,
        "mention": build_mention(),
        "assessment": build_assessment("sentiment:negative", "intent:complaint"),
        "department": "care",
        "route": "complaint",
        "clocks": CLOCKS,
        "status": status,
        "opened_at": AT,
        "waiting_since": AT,
        "due": compute_later(minutes=15),
    }
    if status is not CaseStatus.NEW:
        found |= {"owner": "U0ANA", "claimed_at": AT, "due": compute_later(hours=4)}
        found |= {"lease_began": AT, "lease_ends": compute_later(minutes=30)}
    if status is CaseStatus.RESOLVED:
        found |= {
            "resolution": CaseResolution.ANSWERED,
            "resolved_at": compute_later(minutes=1),
            "due": None,
            "lease_ends": None,
        }
    return Case(**found | changes)


def assess_and_route(said: Mention, assessment: Assessment) -> Route:
    """A playbook that sends everything to care."""
    return Route(name="complaint", to="care", clocks=CLOCKS)
