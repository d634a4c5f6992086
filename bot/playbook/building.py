"""From checked tables to what the domain works with."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.crisis import CrisisPlan
from bot.domain.department import Department
from bot.domain.drill import DrillSettings
from bot.domain.hours import BusinessHours
from bot.domain.pages.contact import ContactDetails
from bot.domain.pages.page import ContactMethod, Severity
from bot.domain.pages.policy import EscalationPolicy
from bot.domain.routing import CaseClocks, Route
from bot.domain.spikes.planned import PlannedEvent
from bot.domain.spikes.tuning import SpikeSensitivity, SpikeThresholds
from bot.domain.subject import Subject, SubjectKind
from bot.playbook.book import Brand, Detectors, Onnx, Operators, Playbook, SourceEntry
from bot.playbook.parts import language, listed
from bot.playbook.schedules import built_schedule
from bot.playbook.tables import (
    BrandTable,
    DepartmentTable,
    DetectorsTable,
    EscalationTable,
    FileTable,
    PersonTable,
    PlannedTable,
    RouteTable,
    SpikesTable,
    SubjectTable,
)


def built(file: FileTable, sources: Sequence[SourceEntry]) -> Playbook:
    departments = [_department(table, file.brand) for table in file.departments]
    return Playbook(
        brand=Brand(**file.brand.model_dump()),
        subjects=tuple(map(_subject, file.subjects)) or (_brand_itself(file.brand),),
        departments=MappingProxyType({department.name: department for department in departments}),
        schedules=MappingProxyType({one.name: built_schedule(one, file.brand.time_zone) for one in file.schedules}),
        routes=tuple(_route(table, number) for number, table in enumerate(file.routes, 1)),
        sources=tuple(sources),
        detectors=_detectors(file.detectors),
        drills=DrillSettings(file.drills.every, file.drills.at, file.drills.departments),
        plan=CrisisPlan(file.crisis.update_every, tuple(one.do for one in file.crisis.checklist)),
        note_at=file.quiet.note_at,
        note_at_hand_over=file.quiet.note_at_hand_over,
        pages_a_night=file.quiet.pages_a_night,
        operators=Operators(**file.operators.model_dump()),
        spikes=_spikes(file.spikes, file.brand.time_zone),
        escalations=tuple(map(_policy, file.escalations)),
        people=MappingProxyType({table.id: _contact(table) for table in file.people}),
    )


def _detectors(table: DetectorsTable) -> Detectors:
    own = Onnx(**table.onnx.model_dump()) if table.onnx and table.engine == "onnx" else None
    return Detectors(table.engine, table.unsure_below, own)


def _subject(table: SubjectTable) -> Subject:
    return Subject(
        name=table.name,
        kind=SubjectKind(table.kind),
        terms=table.terms,
        handles=table.handles,
        exclude=table.exclude,
    )


def _brand_itself(brand: BrandTable) -> Subject:
    """Who says nothing about subjects listens for the brand's own name."""
    return Subject(name=brand.name, terms=(brand.name,))


def _department(table: DepartmentTable, brand: BrandTable) -> Department:
    return Department(
        name=table.name,
        channel=table.channel,
        deputies=table.deputies,
        on_call=table.on_call,
        hours=BusinessHours(windows=table.hours or (), zone=table.time_zone or brand.time_zone),
        fallback=table.fallback,
        authority=table.authority,
        voice=brand.voice,
    )


def _route(table: RouteTable, number: int) -> Route:
    return Route(
        name=table.name or f"route {number}",
        when=_labels(table.when),
        unless=_labels(table.unless),
        to=table.to,
        clocks=CaseClocks(
            claim_within=table.claim_within,
            lease=table.lease,
            resolve_within=table.resolve_within,
            remind_every=table.remind_every,
        ),
    )


def _spikes(table: SpikesTable, zone: str) -> SpikeThresholds:
    return SpikeThresholds(
        on=table.on,
        to=table.to or "",
        sensitivity=SpikeSensitivity(table.sensitivity),
        voices=table.voices,
        page_from=table.page_from,
        over_after=table.over_after,
        planned=tuple(_planned(one, ZoneInfo(zone)) for one in table.planned),
    )


def _planned(table: PlannedTable, zone: ZoneInfo) -> PlannedEvent:
    """A time without an offset is the brand's."""
    starts_at, ends_at = (at if at.tzinfo else at.replace(tzinfo=zone) for at in (table.starts_at, table.ends_at))
    return PlannedEvent(table.name, table.cause, table.subject, starts_at, ends_at, table.times, table.words)


def _policy(table: EscalationTable) -> EscalationPolicy:
    return EscalationPolicy(
        severities=frozenset(map(Severity, table.severity)),
        departments=frozenset(table.departments),
        ways=tuple(dict.fromkeys(map(ContactMethod, table.ways))),
        wait=table.wait,
        repeat_every=table.repeat_every,
        claim_within=table.claim_within,
        quiet=table.quiet_hours,
        repeats=table.repeats,
    )


def _contact(table: PersonTable) -> ContactDetails:
    return ContactDetails(
        table.name, table.phone, table.ntfy, table.pagerduty, table.time_zone or "", table.quiet_hours
    )


def _labels(asked: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Codes of languages in lower case, as the detector tells them; all other words as they were checked."""
    return {
        key: frozenset(language(word) if key == "language" else word for word in listed(value))
        for key, value in asked.items()
    }
