"""Recent mentions outlive the worker that triaged them, and other workers know them."""

from collections.abc import Awaitable, Callable, Sequence

import pytest
import redis
from structlog.testing import capture_logs

from bot.benchmarks.fixtures import SAMPLE_DAY, open_playbook
from bot.detectors.detector import MentionStats
from bot.domain.case import derive_case_id
from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.domain.routing import RouteList
from bot.live_rules import ReloadableRules
from bot.store.case_writer import build_lookup_keys
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from bot.workers.triage import TriageWorker
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeAssessor, FakeResult, FakeRules
from tests.workers.numbered_mentions import admit_mentions, build_numbered_mention

SAME = "get the same few words from all of us today"


class RecordingRules(FakeRules):
    """Notes what was known beside each mention."""

    def __init__(self) -> None:
        super().__init__()
        self.known_beside: dict[str, MentionStats] = {}
        self.meanwhile: Callable[[], object] = int

    def list_routes(self) -> RouteList:
        """Asked between the look at what is there and the commit."""
        meanwhile, self.meanwhile = self.meanwhile, int
        meanwhile()
        return super().list_routes()

    def get_assessor(self) -> FakeAssessor:
        beside, assessor = self.known_beside, super().get_assessor()

        class Noting(FakeAssessor):
            async def assess_in_thread(
                self,
                batch: Sequence[Mention],
                stats: Sequence[MentionStats] = (),
                count_waiting: Callable[[], Awaitable[int]] | None = None,
            ) -> list[FakeResult]:
                beside.update(zip((mention.id for mention in batch), stats, strict=True))
                return await assessor.assess_in_thread(batch, stats, count_waiting)

        return Noting(self.read_intent)


class RestartableTriage:
    """A worker, and after a restart another one on the same store."""

    def __init__(self, store: Store, clock: SteppedClock) -> None:
        self.store, self.clock, self.rules = store, clock, RecordingRules()
        self.restart()

    def restart(self, name: str = "one") -> None:
        self.triage = TriageWorker(self.store, self.rules, self.clock, name, wait=False)

    async def triage_mention(self, *mentions: Mention) -> MentionStats:
        """What was known beside the last of them."""
        await admit_mentions(self.store, self.clock, *mentions)
        while await self.triage.step():
            pass
        return self.rules.known_beside[mentions[-1].id]


@pytest.fixture
def triaging(store: Store, clock: SteppedClock) -> RestartableTriage:
    return RestartableTriage(store, clock)


@pytest.fixture(scope="module")
def rules() -> ReloadableRules:
    return ReloadableRules(open_playbook(SAMPLE_DAY))


def complaint(number: int) -> Mention:
    return build_numbered_mention(
        number, text=f"@northwindair you lost my bag again, {number} days now", author={"id": "marta"}
    )


async def urgencies(store: Store, rules: ReloadableRules, clock: SteppedClock, *, restarts: bool) -> list[int]:
    """Of the same person's posts, some in the morning and more at noon."""
    triage = TriageWorker(store, rules, clock, "one", wait=False)
    for number in range(24):
        if restarts:
            triage = TriageWorker(store, rules, clock, "one", wait=False)
        await admit_mentions(store, clock, complaint(number))
        while await triage.step():
            pass
        clock.advance(minutes=20 if number < 12 else 0.5)
    cases = await store.cases.find([derive_case_id(f"x:{number}") for number in range(24)])
    return [case.assessment.urgency for case in cases.values()]


async def test_urgency_after_a_restart_is_as_before_it(
    store: Store, client: RedisClient, brand: str, rules: ReloadableRules
) -> None:
    through = await urgencies(store, rules, SteppedClock(), restarts=False)
    other = Store(client, f"{brand}-restarted", "test")
    await other.inbox.create_group()
    assert await urgencies(other, rules, SteppedClock(), restarts=True) == through
    assert len(set(through)) > 2, "a wave and earlier posts should have made them rise"


async def test_the_third_account_with_the_same_words_is_known_as_a_copy_after_a_restart(
    triaging: RestartableTriage,
) -> None:
    await triaging.triage_mention(
        build_numbered_mention(1, text=SAME), build_numbered_mention(2, text=f"@brand {SAME.upper()}")
    )
    triaging.restart()
    assert (await triaging.triage_mention(build_numbered_mention(3, text=SAME))).copies == 3


async def test_who_triages_beside_another_knows_what_that_one_triaged(store: Store, clock: SteppedClock) -> None:
    one, two = RestartableTriage(store, clock), RestartableTriage(store, clock)
    two.restart("two")
    await one.triage_mention(build_numbered_mention(1, text=SAME))
    assert (await two.triage_mention(build_numbered_mention(2, text=SAME))).copies == 2
    assert (await one.triage_mention(build_numbered_mention(3, text=SAME))) == MentionStats(
        recent=3, expected=3, copies=3, received_at=clock.now()
    )


async def test_what_was_triaged_more_than_a_day_ago_is_not_recalled(
    triaging: RestartableTriage, clock: SteppedClock
) -> None:
    await triaging.triage_mention(build_numbered_mention(1, text=SAME))
    clock.advance(hours=25)
    triaging.restart()
    assert (await triaging.triage_mention(build_numbered_mention(2, text=SAME))).copies == 1


async def test_more_than_a_page_is_recalled(triaging: RestartableTriage) -> None:
    for number in range(120):
        await triaging.triage_mention(build_numbered_mention(number))
    triaging.restart()
    assert (await triaging.triage_mention(build_numbered_mention(999))).recent == 121


async def test_what_another_worker_outran_is_remembered_all_the_same(
    triaging: RestartableTriage, redis_url: str, keys: Keys
) -> None:
    """Both come too late, and what is remembered of them is upkeep, which no guard stops."""
    first = build_numbered_mention(1, text=SAME)

    def opens() -> None:
        with redis.Redis.from_url(redis_url) as quicker:
            for trace in build_lookup_keys(keys, first, "Northwind"):
                quicker.set(trace.key, "a case of another worker")

    triaging.rules.meanwhile = opens
    await triaging.triage_mention(first, build_numbered_mention(2, text=SAME))
    triaging.restart()
    assert (await triaging.triage_mention(build_numbered_mention(3, text=SAME))).copies == 3


async def test_what_was_written_down_twice_counts_once(
    triaging: RestartableTriage, client: RedisClient, keys: Keys
) -> None:
    """As where the driver repeats a call whose answer was lost."""
    await triaging.triage_mention(build_numbered_mention(1, text=SAME, author={"id": "marta"}))
    ((_, fields),) = await client.execute("XRANGE", keys.recent_mentions, "-", "+")
    await client.execute("XADD", keys.recent_mentions, "*", *fields)
    triaging.restart()
    again = await triaging.triage_mention(build_numbered_mention(2, text=SAME, author={"id": "marta"}))
    assert (again.earlier, again.copies, again.recent) == (1, 1, 2)


@pytest.mark.parametrize("body", ["", "no JSON", "[[1,2]]", '[["x",1,2,3]]', '[[99999999999999999999,"a","b","c"]]'])
async def test_an_entry_that_cannot_be_read_is_skipped_with_one_line(
    triaging: RestartableTriage, client: RedisClient, keys: Keys, body: str
) -> None:
    await triaging.triage_mention(build_numbered_mention(1, text=SAME))
    await client.execute("XADD", keys.recent_mentions, "*", "heard", body)
    triaging.restart()
    with capture_logs() as lines:
        assert (await triaging.triage_mention(build_numbered_mention(2, text=SAME))).copies == 2
        assert (await triaging.triage_mention(build_numbered_mention(3, text=SAME))).copies == 3
    skipped = [line for line in lines if line.get("stream") == "lately"]
    assert [(line["event"], body in line.values()) for line in skipped] == [("entry skipped", False)]


async def test_no_word_that_anybody_said_is_written_down(
    triaging: RestartableTriage, client: RedisClient, keys: Keys
) -> None:
    await triaging.triage_mention(build_numbered_mention(1, text="Marta's suitcase is in Faro"))
    kept = str(await client.execute("XRANGE", keys.recent_mentions, "-", "+")).lower()
    assert "x:1" in kept
    assert not any(word in kept for word in ("marta", "suitcase", "faro"))


async def test_what_its_worker_has_forgotten_is_dropped(
    triaging: RestartableTriage, client: RedisClient, keys: Keys
) -> None:
    """The server drops whole nodes, of a hundred entries or so."""
    clock = triaging.clock
    clock.advance(days=3650)  # entries are known by the server's time, and what is trimmed by the worker's
    for number in range(300):
        await triaging.triage_mention(build_numbered_mention(number))
    assert int(await client.execute("XLEN", keys.recent_mentions)) < 150


async def test_who_lost_the_store_after_all_was_recalled_knows_it_still(
    triaging: RestartableTriage, store: Store, clock: SteppedClock
) -> None:
    await triaging.triage_mention(build_numbered_mention(1, text=SAME))
    triaging.restart()
    await admit_mentions(store, clock, build_numbered_mention(2, text=SAME))
    triaging.rules.away = True
    with pytest.raises(StoreUnavailable):
        await triaging.triage.step()
    triaging.rules.away = False
    assert (await triaging.triage_mention(build_numbered_mention(3, text=SAME))).copies == 3
