"""Build the playbook from validated tables."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from bot.config.field_types import ensure_list, normalize_language
from bot.config.playbook import Brand, DetectorOptions, OnnxOptions, OperatorContacts, Playbook, SourceEntry
from bot.config.route_conditions import CONDITION_KEYS, parse_condition
from bot.config.schedules import build_schedule
from bot.config.schema import (
    BrandTable,
    CampaignTable,
    DepartmentTable,
    DetectorsTable,
    EscalationTable,
    FileTable,
    FilterTable,
    OfferTable,
    PersonTable,
    PlannedTable,
    ReplyTable,
    RouteTable,
    SpikesTable,
    SubjectTable,
)
from bot.domain.assessment import Intent
from bot.domain.business_hours import BusinessHours
from bot.domain.campaigns.campaign import Campaign, CampaignAsset, CampaignKind
from bot.domain.case import CasePriority, CaseResolution
from bot.domain.crisis import CrisisPlan
from bot.domain.department import Department, EtiquetteRules, is_person
from bot.domain.drills import DrillSettings
from bot.domain.links import MASTODON
from bot.domain.offers import Guidance, Offer
from bot.domain.own_accounts import DEFAULT_SOURCE, DEVELOPER, OwnAccounts, build_staff_pattern, split_account
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.page import ContactMethod, Severity
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.replies.approval import ApprovalPolicy
from bot.domain.replies.drafts import DraftOptions
from bot.domain.replies.saved_replies import ReplyRules, SavedReply
from bot.domain.route_conditions import PostCondition
from bot.domain.routing import CaseClocks, Route, RouteList
from bot.domain.spikes.planned_events import PlannedEvent
from bot.domain.spikes.thresholds import SpikeSensitivity, SpikeThresholds
from bot.domain.subject import Subject, SubjectKind
from bot.domain.themes import Theme


def build_playbook(file: FileTable, sources: Sequence[SourceEntry]) -> Playbook:
    departments = [_build_department(table, file) for table in file.departments]
    return Playbook(
        brand=Brand(**file.brand.model_dump()),
        subjects=tuple(map(_build_subject, file.subjects)) or (_build_brand_subject(file.brand),),
        departments=MappingProxyType({department.name: department for department in departments}),
        schedules=MappingProxyType({one.name: build_schedule(one, file.brand.time_zone) for one in file.schedules}),
        routes=RouteList(
            _build_route(table, number, file.brand.time_zone) for number, table in enumerate(file.routes, 1)
        ),
        sources=tuple(sources),
        detectors=_build_detector_options(file.detectors),
        drills=DrillSettings(file.drills.every, file.drills.at, file.drills.departments),
        crisis_plan=CrisisPlan(file.crisis.update_every, tuple(one.do for one in file.crisis.checklist)),
        note_at=file.quiet.note_at,
        note_at_hand_over=file.quiet.note_at_hand_over,
        pages_a_night=file.quiet.pages_a_night,
        operators=OperatorContacts(**file.operators.model_dump()),
        spikes=_build_spike_thresholds(file.spikes, file.brand.time_zone),
        campaigns=tuple(_build_campaign(one, ZoneInfo(file.brand.time_zone)) for one in file.campaigns),
        escalations=tuple(map(_build_escalation_policy, file.escalations)),
        people=MappingProxyType({table.id: _build_contact(table) for table in file.people}),
        replies=_build_reply_rules(file, sources),
        drafts=DraftOptions(file.drafts.url or "", file.drafts.model, frozenset(file.drafts.send)),
        own_accounts=_build_own_accounts(file, sources),
        themes=tuple(Theme(name=one.name, words=one.words) for one in file.themes),
    )


def _build_reply_rules(file: FileTable, sources: Sequence[SourceEntry]) -> ReplyRules:
    """Build the rules for replies. Of a post on Mastodon, the composer is that of the instance that was read."""
    instances = {
        entry.name or MASTODON: str(getattr(entry.options, "url", "")) for entry in sources if entry.source == MASTODON
    }
    signatures = {table.id: table.signature for table in file.people if table.signature}
    return ReplyRules(
        brand=file.brand.name,
        approval=_build_approval_policy(file),
        saved=tuple(map(_build_saved_reply, file.replies)),
        signatures=MappingProxyType(signatures),
        instances=MappingProxyType(instances),
        accounts=_build_own_accounts(file, sources).owners,
    )


def _build_approval_policy(file: FileTable) -> ApprovalPolicy:
    """Build the policy. By default the first manager who is a person is asked."""
    table, managers = file.approval, filter(is_person, file.brand.managers)
    by = table.by or next(managers, "")
    return ApprovalPolicy(frozenset(table.for_), table.within, table.default == "send", by)


def _build_saved_reply(table: ReplyTable) -> SavedReply:
    intents = tuple(map(Intent, table.for_))
    return SavedReply(name=table.name, text=table.text, intents=intents, language=table.language or "")


def _build_own_accounts(file: FileTable, sources: Sequence[SourceEntry]) -> OwnAccounts:
    """Return the accounts of the brand, of its subjects (on X) and of people, by the names that mentions carry.

    A kind of source stands for all sources of that kind: `mastodon:` for each instance that is read.
    """
    ours = [subject for subject in file.subjects if subject.kind != SubjectKind.COMPETITOR]
    accounts = [(account, "") for account in file.brand.handles]
    accounts += [(f"{DEFAULT_SOURCE}:{handle}", "") for subject in ours for handle in subject.handles]
    accounts += [(account, table.id) for table in file.people for account in table.accounts]
    stores = (entry.source for entry in sources if getattr(entry.options, "has_developer", False))
    accounts += [(f"{store}:{DEVELOPER}", "") for store in stores]
    owners = {}
    for account, person in accounts:
        source, handle = split_account(account)
        for name in (source, *(entry.name for entry in sources if entry.source == source and entry.name)):
            owners[name, handle] = person
    names = [file.brand.name, *(word for one in ours for word in (one.name, *one.terms, *one.handles))]
    return OwnAccounts(MappingProxyType(owners), build_staff_pattern(names))


def _build_detector_options(table: DetectorsTable) -> DetectorOptions:
    own = OnnxOptions(**table.onnx.model_dump()) if table.onnx and table.engine == "onnx" else None
    return DetectorOptions(table.engine, table.unsure_below, own)


def _build_subject(table: SubjectTable) -> Subject:
    return Subject(
        name=table.name, kind=SubjectKind(table.kind), terms=table.terms, handles=table.handles, exclude=table.exclude
    )


def _build_brand_subject(brand: BrandTable) -> Subject:
    """Return the default subject: the brand's own name."""
    return Subject(name=brand.name, terms=(brand.name,))


def _build_department(table: DepartmentTable, file: FileTable) -> Department:
    brand = file.brand
    return Department(
        name=table.name,
        channel=table.channel,
        deputies=table.deputies,
        on_call=table.on_call,
        hours=BusinessHours(windows=table.hours or (), zone=table.time_zone or brand.time_zone),
        fallback=table.fallback,
        authority=table.authority,
        outcomes=tuple(map(CaseResolution, dict.fromkeys(table.outcomes))),
        voice=brand.voice,
        avatars=file.cards.avatars,
        page_from=CasePriority(table.page_from or file.paging.page_from),
        policy=brand.policy,
        deputies_accept=brand.deputies_accept,
        follow_up_after=brand.follow_up_after,
        expire_after=brand.expire_after,
        etiquette=EtiquetteRules(file.etiquette.answered_within, file.etiquette.max_approaches),
        point=table.point or "",
        offers=tuple(_build_offer(one, brand.time_zone) for one in file.offers if _is_for(one.departments, table)),
        guidance=tuple(
            Guidance(text=one.text, link=one.link, **_build_filter(one, brand.time_zone))
            for one in file.guidance
            if _is_for(one.departments, table)
        ),
    )


def _is_for(departments: tuple[str, ...], table: DepartmentTable) -> bool:
    return not departments or table.name in departments


def _build_offer(table: OfferTable, zone: str) -> Offer:
    return Offer(
        text=table.text,
        people=table.people,
        limit=table.limit,
        daily=table.daily,
        ask=table.ask or "",
        ask_within=table.ask_within,
        ask_default=table.ask_default == "yes",
        **_build_filter(table, zone),
    )


def _build_filter(table: FilterTable, zone: str) -> dict[str, Any]:
    """Return the fields of a `LabelFilter`."""
    return {
        "when": _normalize_labels(table.when),
        "unless": _normalize_labels(table.unless),
        "when_post": _build_conditions(table.when, zone),
        "unless_post": _build_conditions(table.unless, zone),
    }


def _build_route(table: RouteTable, number: int, zone: str) -> Route:
    return Route(
        name=table.name or f"route {number}",
        **_build_filter(table, zone),
        to=table.to,
        clocks=CaseClocks(
            claim_within=table.claim_within,
            lease=table.lease,
            resolve_within=table.resolve_within,
            remind_every=table.remind_every,
            follow_up_after=table.follow_up_after,
        ),
    )


def _build_spike_thresholds(table: SpikesTable, zone: str) -> SpikeThresholds:
    return SpikeThresholds(
        on=table.on,
        to=table.to or "",
        sensitivity=SpikeSensitivity(table.sensitivity),
        voices=table.voices,
        page_from_people=table.page_from_people,
        over_after=table.over_after,
        planned=tuple(_build_planned_event(one, ZoneInfo(zone)) for one in table.planned),
    )


def _build_planned_event(table: PlannedTable, zone: ZoneInfo) -> PlannedEvent:
    starts_at, ends_at = (_place_time(at, zone) for at in (table.starts_at, table.ends_at))
    return PlannedEvent(table.name, table.cause, table.subject, starts_at, ends_at, table.times, table.words)


def _build_campaign(table: CampaignTable, zone: ZoneInfo) -> Campaign:
    return Campaign(
        name=table.name,
        kind=CampaignKind(table.kind),
        subject=table.subject,
        parent=table.parent or "",
        starts_at=_place_time(table.starts_at, zone),
        ends_at=_place_time(table.ends_at, zone),
        words=table.words,
        owner=table.owner or "",
        assets=tuple(
            CampaignAsset(one.name, one.words, one.link, one.at and _place_time(one.at, zone)) for one in table.assets
        ),
        times=table.times,
    )


def _place_time(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the time in the brand's zone, unless it has an offset."""
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _build_escalation_policy(table: EscalationTable) -> EscalationPolicy:
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


def _build_contact(table: PersonTable) -> ContactDetails:
    return ContactDetails(
        table.name, table.phone, table.ntfy, table.pagerduty, table.time_zone or "", table.quiet_hours
    )


def _normalize_labels(asked: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Normalize language codes to those of the detector, and keep all other words."""
    return {
        key: frozenset(normalize_language(word) if key == "language" else word for word in ensure_list(value))
        for key, value in asked.items()
        if key not in CONDITION_KEYS
    }


def _build_conditions(asked: dict[str, Any], zone: str) -> tuple[PostCondition, ...]:
    return tuple(parse_condition(key, value, zone) for key, value in asked.items() if key in CONDITION_KEYS)
