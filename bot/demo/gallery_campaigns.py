"""Samples of the gallery: a campaign with its warning, an episode with its page, and digests that managers schedule."""

from collections.abc import Iterator
from datetime import UTC, time, timedelta
from zoneinfo import ZoneInfo

from bot.cards import backfire_warning, campaign_list, episode_page, report_digest
from bot.cards.block_kit import RenderedMessage
from bot.demo.gallery_samples import AT, MIA
from bot.domain.campaigns.backfire_record import BackfireRecord, BackfireWarning
from bot.domain.campaigns.campaign import Campaign, CampaignBook
from bot.domain.campaigns.case_outcome import CaseOutcome
from bot.domain.campaigns.episode_figures import EpisodeFigures, EpisodeRef, EpisodeSpans
from bot.domain.ledger.entry import EntryKind, EntryState, LedgerEntry
from bot.domain.periods import TimeSpan
from bot.domain.reports.report import DepartmentFigures, SentimentCounts
from bot.domain.reports.report_schedule import ReportCadence, ReportSchedule
from bot.domain.reports.statistics import DurationStats
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.week_ahead import WeekAhead

DAY = timedelta(days=1)
SAID = ("enough of this ad, it is on every page", "the film is a joke while my flight is late", "stop pushing this")


def list_campaign_drawings() -> Iterator[tuple[str, RenderedMessage]]:
    begins = AT - 2 * DAY
    sale = Campaign(name="Spring sale", subject="Northwind Air", starts_at=begins, ends_at=AT + DAY, started_by=MIA)
    yield "Campaign: started", campaign_list.render_start_receipt(sale, AT)
    yield "Campaign: ended", campaign_list.render_end_receipt(sale.copy_with(ends_at=AT, ended_by=MIA))
    yield "Campaigns", campaign_list.render_campaigns(CampaignBook((sale,)), AT, sale.subject)
    yield "Campaigns: none", campaign_list.render_campaigns(CampaignBook(), AT, sale.subject)
    warning = BackfireWarning(
        asset="Film", at=AT, department="pr", people=40, critics=24, usual=0.2, minutes=25, doubtful=3
    )
    record = BackfireRecord(name=sale.name, subject=sale.subject, started_at=begins, before=0.2, warnings=(warning,))
    posts = [
        SpikeObservation(
            AT.timestamp(),
            sale.subject,
            f"x:{nth}",
            f"x:{nth}",
            "pr",
            name=f"@guest{nth}",
            url=f"https://x.example/{nth}",
            text=text,
        )
        for nth, text in enumerate(SAID)
    ]
    yield "Backfire: a warning", backfire_warning.render_backfire(record, warning, posts)
    yield "Backfire: muted", backfire_warning.render_backfire_mute(record.copy_with(muted_by=MIA))
    ref = EpisodeRef.from_campaign(sale)
    yield "Episodes", episode_page.render_episodes([ref], AT, sale.subject)
    yield "Episodes: none", episode_page.render_episodes([], AT, sale.subject)
    yield "Episode: its page", episode_page.render_episode_page(_build_figures(ref))


def list_digest_drawings(zone: str) -> Iterator[tuple[str, RenderedMessage]]:
    daily = ReportSchedule(cadence=ReportCadence.DAILY, clock=time(8), to=f"@{MIA}", by=MIA, after=AT)
    weekly = ReportSchedule(cadence=ReportCadence.WEEKLY, clock=time(9), to="#C0PR", by=MIA, after=AT)
    refused = weekly.copy_with(refused="not_in_channel")
    yield "Digests", report_digest.render_schedules([daily, weekly, refused], AT, zone)
    yield "Digests: none", report_digest.render_schedules([], AT, zone)
    yield "Digest: set", report_digest.render_schedule_receipt(weekly, AT, zone)
    yield "Digest: stopped", report_digest.render_stop_receipt([daily])
    yield "Digest: refused", report_digest.render_refusal(refused)
    sale = Campaign(name="Spring sale", subject="Northwind Air", starts_at=AT + DAY, ends_at=AT + 3 * DAY)
    planned = LedgerEntry(
        id="1",
        kind=EntryKind.NEED,
        title="Quiet carriage",
        state=EntryState.PLANNED,
        opened_at=AT,
        changed_at=AT,
        changed_by=MIA,
        people=14,
    )
    ahead = WeekAhead(
        TimeSpan(AT, AT + 7 * DAY),
        "Worse from Mon 2 Mar to Sun 8 Mar: 34 % negative (a week earlier 18). "
        "Negative posts are mostly about lost bags (12).",
        (sale,),
        departments=(DepartmentFigures("care", 14, 8), DepartmentFigures("pr", 2, 0)),
        follow_ups=(("care", 6),),
        entries=(planned,),
        gaps=(("ops", TimeSpan(AT + 5 * DAY, AT + 6 * DAY)),),
    )
    note = report_digest.format_digest_note(weekly.copy_with(cadence=ReportCadence.AHEAD))
    yield "Digest: the look ahead", report_digest.render_week_ahead(ahead, zone, note)


def _build_figures(ref: EpisodeRef) -> EpisodeFigures:
    """Return figures in which the second day was worse than the first. The parts add up to before and during."""
    parts = [(12, 30, 20, 2), (14, 28, 19, 1), (40, 52, 33, 3), (66, 48, 21, 4)]
    weekdays = [(25, 61, 38, 2), (29, 55, 41, 3), (22, 60, 35, 1), (27, 57, 40, 2)]
    labels = ("6 Mar", "7 Mar", "8 Mar", "9 Mar")
    return EpisodeFigures(
        ref=ref,
        spans=EpisodeSpans.from_ref(ref, AT, ZoneInfo("UTC")),
        brand_time=AT.astimezone(UTC),
        during=SentimentCounts(negative=106, neutral=100, positive=54, unsure=7),
        before=SentimentCounts(negative=26, neutral=58, positive=39, unsure=3),
        weekdays=tuple(SentimentCounts(*one) for one in weekdays),
        parts=tuple((label, SentimentCounts(*one)) for label, one in zip(labels, parts, strict=True)),
        outcome=CaseOutcome(
            total=44,
            answered=38,
            open=4,
            first_reply=DurationStats(38, 1260.0, 4500.0),
            again=9,
            turned=6,
            needs=5,
            resolutions=(("answered", 23), ("fixed", 12), ("won", 3), ("no action", 2)),
        ),
    )
