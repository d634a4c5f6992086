"""The store as a whole: its parts over one connection, opened and closed together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.store.access_check import verify_permissions, verify_write_access
from bot.store.audit_log import AuditLogReader
from bot.store.backfires import BackfireStore
from bot.store.baselines import BaselineStore
from bot.store.calendars import CalendarLinkStore, CalendarStore
from bot.store.campaigns import CampaignStore
from bot.store.case_queues import CaseQueueStore
from bot.store.cases import CaseStore
from bot.store.client import RedisClient
from bot.store.corrections import CorrectionStore
from bot.store.crises import CrisisStore
from bot.store.day_messages import DayMessageStore
from bot.store.dead_letters import DeadLetterStore
from bot.store.deletions import DeletionQueue
from bot.store.digests import DigestStore
from bot.store.drills import DrillStore
from bot.store.embedded_server import run_embedded
from bot.store.episode_cases import EpisodeCaseStore
from bot.store.episodes import EpisodeStore
from bot.store.exports import ExportStore
from bot.store.flagged_mentions import FlagStore
from bot.store.health_issues import HealthIssueStore
from bot.store.health_state import HealthStateStore
from bot.store.history import HistoryStore
from bot.store.hour_sums import HourSumStore
from bot.store.inbox import Inbox
from bot.store.installations import InstallationStore
from bot.store.keys import Keys
from bot.store.leases import LeaseManager
from bot.store.ledger import LedgerStore
from bot.store.mutes import MuteStore
from bot.store.oncall import OverrideStore, ScheduleGapStore
from bot.store.outbox import Outbox
from bot.store.pages import PageStore
from bot.store.person_notes import PersonNoteStore
from bot.store.persons import PersonStore
from bot.store.praise import PraiseStore
from bot.store.presence import ProcessPresence
from bot.store.quarantine import QuarantineStore
from bot.store.rate_limits import RateLimitStore
from bot.store.read_counts import ReadCountStore
from bot.store.recent_mentions import RecentMentionStore
from bot.store.recent_posts import RecentPostStore
from bot.store.replies import ReplyStore
from bot.store.report_counters import MentionCounters, ReportCounterStore
from bot.store.report_schedules import ReportScheduleStore
from bot.store.restore_records import RestoreRecordStore
from bot.store.roles import RoleStore
from bot.store.roll_ups import RollUpStore
from bot.store.shards import (
    MentionIntake,
    MentionShard,
    ShardIntake,
    ShardMentionCounters,
    ShardSourceHealthStore,
    build_shard_client,
)
from bot.store.shift_summaries import ShiftSummaryStore
from bot.store.signing_secrets import SigningSecretStore
from bot.store.source_health import SourceHealthStore
from bot.store.spam import SpamStore
from bot.store.spike_stream import SpikeStream
from bot.store.theme_register import ThemeStore


class Store:
    """All parts of the store of one brand, over one connection. `brand` is the brand's id."""

    def __init__(self, client: RedisClient, brand: str, holder: str, shards: Sequence[MentionShard] = ()) -> None:
        """`holder` names this process in leases and consumer groups."""
        self.brand = brand
        self.client = client
        self.shards = shards
        self.keys = Keys(brand)
        self._open_case_stores(client, self.keys)
        self._open_report_stores(client, self.keys)
        self._open_on_call_stores(client, self.keys)
        self._open_process_stores(client, self.keys, holder)

    def _open_case_stores(self, client: RedisClient, keys: Keys) -> None:
        self.inbox = Inbox(client, keys)
        self.intake: MentionIntake = ShardIntake(self.inbox, self.shards) if self.shards else self.inbox
        self.cases = CaseStore(client, keys)
        self.case_queues = CaseQueueStore(client, keys, self.cases)
        self.outbox = Outbox(client, keys)
        self.digests = DigestStore(client, keys)
        self.roll_ups = RollUpStore(client, keys)
        self.praise = PraiseStore(client, keys, self.cases)
        self.replies = ReplyStore(client, keys)
        self.persons = PersonStore(client, keys, self.cases, self.outbox, self.replies)
        self.person_notes = PersonNoteStore(client, keys)
        self.flags = FlagStore(client, keys)
        self.deletions = DeletionQueue(client, keys)
        self.history = HistoryStore(client, keys)
        self.audit_log = AuditLogReader(client, keys)
        self.recent_mentions = RecentMentionStore(client, keys)
        self.recent_posts = RecentPostStore(client, keys, self.cases)
        self.spike_stream = SpikeStream(client, keys)
        self.mutes = MuteStore(client, keys)
        self.day_messages = DayMessageStore(client, keys)

    def _open_report_stores(self, client: RedisClient, keys: Keys) -> None:
        self.report_counters = ReportCounterStore(client, keys)
        self.hour_sums = HourSumStore(client, keys)
        shards = self.shards
        self.mention_counters = ShardMentionCounters(client, keys, shards) if shards else MentionCounters(client, keys)
        self.themes = ThemeStore(client, keys)
        self.corrections = CorrectionStore(client, keys)
        self.spam = SpamStore(client, keys)
        self.baselines = BaselineStore(client, keys)
        self.backfires = BackfireStore(client, keys)
        self.campaigns = CampaignStore(client, keys)
        self.episodes = EpisodeStore(client, keys)
        self.episode_cases = EpisodeCaseStore(client, keys, self.cases)
        self.ledger = LedgerStore(client, keys, self.cases)
        self.report_schedules = ReportScheduleStore(client, keys)
        self.exports = ExportStore(client, keys, self.cases, self.spam, self.episodes)

    def _open_on_call_stores(self, client: RedisClient, keys: Keys) -> None:
        self.overrides = OverrideStore(client, keys)
        self.calendars = CalendarStore(client, keys)
        self.pages = PageStore(client, keys)
        self.drills = DrillStore(client, keys)
        self.shift_summaries = ShiftSummaryStore(client, keys)
        self.crises = CrisisStore(client, keys)
        self.signing_secrets = SigningSecretStore(client, keys)
        self.calendar_links = CalendarLinkStore(client, keys)
        self.schedule_gaps = ScheduleGapStore(client, keys)
        self.roles = RoleStore(client, keys)

    def _open_process_stores(self, client: RedisClient, keys: Keys, holder: str) -> None:
        self.rate_limits = RateLimitStore(client, keys)
        self.leases = LeaseManager(client, keys, holder)
        self.presence = ProcessPresence(client, keys, holder)
        self.dead_letters = DeadLetterStore(client, keys)
        self.quarantine = QuarantineStore(client, keys)
        self.health_state = HealthStateStore(client, keys)
        self.health_issues = HealthIssueStore(client, keys)
        shards = self.shards
        self.source_health = ShardSourceHealthStore(client, keys, shards) if shards else SourceHealthStore(client, keys)
        self.reads = ReadCountStore(client, keys)
        self.restores = RestoreRecordStore(client, keys)
        self.installations = InstallationStore(client, keys, shards)

    async def find_next_deadline(self) -> datetime | None:
        """Return when the next deadline of a case or step of a page is due; it may have passed. None: there is none."""
        keys = (self.keys.deadlines, self.keys.pages)
        replies = await self.client.execute_each([("ZRANGE", key, 0, 0, "WITHSCORES") for key in keys])
        times = [float(flat[1]) for flat in replies if flat]
        return datetime.fromtimestamp(min(times), UTC) if times else None

    async def verify_access(self) -> None:
        """Raise `StoreUnavailable` if any command that is ever needed would be refused. Called at the start."""
        await self.check_writable()
        await verify_permissions(self.client, self.keys)
        for shard in self.shards:
            await shard.verify_access()

    @property
    def shard_count(self) -> int:
        """Return in how many parts mentions are let in: 1 without shards."""
        return max(1, len(self.shards))

    async def check_writable(self) -> None:
        """Raise `StoreUnavailable` if a commit would be refused."""
        await verify_write_access(self.client, self.keys)


@asynccontextmanager
async def connect_store(
    url: str, folder: Path, brand: str, holder: str, copies: int = 0, shards: int = 1
) -> AsyncIterator[Store]:
    """Connect to the Redis at `url` or, if that is empty, to the embedded server in `folder`.

    With more than one of `shards`, mentions are let in and assessed in so many places beside the brand's own keys.
    With `copies`, what is admitted or committed counts once so many replicas have it. Raises `ValueError` for the URL.
    """
    async with connect_stores(url, folder, [brand], holder, copies, shards) as [store]:
        yield store


@asynccontextmanager
async def connect_stores(
    url: str, folder: Path, brands: Sequence[str], holder: str, copies: int = 0, shards: int = 1
) -> AsyncIterator[list[Store]]:
    """Connect as `connect_store` does, once for each brand: in a cluster each may be on another node."""
    async with AsyncExitStack() as stack:
        if not url:
            url = (await stack.enter_async_context(run_embedded(folder))).url
        yield [await stack.enter_async_context(_connect_url(url, brand, holder, copies, shards)) for brand in brands]


@asynccontextmanager
async def _connect_url(url: str, brand: str, holder: str, copies: int, count: int) -> AsyncIterator[Store]:
    async with AsyncExitStack() as stack:
        client = RedisClient(url, brand, copies)
        stack.push_async_callback(client.close)
        shards = []
        for number in range(count if count > 1 else 0):
            own = build_shard_client(url, brand, number, copies)
            stack.push_async_callback(own.close)
            shards.append(MentionShard(number, own, brand, client))
        yield Store(client, brand, holder, shards)
