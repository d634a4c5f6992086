"""The store as a whole: its parts over one connection, opened and closed together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.store.access_check import verify_permissions, verify_write_access
from bot.store.baselines import BaselineStore
from bot.store.calendars import CalendarLinkStore, CalendarStore
from bot.store.cases import CaseStore
from bot.store.client import RedisClient
from bot.store.corrections import CorrectionStore
from bot.store.crises import CrisisStore
from bot.store.dead_letters import DeadLetterStore
from bot.store.digests import DigestStore
from bot.store.drills import DrillStore
from bot.store.embedded_server import run_embedded
from bot.store.episodes import EpisodeStore
from bot.store.health_issues import HealthIssueStore
from bot.store.health_state import HealthStateStore
from bot.store.inbox import Inbox
from bot.store.keys import Keys
from bot.store.leases import LeaseManager
from bot.store.oncall import OverrideStore, ScheduleGapStore
from bot.store.outbox import Outbox
from bot.store.paging import PageStore
from bot.store.quarantine import QuarantineStore
from bot.store.rate_limits import RateLimitStore
from bot.store.read_counts import ReadCountStore
from bot.store.recent_mentions import RecentMentionStore
from bot.store.report_counters import MentionCounters, ReportCounterStore
from bot.store.shift_summaries import ShiftSummaryStore
from bot.store.signing_secrets import SigningSecretStore
from bot.store.spam import SpamStore
from bot.store.spike_stream import SpikeStream


@dataclass(frozen=True, slots=True)
class Store:
    brand: str
    """Its id."""
    client: RedisClient
    keys: Keys
    inbox: Inbox
    cases: CaseStore
    outbox: Outbox
    digests: DigestStore
    overrides: OverrideStore
    calendars: CalendarStore
    pages: PageStore
    drills: DrillStore
    shift_summaries: ShiftSummaryStore
    crises: CrisisStore
    health_state: HealthStateStore
    signing_secrets: SigningSecretStore
    calendar_links: CalendarLinkStore
    schedule_gaps: ScheduleGapStore
    rate_limits: RateLimitStore
    leases: LeaseManager
    dead_letters: DeadLetterStore
    quarantine: QuarantineStore
    health_issues: HealthIssueStore
    reads: ReadCountStore
    report_counters: ReportCounterStore
    mention_counters: MentionCounters
    corrections: CorrectionStore
    spam: SpamStore
    spike_stream: SpikeStream
    recent_mentions: RecentMentionStore
    baselines: BaselineStore
    episodes: EpisodeStore

    async def verify_access(self) -> None:
        """Raises `StoreUnavailable` where anything that is ever asked of it would be refused. For the start."""
        await self.check_writable()
        await verify_permissions(self.client, self.keys)

    async def check_writable(self) -> None:
        """Raises `StoreUnavailable` where a commit would be refused."""
        await verify_write_access(self.client, self.keys)


def build_store(client: RedisClient, brand: str, holder: str) -> Store:
    """`holder` names this process in leases and consumer groups."""
    keys = Keys(brand)
    return Store(
        brand=brand,
        client=client,
        keys=keys,
        inbox=Inbox(client, keys),
        cases=CaseStore(client, keys),
        outbox=Outbox(client, keys),
        digests=DigestStore(client, keys),
        overrides=OverrideStore(client, keys),
        calendars=CalendarStore(client, keys),
        pages=PageStore(client, keys),
        drills=DrillStore(client, keys),
        shift_summaries=ShiftSummaryStore(client, keys),
        crises=CrisisStore(client, keys),
        health_state=HealthStateStore(client, keys),
        signing_secrets=SigningSecretStore(client, keys),
        calendar_links=CalendarLinkStore(client, keys),
        schedule_gaps=ScheduleGapStore(client, keys),
        rate_limits=RateLimitStore(client, keys),
        leases=LeaseManager(client, keys, holder),
        dead_letters=DeadLetterStore(client, keys),
        quarantine=QuarantineStore(client, keys),
        health_issues=HealthIssueStore(client, keys),
        reads=ReadCountStore(client, keys),
        report_counters=ReportCounterStore(client, keys),
        mention_counters=MentionCounters(client, keys),
        corrections=CorrectionStore(client, keys),
        spam=SpamStore(client, keys),
        spike_stream=SpikeStream(client, keys),
        recent_mentions=RecentMentionStore(client, keys),
        baselines=BaselineStore(client, keys),
        episodes=EpisodeStore(client, keys),
    )


@asynccontextmanager
async def connect_store(url: str, folder: Path, brand: str, holder: str) -> AsyncIterator[Store]:
    """On the Redis at `url`, or, where that is empty, on the embedded one in `folder`."""
    if url:
        async with _connect_url(url, brand, holder) as store:
            yield store
        return
    async with run_embedded(folder) as server, _connect_url(server.url, brand, holder) as store:
        yield store


@asynccontextmanager
async def _connect_url(url: str, brand: str, holder: str) -> AsyncIterator[Store]:
    client = RedisClient(url)
    try:
        yield build_store(client, brand, holder)
    finally:
        await client.close()
