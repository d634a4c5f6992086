"""Kafka: nothing is lost and nothing comes twice, whoever stops when. Against a real protocol server."""

import asyncio
import itertools
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.kafka import KafkaOptions, build_connection, build_kafka_source, check_kafka
from bot.sources.kafka_consumer import KafkaSource
from bot.sources.kafka_reader import TopicMessage
from bot.sources.mention_parser import InvalidMentionError
from bot.store.store import Store
from bot.workers.ingest import InboxWriter
from tests.sources.kafka_cluster import PARTITIONS, KafkaCluster, run_cluster
from tests.sources.kafka_login import PASSWORD, USER, write_certificate
from tests.sources.source_fakes import PATIENCE, Inbox, InstantClock, run_source

SUBJECTS = (Subject(name="Northwind Air", terms=("northwind air",)),)
NOBODY = "127.0.0.1:1"
QUICK = 1.0
"""Seconds for a request, where it is to fail."""
_topics = itertools.count()


@pytest.fixture(scope="module")
def cluster() -> Iterator[KafkaCluster]:
    with run_cluster() as running:
        yield running


@pytest.fixture
def topic(cluster: KafkaCluster) -> str:
    """A topic with one old post in each partition."""
    name = f"posts-{next(_topics)}"
    for partition in range(PARTITIONS):
        cluster.write(name, post(f"old-{partition}"), partition)
    return name


class WatchedInbox(Inbox):
    """Tells who waits for it that something happened."""

    def __init__(self, cursor: str | None = None) -> None:
        super().__init__(cursor)
        self.happened = asyncio.Event()

    async def publish(
        self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
    ) -> int:
        new = await super().publish(mentions, cursor, edits)
        self.happened.set()
        return new

    def set_status(self, sentence: str) -> None:
        super().set_status(sentence)
        self.happened.set()

    async def wait_until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                self.happened.clear()
                await self.happened.wait()


def post(name: str, **more: Any) -> dict[str, Any]:
    words = {"id": name, "text": "my bag is lost, northwind air", "created_at": "2026-11-20T11:59:00Z"}
    return {**words, "author": "marta", **more}


def build_context(**more: Any) -> SourceContext:
    return SourceContext("firehose", SystemClock(), lambda: 0.5, SUBJECTS, brand="northwind-air", **more)


def build_source(cluster: KafkaCluster, topic: str, context: SourceContext | None = None, **more: Any) -> KafkaSource:
    """With short times: this cluster lets a member wait until the session of any other could have ended."""
    context = context or build_context()
    options = KafkaOptions(brokers=(cluster.address,), topic=topic, **more)
    connection = build_connection(options, context)
    quick = replace(connection, properties={**connection.properties, "session.timeout.ms": 6_000}, timeout=1.0)
    return KafkaSource(quick, context, everything=options.everything)


def group_of(topic: str) -> str:
    return f"earshot.northwind-air.{topic}"


async def wait_committed(cluster: KafkaCluster, topic: str, expected: Sequence[int]) -> None:
    async with asyncio.timeout(PATIENCE):
        while await asyncio.to_thread(cluster.read_committed, topic, group_of(topic)) != list(expected):
            pass


def begin(cluster: KafkaCluster, topic: str) -> WatchedInbox:
    """The sink of a source that has started before: its group has read the old posts."""
    cluster.commit(topic, group_of(topic), 1)
    return WatchedInbox(f"{topic} {group_of(topic)}")


async def test_what_is_in_the_topic_at_the_first_start_is_not_posted(cluster: KafkaCluster, topic: str) -> None:
    sink = WatchedInbox()
    async with run_source(build_source(cluster, topic), sink):
        await sink.wait_until(lambda: bool(sink.backlogs))
        cluster.write(topic, post("new", id="reddit:t3_x"), 2)
        await sink.wait_until(lambda: bool(sink.published))
        await wait_committed(cluster, topic, [1, 1, 2, 1])
    assert sink.ids == ["reddit:t3_x"]
    assert sink.backlogs[0] == 0


async def test_offsets_are_committed_only_after_the_batch_was_published(cluster: KafkaCluster, topic: str) -> None:
    seen = list[list[int]]()

    class LookingInbox(WatchedInbox):
        async def publish(
            self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
        ) -> int:
            seen.append(await asyncio.to_thread(cluster.read_committed, topic, group_of(topic)))
            return await super().publish(mentions, cursor, edits)

    cluster.commit(topic, group_of(topic), 1)
    sink = LookingInbox(f"{topic} {group_of(topic)}")
    cluster.write(topic, post("first"))
    async with run_source(build_source(cluster, topic), sink):
        await sink.wait_until(lambda: bool(sink.published))
        await wait_committed(cluster, topic, [2, 1, 1, 1])
    assert seen == [[1, 1, 1, 1]]


async def test_what_the_store_refused_is_read_again(cluster: KafkaCluster, topic: str) -> None:
    sink = begin(cluster, topic)
    for number in range(3):
        cluster.write(topic, post(f"new-{number}"), number)

    class RefusingInbox(WatchedInbox):
        async def publish(self, *_: Any, **__: Any) -> int:
            raise StoreUnavailable

    refusing = RefusingInbox(await sink.load_cursor())
    with pytest.raises(StoreUnavailable):
        await build_source(cluster, topic).listen(refusing)
    assert await asyncio.to_thread(cluster.read_committed, topic, group_of(topic)) == [1, 1, 1, 1]

    async with run_source(build_source(cluster, topic), sink):
        await sink.wait_until(lambda: len(sink.published) == 3)
        await wait_committed(cluster, topic, [2, 2, 2, 1])
    assert sorted(sink.ids) == ["firehose:new-0", "firehose:new-1", "firehose:new-2"]


async def test_after_a_crash_before_the_commit_the_store_drops_what_it_has(
    cluster: KafkaCluster, topic: str, store: Store
) -> None:
    """The end of a process between two steps: the batch is stored, and its offsets are not committed."""

    class DyingWriter(InboxWriter):
        async def publish(
            self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
        ) -> int:
            await super().publish(mentions, cursor, edits)
            raise asyncio.CancelledError

    cluster.commit(topic, group_of(topic), 1)
    await InboxWriter("firehose", store, SystemClock()).save_cursor(f"{topic} {group_of(topic)}")
    for number in range(20):
        cluster.write(topic, post(f"new-{number}"), number % PARTITIONS)
    with suppress(asyncio.CancelledError):
        await build_source(cluster, topic).listen(DyingWriter("firehose", store, SystemClock()))
    before, _ = await store.inbox.measure_backlog()
    assert before > 0
    assert await asyncio.to_thread(cluster.read_committed, topic, group_of(topic)) == [1, 1, 1, 1]

    async with run_source(build_source(cluster, topic), InboxWriter("firehose", store, SystemClock())):
        await wait_committed(cluster, topic, [6, 6, 6, 6])
    assert (await store.inbox.measure_backlog())[0] == 20


async def test_two_members_share_the_partitions_and_one_takes_over_those_of_the_other(
    cluster: KafkaCluster, topic: str
) -> None:
    first, second = begin(cluster, topic), begin(cluster, topic)
    names = (f"new-{number}" for number in itertools.count())
    async with run_source(build_source(cluster, topic), first):
        async with run_source(build_source(cluster, topic), second):
            async with asyncio.timeout(PATIENCE):
                while not second.published:  # until the group has given it its part
                    await asyncio.to_thread(write_to_all, cluster, topic, names)
                    await asyncio.sleep(0.2)
        await asyncio.to_thread(write_to_all, cluster, topic, names)
        written = int(next(names).removeprefix("new-"))
        async with asyncio.timeout(PATIENCE):
            while len({*first.ids, *second.ids}) < written:  # noqa: ASYNC110 - two sinks are watched
                await asyncio.sleep(0.05)
    assert first.published
    assert {*first.ids, *second.ids} == {f"firehose:new-{number}" for number in range(written)}


def write_to_all(cluster: KafkaCluster, topic: str, names: Iterator[str]) -> None:
    for partition in range(PARTITIONS):
        cluster.write(topic, post(next(names)), partition)


BAD: Mapping[bytes, str] = {
    b"": "is not JSON (expecting value at character 1)",
    b"[1]": "is not a JSON object",
    b"\xff\xfe": "is not JSON (expecting value at character 1)",
    json.dumps({"id": "1", "text": "northwind air"}).encode(): '"created_at" is missing',
    json.dumps({"id": ["1"], "text": "x", "created_at": "2026-11-20T11:59:00Z"}).encode(): '"id" is not a string',
    b"[" * 100_000: "is JSON that cannot be read",
}


async def test_a_message_that_is_no_mention_is_counted_and_those_behind_it_arrive(
    cluster: KafkaCluster, topic: str
) -> None:
    sink = begin(cluster, topic)
    for bad in BAD:
        cluster.write(topic, bad)
    cluster.write(topic, post("good"))
    async with run_source(build_source(cluster, topic), sink):
        await sink.wait_until(lambda: sink.ids == ["firehose:good"])
        await wait_committed(cluster, topic, [2 + len(BAD), 1, 1, 1])
    said = [one for one in sink.statuses if "skipped" in one]
    assert sum(int(one.partition(" ")[0]) for one in said) == len(BAD)
    assert said[-1].endswith("skipped, the last one: is JSON that cannot be read (partition 0, offset 6).")


@pytest.mark.parametrize(("raw", "reason"), BAD.items())
def test_why_a_message_is_skipped_repeats_none_of_it(raw: bytes, reason: str) -> None:
    source = build_kafka_source(KafkaOptions(brokers=(NOBODY,), topic="posts"), build_context())
    with pytest.raises(InvalidMentionError) as raised:
        source.parse_message(TopicMessage(0, 0, raw))
    assert str(raised.value) == reason


async def test_only_what_names_a_subject_is_published_and_edits_and_deletions_are_passed_on(
    cluster: KafkaCluster, topic: str
) -> None:
    sink = begin(cluster, topic)
    for message in (
        post("named"),
        post("other", text="a nice day"),
        post("edited", text="a nice day", edited_at="2026-11-20T12:00:00Z"),
        {"id": "gone", "deleted_at": "2026-11-20T12:00:00Z"},
    ):
        cluster.write(topic, message)
    async with run_source(build_source(cluster, topic), sink):
        await sink.wait_until(lambda: len(sink.published) == 2)
        await wait_committed(cluster, topic, [5, 1, 1, 1])
    assert [one.id for one in sink.published] == ["firehose:named", "firehose:gone"]
    assert [one.id for one in sink.edits] == ["firehose:edited"]


async def test_with_everything_each_message_is_published(cluster: KafkaCluster, topic: str) -> None:
    sink = begin(cluster, topic)
    cluster.write(topic, post("other", text="a nice day"))
    async with run_source(build_source(cluster, topic, everything=True), sink):
        await sink.wait_until(lambda: sink.ids == ["firehose:other"])


async def test_brokers_that_do_not_answer_are_reported_until_they_do(topic: str, cluster: KafkaCluster) -> None:
    sink, clock = WatchedInbox(), InstantClock()
    context = SourceContext("firehose", clock, lambda: 0.5, SUBJECTS, brand="northwind-air")
    cluster.pause()
    try:
        async with run_source(build_source(cluster, topic, context), sink):
            await sink.wait_until(lambda: bool(sink.statuses))
            assert sink.statuses[-1].startswith("Kafka cannot be reached (")
            assert sink.reports["outlet"].startswith("The Kafka of firehose cannot be reached (")
            cluster.resume()
            await sink.wait_until(lambda: bool(sink.backlogs))
            assert (sink.statuses[-1], sink.reports["outlet"]) == ("", "")
            cluster.write(topic, post("new"))
            await sink.wait_until(lambda: sink.ids == ["firehose:new"])
    finally:
        cluster.resume()


async def test_what_waits_is_measured_for_all_partitions(cluster: KafkaCluster, topic: str) -> None:
    begin(cluster, topic)
    for number in range(10):
        cluster.write(topic, post(f"new-{number}"), number % 3)
    options = KafkaOptions(brokers=(cluster.address,), topic=topic)
    found = await check_kafka(options, build_context())
    assert (found.faults, list(found.notes)) == ((), [f"10 messages of {topic} are waiting"])


async def test_a_trial_reads_what_comes_and_leaves_the_group_as_it_is(cluster: KafkaCluster, topic: str) -> None:
    begin(cluster, topic)
    trial = WatchedInbox()
    async with run_source(build_source(cluster, topic, build_context(is_trial=True)), trial):
        async with asyncio.timeout(PATIENCE):
            for number in itertools.count():
                await asyncio.to_thread(cluster.write, topic, post(f"new-{number}"))
                await asyncio.sleep(0.2)
                if trial.published:
                    break
    assert await asyncio.to_thread(cluster.read_committed, topic, group_of(topic)) == [1, 1, 1, 1]
    assert await asyncio.to_thread(cluster.read_committed, topic, f"{group_of(topic)}.listen") == [-1001] * PARTITIONS


async def test_the_check_says_what_is_wrong(cluster: KafkaCluster, topic: str) -> None:
    away = await check_kafka(KafkaOptions(brokers=(NOBODY,), topic=topic), build_context(), QUICK)
    [(place, sentence)] = away.faults
    assert place == ""
    assert sentence.startswith("Kafka cannot be reached (")
    no_password = await check_kafka(KafkaOptions(brokers=(cluster.address,), topic=topic, user="ana"), build_context())
    assert no_password.faults == (("", "has a user and no password. Set it in the variable of the source's secret"),)
    no_file = await check_kafka(
        KafkaOptions(brokers=(cluster.address,), topic=topic, tls=True, ca=Path("/nowhere/ca.pem")), build_context()
    )
    assert "is refused by the Kafka client" in no_file.faults[0][1]


def test_login_and_encryption_are_given_to_the_client_and_the_password_is_not_shown() -> None:
    options = KafkaOptions(
        brokers=("a:1", "b:2"), topic="posts", tls=True, ca=Path("ca.pem"), user="ana", mechanism="PLAIN"
    )
    connection = build_connection(options, build_context(secret="open sesame"))
    assert connection.properties == {
        "bootstrap.servers": "a:1,b:2",
        "group.id": "earshot.northwind-air.posts",
        "client.id": "earshot",
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "ana",
        "sasl.password": "open sesame",
        "ssl.ca.location": "ca.pem",
    }
    assert "sesame" not in repr(connection)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl on this machine")
    return write_certificate(tmp_path_factory.mktemp("kafka"))


@pytest.fixture(scope="module")
def locked(certificate: Path) -> Iterator[KafkaCluster]:
    with run_cluster(certificate) as running:
        yield running


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_broker_that_asks_for_tls_and_a_login_is_read(
    locked: KafkaCluster, certificate: Path, mechanism: str
) -> None:
    topic = f"posts-{next(_topics)}"
    for partition in range(PARTITIONS):
        await asyncio.to_thread(locked.write, topic, post(f"old-{partition}"), partition)
    sink, context = begin(locked, topic), build_context(secret=PASSWORD)
    source = build_source(locked, topic, context, tls=True, ca=certificate, user=USER, mechanism=mechanism)
    async with run_source(source, sink):
        await asyncio.to_thread(locked.write, topic, post("new"))
        await sink.wait_until(lambda: sink.ids == ["firehose:new"])


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_wrong_password_and_an_unknown_authority_are_said(
    locked: KafkaCluster, certificate: Path, mechanism: str
) -> None:
    words = {"brokers": [locked.address], "topic": "posts", "tls": True, "user": USER, "mechanism": mechanism}
    options = KafkaOptions.model_validate({**words, "ca": certificate})
    wrong = await check_kafka(options, build_context(secret="open barley"), QUICK)
    assert [said for _, said in wrong.faults] == ["Kafka refuses the user or the password"]
    unknown = await check_kafka(options.model_copy(update={"ca": None}), build_context(secret=PASSWORD), QUICK)
    assert [said for _, said in unknown.faults] == ["Kafka and Earshot do not agree on TLS"]
