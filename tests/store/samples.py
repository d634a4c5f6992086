"""One of each stored model, with everything in it that may be there."""

from datetime import UTC, datetime, time, timedelta

from pydantic import BaseModel

from bot.domain.assessment import Assessment, Signal
from bot.domain.audit import AuditEvent
from bot.domain.campaigns.backfire_record import BackfireRecord, BackfireWarning
from bot.domain.campaigns.campaign import Campaign, CampaignAsset, CampaignKind
from bot.domain.case import Case, CaseResolution, CaseStatus, JoinedMention, JoinReason
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.crisis import (
    ChecklistItem,
    Crisis,
    CrisisDeclaration,
    CrisisOrigin,
    CrisisUpdate,
    MentionCounts,
    SentimentOutcome,
    TimelineEntry,
)
from bot.domain.day_message import DayMessage
from bot.domain.drills import Drill
from bot.domain.health.issues import HealthIssue, HealthState
from bot.domain.health.source_silence import SourceActivity, SourceGap
from bot.domain.ledger.entry import EntryKind, EntryState, LedgerEntry
from bot.domain.mention import Author, Mention
from bot.domain.mutes import Mute, MuteKind
from bot.domain.oncall.overrides import ScheduleOverrides
from bot.domain.oncall.schedule import CoverRequest, Override, OverrideKind
from bot.domain.paging.page import (
    AttemptStatus,
    CauseKind,
    ContactMethod,
    Page,
    PageAttempt,
    PageCause,
    ReEscalation,
    Severity,
)
from bot.domain.reports.report_schedule import ReportCadence, ReportSchedule
from bot.domain.roles import RoleGrant, RoleKind, RoleRegister
from bot.domain.routing import CaseClocks
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import SpikeKind
from bot.domain.spikes.episode import Episode, SamplePost, SpikePeak
from bot.domain.spikes.seasonal_baseline import QuarterHour, SeasonalBaseline
from bot.domain.spikes.topic_words import WordCounts
from bot.domain.themes import Theme, ThemeRegister
from bot.store.message_records import CardRecord, CardState, DigestRecord, MessageRef, RollUpRecord

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=7)

MENTION = Mention(
    id="x:1",
    source="x",
    text="third flight this month and my suitcase is gone AGAIN",
    created_at=AT,
    url="https://x.com/marta/status/1",
    lang="en",
    conversation="c1",
    in_reply_to="x:0",
    subjects=("Northwind Air",),
    author=Author(id="7", handle="marta_flies", name="Marta", followers=3400, following=80, posts=9, created_at=AT),
)
ASSESSMENT = Assessment(
    signals=(
        Signal("model", "sentiment:negative", 0.91, "'suitcase', 'gone'"),
        Signal("model", "sentiment:neutral", 0.08, "", holds=False),
        Signal("urgency", "urgency:reach", 1.0, "3,400 followers", weight=12),
    )
)
CORRECTION = Correction(CorrectionKind.INTENT, "complaint", "question", "U0ANA", LATER, ("intent:question",))
CASE = Case(
    id="0a1b2c3d4e5f60",
    version=7,
    mention=MENTION,
    assessment=ASSESSMENT,
    department="care",
    route="complaint",
    clocks=CaseClocks(claim_within=timedelta(minutes=15), lease=timedelta(minutes=30)),
    status=CaseStatus.RESOLVED,
    owner="U0ANA",
    resolution=CaseResolution.FIXED,
    note="found it",
    opened_at=AT,
    waiting_since=AT,
    claimed_at=AT,
    resolved_at=LATER,
    due=LATER,
    rung=2,
    rung_at=LATER,
    called=("U0RAJ", "#C0OPS"),
    round=1,
    alarm=True,
    lease_began=AT,
    lease_ends=LATER,
    lease_said=True,
    overdue_said=True,
    joined=(JoinedMention("x:2", "@joe", "https://x.com/joe/status/2", LATER, JoinReason.COPY),),
    joined_count=1,
    history=(AuditEvent(AT, "", "opened", "by route complaint"), AuditEvent(LATER, "U0ANA", "resolved", "fixed")),
    corrections=(CORRECTION,),
    as_heard=ASSESSMENT,
)
PAGE = Page(
    id="page1",
    version=4,
    cause=PageCause(CauseKind.CASE, "0a1b2c3d4e5f60", 1),
    severity=Severity.SEV1,
    department="care",
    opened_at=AT,
    round=2,
    due=LATER,
    first="U0LEA",
    leader="page0",
    count=2,
    attempts=(
        PageAttempt(1, 1, ContactMethod.SLACK, "U0RAJ", AT, AttemptStatus.DELIVERED, "", AT, 1, LATER, "ref"),
        PageAttempt(2, 1, ContactMethod.CALL, "U0MIA", LATER),
    ),
    hole=True,
    nobody=True,
    acknowledged_by="U0RAJ",
    acknowledged_at=LATER,
    acknowledged_way="slack",
    closed_at=LATER,
    held_until=LATER,
    unclaimed=ReEscalation("U0RAJ", "slack", AT, LATER, 2, 1),
)
CRISIS = Crisis(
    id="cr1",
    version=3,
    told=CrisisDeclaration(Severity.SEV1, "Smoke on board NW 331", "care", "U0LEA", "U0BEN", "U0MIA", "ep-1"),
    origin=CrisisOrigin(AT, LATER, "Northwind Air"),
    declared_by="U0LEA",
    declared_at=AT,
    page="page2",
    channel="C0CR1",
    housed=True,
    status="All safe",
    updates=(CrisisUpdate(AT, "U0LEA", "All safe"),),
    update_due=LATER,
    reminded_for=LATER,
    checklist=(ChecklistItem("Call the airport", "U0BEN", LATER), ChecklistItem("Stop the campaign")),
    timeline=(TimelineEntry(AT, "U0LEA", "declared it"),),
    pinned=("1.2",),
    numbers=MentionCounts(9, 8),
    counted_at=LATER,
    paged_at=AT,
    acknowledged_at=LATER,
    closed_by="U0LEA",
    closed_at=LATER,
    went=SentimentOutcome(MentionCounts(1, 0), MentionCounts(9, 8), MentionCounts(2, 1)),
)
HEIGHT = SpikePeak(12, 9, 15, 1.5, AT, SpikeKind.NEGATIVE)
EPISODE = Episode(
    id="ep-1",
    version=2,
    subject="Northwind Air",
    department="care",
    kind=HEIGHT.kind,
    words=("suitcase",),
    started_at=AT,
    opened_at=AT,
    unusual_at=LATER,
    written_at=LATER,
    ended_at=LATER,
    begun=HEIGHT,
    peak=HEIGHT,
    posts=12,
    crowd="1,2",
    doubtful="3",
    as_cases=4,
    firsts=(SamplePost("x:1", "@marta_flies", "https://x.com/1", "my suitcase", AT),),
    samples=(SamplePost("x:2", "@joe", "https://x.com/2", "mine too", LATER),),
    learning=True,
    paged_at=LATER,
    unpaged="few voices",
    planned="spring sale",
    counted=(5, 1),
)
USUAL = SeasonalBaseline(quarters=3, total=4.5, total_hours=0.75, recent=(QuarterHour(1.0, 2.0),))
TROUBLE = HealthIssue(name="inbox", sentence="mentions wait for triage for 6 min", since=AT, well=1, over_at=LATER)

RECORDS: dict[str, BaseModel] = {
    "mention": MENTION,
    "assessment": ASSESSMENT,
    "case": CASE,
    "page": PAGE,
    "crisis": CRISIS,
    "episode": EPISODE,
    "roles": RoleRegister(
        version=2,
        grants=(
            RoleGrant(
                id="g1",
                kind=RoleKind.DEPUTY,
                department="care",
                person="U0JOE",
                by="U0MIA",
                since=AT,
                until=datetime(2026, 3, 13, 18, tzinfo=UTC),
                accepted_at=LATER,
                ended_at=LATER,
            ),
            RoleGrant(
                id="g2", kind=RoleKind.POINT, department="care", person="U0ANA", by="U0MIA", since=AT, replaces="g1"
            ),
        ),
    ),
    "themes": ThemeRegister(
        version=3, added=(Theme(name="seats", words=("seat", "legroom")),), shown_as={"delay": "late flights"}
    ),
    "mute": Mute(
        kind=MuteKind.AUTHOR, name="marta_flies", by="U0ANA", since=AT, until=datetime(2026, 3, 13, 18, tzinfo=UTC)
    ),
    "backfire": BackfireRecord(
        name="Spring sale",
        version=2,
        subject="Northwind Air",
        started_at=AT,
        owner="U0ANA",
        before=0.25,
        warnings=(
            BackfireWarning(
                asset="Film",
                at=LATER,
                department="pr",
                people=20,
                critics=14,
                usual=0.25,
                minutes=25,
                doubtful=3,
                posts=(("x:1", (1773201600000, 0)),),
            ),
        ),
        muted_by="U0BEN",
    ),
    "campaign": Campaign(
        name="Spring sale",
        kind=CampaignKind.PULL,
        subject="Northwind Air",
        parent="Summer",
        starts_at=AT,
        ends_at=LATER,
        words=("spring sale",),
        owner="U0ANA",
        assets=(CampaignAsset("Film", ("spring film",), "https://example.com/film", AT),),
        times=4.0,
        started_by="U0ANA",
        ended_by="U0BEN",
    ),
    "day message": DayMessage(
        department="care",
        text="Refunds open at noon.",
        by="U0MIA",
        since=AT,
        until=LATER,
        replaced=DayMessage(department="care", text="Say sorry once.", by="U0MIA", since=AT, until=LATER),
    ),
    "report schedule": ReportSchedule(
        cadence=ReportCadence.WEEKLY,
        clock=time(9),
        weekday=4,
        to="#C0PR",
        by="U0MIA",
        after=AT,
        refused="is_archived",
    ),
    "ledger entry": LedgerEntry(
        id="15d737ef3fbc9b",
        kind=EntryKind.NEED,
        title="Quiet carriage",
        state=EntryState.DONE,
        link="https://northwind.example/quiet",
        department="research",
        opened_at=AT,
        changed_at=LATER,
        changed_by="U0TOM",
        people=12,
        newest=("0a1b2c3d4e5f60", "0a1b2c3d4e5f61"),
        is_telling=True,
    ),
    "drill": Drill(
        department="care", opened_at=AT, page="page3", asked_by="U0MIA", missed_at=LATER, why="a hole", ended_at=LATER
    ),
    "vigil": HealthState(
        version=9,
        looked_at=LATER,
        up_since=AT.timestamp(),
        heard={"x": SourceActivity(last=AT.timestamp(), longest={3: (SourceGap(20522, 90.0),)})},
        suspected=("books",),
        troubles={"inbox": TROUBLE},
        over=(TROUBLE,),
    ),
    "schedule": ScheduleOverrides(
        version=2,
        overrides=(
            Override(
                id="o1",
                schedule="care",
                person="U0ANA",
                start=AT,
                end=LATER,
                how=OverrideKind.COVER,
                by="U0BEN",
                at=AT,
                instead="U0BEN",
                plea="p1",
                undone="U0BEN",
            ),
        ),
        pleas=(CoverRequest(id="p1", schedule="care", person="U0BEN", start=AT, end=LATER, at=AT),),
    ),
    "usual": SubjectBaseline(
        subject="Northwind Air", version=5, until=900, volume=USUAL, words=WordCounts(posts=2.0, counts={"bag": 1.5})
    ),
    "card": CardRecord(
        state=CardState.POSTED,
        channel="C0CARE",
        ts="1.2",
        drawn=7,
        page=4,
        since=1,
        tries=1,
        digest="d1",
        stale=(MessageRef("C0OLD", "1.1"),),
        pinned=True,
        reminded=MessageRef("C0CARE", "1.3"),
    ),
    "roll-up": RollUpRecord(
        card=CardRecord(state=CardState.POSTED, channel="D0RAJ", ts="1.2", stale=(MessageRef("D0RAJ", "1.1"),)),
        day=20261122,
        is_open=True,
        shown="1 2026-11-22T09:00:00+00:00 0a1b2c3d4e5f60",
        shown_at=1700000000000,
        case="0a1b2c3d4e5f60",
    ),
    "digest": DigestRecord(id="d1", department="care", channel="C0CARE", ts="1.2", cases=("0a1b2c3d4e5f60",)),
}
