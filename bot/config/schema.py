"""The tables of the playbook file. Validation across tables is in `validators.py`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.config.field_types import (
    NAME_LENGTH,
    Account,
    AnsweredWithin,
    BrandId,
    Channel,
    DepartmentName,
    Duration,
    Expiry,
    FollowUpDelay,
    Hour,
    Language,
    Many,
    Name,
    People,
    Person,
    Phone,
    PlaybookTable,
    Some,
    Team,
    Term,
    Topic,
    Word,
    Zone,
    ensure_list,
    require_one_of,
)
from bot.config.playbook import DetectorOptions
from bot.config.schedules import Called, Clock, ScheduleTable
from bot.domain.amounts import Amount, parse_amount
from bot.domain.assessment import Intent, Sentiment
from bot.domain.campaigns.campaign import DEFAULT_TIMES, CampaignKind
from bot.domain.case import OUTCOMES, CasePriority
from bot.domain.crisis import CrisisPlan
from bot.domain.department import EXPIRE_AFTER, Department, EtiquetteRules
from bot.domain.drills import DrillSettings
from bot.domain.offers import DEFAULT_ASK_WITHIN
from bot.domain.paging.page import ContactMethod, Severity
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.replies.approval import ApprovalPolicy
from bot.domain.replies.drafts import NO_DRAFTS, PARTS
from bot.domain.replies.saved_replies import MAX_REPLY
from bot.domain.spikes.planned_events import PlannedCause
from bot.domain.spikes.thresholds import SpikeSensitivity, SpikeThresholds
from bot.domain.subject import SubjectKind


def _parse_amount(value: object) -> Amount:
    if not isinstance(value, str):
        raise ValueError("must be a word in quotes, like '50 EUR'")  # noqa: TRY004 - pydantic reports ValueError
    return parse_amount(value)


Prose = Annotated[str, Field(max_length=1500)]
"""Limited because cards show it, and Slack allows 10,000 characters in all."""


Link = Annotated[str, Field(max_length=500, pattern=r"^(https?://.*)?$")]
OfferAmount = Annotated[Amount, BeforeValidator(_parse_amount)]
PriorityWord = Annotated[str, AfterValidator(require_one_of(*CasePriority))]
OutcomeWord = Annotated[str, AfterValidator(require_one_of(*OUTCOMES))]


def _require_each_sentiment(value: tuple[str, ...]) -> tuple[str, ...]:
    if sorted(value) != sorted(Sentiment):
        raise ValueError("must be negative, neutral and positive, each once, in the order of the model's outputs")
    return value


class BrandTable(PlaybookTable):
    name: Name
    id: BrandId | None = None
    team: Team | None = None
    time_zone: Zone = "UTC"
    managers: Many[People] = ()
    handles: Many[Account] = ()
    voice: Prose = ""
    language: Language = "en"
    policy: Prose = ""
    deputies_accept: bool = False
    recognition: bool = False
    follow_up_after: FollowUpDelay = timedelta()
    expire_after: Expiry = EXPIRE_AFTER


class SubjectTable(PlaybookTable):
    name: Name
    kind: Annotated[str, AfterValidator(require_one_of(*SubjectKind))] = SubjectKind.BRAND.value
    terms: Annotated[Some[Term], BeforeValidator(ensure_list)]
    handles: Many[Term] = ()
    exclude: Many[Term] = ()


class ThemeTable(PlaybookTable):
    name: Name
    words: Annotated[Some[Term], BeforeValidator(ensure_list)]


class DepartmentTable(PlaybookTable):
    name: DepartmentName
    channel: Channel
    deputies: Many[People] = ()
    on_call: Many[Called] = ()
    hours: Many[Hour] | None = None
    time_zone: Zone | None = None
    fallback: Channel = ""
    authority: Prose = ""
    outcomes: Many[OutcomeWord] = ()
    page_from: PriorityWord | None = None
    point: Person | None = None

    @field_validator("hours")
    @classmethod
    def _reject_empty_hours(cls, value: Any) -> Any:
        if value == ():
            raise ValueError("an empty list would mean never. Leave the key out for always")
        return value


class FilterTable(PlaybookTable):
    """The words in `when` and `unless` are checked in `validators.py`."""

    when: dict[str, Any] = Field(default_factory=dict)
    unless: dict[str, Any] = Field(default_factory=dict)


class RouteTable(FilterTable):
    name: Name | None = None
    to: str
    claim_within: Duration | None = None
    lease: Duration | None = None
    resolve_within: Duration | None = None
    remind_every: Duration | None = None
    follow_up_after: FollowUpDelay | None = None


class OfferTable(FilterTable):
    text: Name
    departments: Many[Name] = ()
    people: Many[Person] = ()
    limit: OfferAmount | None = None
    daily: OfferAmount | None = None
    ask: Person | None = None
    ask_within: Duration = DEFAULT_ASK_WITHIN
    ask_default: Annotated[str, AfterValidator(require_one_of("yes", "no"))] = "no"

    @model_validator(mode="after")
    def _require_one_unit(self) -> Self:
        if self.limit and self.daily and self.limit.unit != self.daily.unit:
            raise ValueError(f"limit is in {self.limit.unit} and daily in {self.daily.unit}. Use one unit for both")
        if self.ask and not (self.limit or self.daily):
            raise ValueError("has somebody to ask for more, but no limit. Add one, like limit = '50 EUR'")
        return self


class GuidanceTable(FilterTable):
    text: Annotated[str, Field(min_length=1, max_length=500)]
    link: Link = ""
    departments: Many[Name] = ()


class EscalationTable(PlaybookTable):
    severity: Annotated[
        Some[Annotated[str, AfterValidator(require_one_of(*Severity))]], BeforeValidator(ensure_list)
    ] = tuple(severity.value for severity in Severity)
    departments: Many[Name] = ()
    ways: Annotated[
        Some[Annotated[str, AfterValidator(require_one_of(*ContactMethod))]], BeforeValidator(ensure_list)
    ] = tuple(way.value for way in ContactMethod)
    wait: Duration = EscalationPolicy().wait
    repeat_every: Duration = EscalationPolicy().repeat_every
    claim_within: Duration = EscalationPolicy().claim_within
    repeats: Annotated[int, Field(ge=0, le=1000)] | None = None
    quiet_hours: Many[Hour] = ()

    @field_validator("quiet_hours")
    @classmethod
    def _reject_sev1_quiet_hours(cls, value: Any, info: ValidationInfo) -> Any:
        if value and Severity.SEV1 in info.data.get("severity", ()):
            raise ValueError("'sev1' cannot wait. Name the severities that can, as in severity = \"sev2\"")
        return value


class PagingTable(PlaybookTable):
    page_from: PriorityWord = Department.model_fields["page_from"].default.value


class PersonTable(PlaybookTable):
    """A number or topic may refer to the environment instead: `env:EARSHOT_CONTACT_…`."""

    id: Person
    name: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    phone: Phone = ""
    ntfy: Topic = ""
    pagerduty: Annotated[str, Field(max_length=40)] = ""
    accounts: Many[Account] = ()
    time_zone: Zone | None = None
    quiet_hours: Many[Hour] = ()
    signature: Annotated[str, Field(max_length=100)] = ""


class ReplyTable(PlaybookTable):
    """A saved reply; its placeholders are `{name}` and `{signature}`."""

    name: Name
    for_: Annotated[
        tuple[Annotated[str, AfterValidator(require_one_of(*Intent))], ...], BeforeValidator(ensure_list)
    ] = Field((), alias="for")
    language: Language | None = None
    text: Annotated[str, Field(min_length=1, max_length=MAX_REPLY)]


class DraftsTable(PlaybookTable):
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)] | None = None
    model: Annotated[str, Field(max_length=200)] = ""
    send: Many[Annotated[str, AfterValidator(require_one_of(*PARTS))]] = tuple(sorted(NO_DRAFTS.send))

    @model_validator(mode="after")
    def _require_model(self) -> Self:
        if self.url and not self.model:
            raise ValueError("needs a model: its name at this endpoint")
        return self


class ApprovalTable(PlaybookTable):
    for_: Annotated[tuple[Name, ...], BeforeValidator(ensure_list)] = Field((), alias="for")
    """Intents and kinds of harm; checked in `validators.py`."""
    within: Duration = ApprovalPolicy().within
    default: Annotated[str, AfterValidator(require_one_of("send", "wait"))] = "send"
    by: Person | None = None


class OnnxTable(PlaybookTable):
    """Whether the files exist and fit together is checked when they are loaded."""

    file: Path
    tokenizer: Path
    classes: Annotated[tuple[str, ...], AfterValidator(_require_each_sentiment)]
    languages: Annotated[Some[Language], BeforeValidator(ensure_list)] = ("en",)


class DetectorsTable(PlaybookTable):
    engine: Annotated[str, AfterValidator(require_one_of("blend", "keen", "vader", "textblob", "onnx"))] = (
        DetectorOptions().engine
    )
    unsure_below: float = Field(DetectorOptions().unsure_below, ge=0, le=1)
    onnx: OnnxTable | None = None


class EventTable(PlaybookTable):
    name: Name
    subject: Name
    starts_at: datetime
    ends_at: datetime
    times: float = Field(DEFAULT_TIMES, ge=1, le=1_000)
    words: Many[Word] = ()

    @model_validator(mode="after")
    def _require_start_before_end(self) -> Self:
        if self.starts_at.replace(tzinfo=None) >= self.ends_at.replace(tzinfo=None):
            raise ValueError("ends before it starts")
        return self


class PlannedTable(EventTable):
    cause: PlannedCause


class AssetTable(PlaybookTable):
    name: Name
    words: Many[Word] = ()
    link: Link = ""
    at: datetime | None = None

    @model_validator(mode="after")
    def _require_words_or_link(self) -> Self:
        if not self.words and not self.link:
            raise ValueError("needs words or a link, so that posts about it are found")
        return self


class CampaignTable(EventTable):
    kind: Annotated[str, AfterValidator(require_one_of(*CampaignKind))] = CampaignKind.PUSH.value
    parent: Name | None = None
    owner: Person | None = None
    assets: Annotated[tuple[AssetTable, ...], Field(max_length=50)] = ()


class SpikesTable(PlaybookTable):
    planned: tuple[PlannedTable, ...] = ()
    """Defaults are those of `SpikeThresholds`."""
    on: bool = SpikeThresholds().on
    to: DepartmentName | None = None
    sensitivity: Annotated[str, AfterValidator(require_one_of(*SpikeSensitivity))] = SpikeThresholds().sensitivity.value
    voices: int = Field(SpikeThresholds().voices, ge=3, le=10_000)
    page_from_people: int = Field(
        SpikeThresholds().page_from_people,
        ge=0,
        le=100_000,
        validation_alias=AliasChoices("page_from_people", "page_from"),  # the name of releases before 0.2
    )
    over_after: Duration = SpikeThresholds().over_after


class DrillsTable(PlaybookTable):
    every: Duration | None = None
    at: Clock = DrillSettings().at
    departments: Many[Name] = ()

    @field_validator("every")
    @classmethod
    def _require_one_day(cls, value: timedelta | None) -> timedelta | None:
        if value is not None and value < timedelta(days=1):
            raise ValueError("is less than a day. A drill wakes people, so use '1d' or more")
        return value


class OperatorsTable(PlaybookTable):
    on_call: Many[Called] = ()
    channel: Channel = ""


class ChecklistTable(PlaybookTable):
    do: Annotated[str, Field(min_length=1, max_length=300)]


class CrisisTable(PlaybookTable):
    update_every: Duration = CrisisPlan().update_every
    checklist: Annotated[tuple[ChecklistTable, ...], Field(max_length=40)] = ()


class QuietTable(PlaybookTable):
    note_at: Clock | None = None
    note_at_hand_over: bool = False
    pages_a_night: Annotated[int, Field(ge=1, le=100)] | None = None


class CardsTable(PlaybookTable):
    avatars: bool = False


class EtiquetteTable(PlaybookTable):
    answered_within: AnsweredWithin = EtiquetteRules().answered_within
    max_approaches: Annotated[int, Field(ge=1, le=100)] = EtiquetteRules().max_approaches


class FileTable(PlaybookTable):
    """The whole file. Tables under `[sources]` are validated by their sources."""

    brand: BrandTable
    subjects: tuple[SubjectTable, ...] = ()
    themes: tuple[ThemeTable, ...] = ()
    departments: Some[DepartmentTable]
    routes: Some[RouteTable]
    paging: PagingTable = PagingTable()
    offers: tuple[OfferTable, ...] = ()
    guidance: tuple[GuidanceTable, ...] = ()
    escalations: tuple[EscalationTable, ...] = ()
    people: tuple[PersonTable, ...] = ()
    replies: tuple[ReplyTable, ...] = ()
    approval: ApprovalTable = ApprovalTable()
    drafts: DraftsTable = DraftsTable()
    detectors: DetectorsTable = DetectorsTable()
    cards: CardsTable = CardsTable()
    etiquette: EtiquetteTable = EtiquetteTable()
    schedules: tuple[ScheduleTable, ...] = ()
    drills: DrillsTable = DrillsTable()
    operators: OperatorsTable = OperatorsTable()
    crisis: CrisisTable = CrisisTable()
    quiet: QuietTable = QuietTable()
    spikes: SpikesTable = SpikesTable()
    campaigns: tuple[CampaignTable, ...] = ()
    sources: dict[str, dict[str, Any]] = Field(default_factory=dict)
