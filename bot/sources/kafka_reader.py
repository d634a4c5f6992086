"""One member of a Kafka consumer group, by librdkafka: batches of messages, their commit, and how many wait."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import structlog

from bot.distribution import format_requirement
from bot.sources.outlet_client import OutletError

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, TopicPartition

log = structlog.get_logger()
T = TypeVar("T")

BATCH = 300
"""Messages that are read, published and committed together."""
POLL_WAIT = 1.0
"""Seconds to wait for the first message of a batch; the client's thread cannot be interrupted earlier."""
LINGER = 0.02
"""Seconds to wait for those behind the first."""
TIMEOUT = 10.0
FIXED = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",  # where an offset is gone, what is still there is read
    "partition.assignment.strategy": "cooperative-sticky",
    "session.timeout.ms": 10_000,  # until the partitions of a process that was killed are given to others
    "queued.max.messages.kbytes": 16_384,
    "log_level": 0,  # it would write to stderr; what matters comes to the error callback
}
REFUSALS = {
    "_AUTHENTICATION": "refuses the user or the password",
    "SASL_AUTHENTICATION_FAILED": "refuses the user or the password",
    "TOPIC_AUTHORIZATION_FAILED": "does not let us read the topic",
    "GROUP_AUTHORIZATION_FAILED": "does not let us use the consumer group",
    "UNKNOWN_TOPIC_OR_PART": "has no such topic",
    "_UNKNOWN_TOPIC": "has no such topic",
    "_SSL": "and Earshot do not agree on TLS",
}
"""Failures that last until a person acts."""


class TopicMessage(NamedTuple):
    partition: int
    offset: int
    value: bytes


class TopicBacklog(NamedTuple):
    waiting: int
    """Messages in the topic behind what the whole group has committed."""
    lost: int
    """Messages that Kafka has deleted before the group committed them."""


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """What a reader is opened with. Its properties may hold a password."""

    topic: str
    properties: dict[str, Any] = field(repr=False)
    keeps_position: bool = True
    """Whether the group's offsets are committed."""
    timeout: float = TIMEOUT
    """Seconds for one request."""


class TopicReader:
    """Calls of the client, each in the same thread and one after the other, because it is not thread-safe.

    Partitions change hands only within `read_batch()`, so what was read before is committed by then.
    """

    def __init__(self, connection: KafkaConnection, pool: ThreadPoolExecutor) -> None:
        """Raises `ValueError` with a sentence if the properties can never work."""
        try:
            self._kafka = import_module("confluent_kafka")
        except ImportError:
            raise ValueError(f"needs what the extra brings: pip install {format_requirement('kafka')}") from None
        self._topic = connection.topic
        self._keeps_position = connection.keeps_position
        self._timeout = connection.timeout
        self._pool = pool
        self._last_error = ""
        self._is_subscribed = False
        own = {"error_cb": self._record_error, "socket.timeout.ms": int(self._timeout * 1000)}
        try:
            self._consumer: Consumer = self._kafka.Consumer({**FIXED, **connection.properties, **own})
        except self._kafka.KafkaException as wrong:
            raise ValueError(f"is refused by the Kafka client: {wrong.args[0].str()}") from None

    async def subscribe(self) -> None:
        self._is_subscribed = True
        await self._call(lambda: self._consumer.subscribe([self._topic]))

    async def read_batch(self) -> list[TopicMessage]:
        """Wait up to `POLL_WAIT` for a message, and return it with those right behind it."""
        return await self._call(self._read_batch)

    async def commit(self, messages: Sequence[TopicMessage]) -> None:
        """Commit that these messages are published. If Kafka refuses, they come again to whoever reads them next."""
        if not self._keeps_position:
            return
        ends = {message.partition: message.offset + 1 for message in messages}
        await self._call(lambda: self._commit([self._build_partition(*end) for end in ends.items()]))

    async def commit_ends(self) -> None:
        """Commit the end of each partition of which the group has no offset yet. Raises `OutletError`."""
        await self._call(self._commit_ends)

    async def measure_backlog(self) -> TopicBacklog:
        """Ask Kafka for the offsets of all partitions. Raises `OutletError`."""
        return await self._call(self._measure_backlog)

    async def close(self) -> None:
        await self._call(self._consumer.close)

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _record_error(self, error: "KafkaError") -> None:
        if error.name() in REFUSALS or self._last_error not in REFUSALS:  # that all brokers are down follows its reason
            self._last_error = error.name()
        log.info("kafka error", topic=self._topic, code=error.name(), reason=error.str())

    def _read_batch(self) -> list[TopicMessage]:
        first = self._consumer.poll(POLL_WAIT)  # is false if it is empty, and None without a message
        found = [first, *self._consumer.consume(BATCH - 1, LINGER)] if first is not None else []
        messages = []
        for one in found:
            partition, offset, error = one.partition(), one.offset(), one.error()
            if error is not None:
                self._record_error(error)
            elif partition is not None and offset is not None:
                messages.append(TopicMessage(partition, offset, one.value() or b""))
        return messages

    def _commit(self, offsets: "list[TopicPartition]") -> None:
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except self._kafka.KafkaException as refused:
            log.info("kafka commit refused", topic=self._topic, code=refused.args[0].name())

    def _commit_ends(self) -> None:
        try:
            fresh = [one.partition for one in self._load_offsets() if one.offset < 0]
            ends = [self._build_partition(partition, self._load_bounds(partition)[1]) for partition in fresh]
            if ends:
                self._consumer.commit(offsets=ends, asynchronous=False)
        except self._kafka.KafkaException as failed:
            raise self._describe_failure(failed.args[0]) from None

    def _measure_backlog(self) -> TopicBacklog:
        waiting = lost = 0
        try:
            for one in self._load_offsets():
                low, high = self._load_bounds(one.partition)
                if one.offset >= 0:
                    waiting += max(0, high - max(low, one.offset))
                    lost += max(0, low - one.offset)
        except self._kafka.KafkaException as failed:
            raise self._describe_failure(failed.args[0]) from None
        self._last_error = ""
        return TopicBacklog(waiting, lost)

    def _load_offsets(self) -> "list[TopicPartition]":
        """Return each partition with what the group has committed, less than 0 for nothing. Raises `OutletError`."""
        topic = self._consumer.list_topics(self._topic, timeout=self._timeout).topics[self._topic]
        if topic.error is not None:
            raise self._describe_failure(topic.error)
        wanted = [self._build_partition(partition) for partition in topic.partitions]
        return self._consumer.committed(wanted, timeout=self._timeout)

    def _load_bounds(self, partition: int) -> tuple[int, int]:
        """Return the first offset that is still there, and the next one that will be written."""
        bounds: tuple[int, int] = self._consumer.get_watermark_offsets(
            self._build_partition(partition), timeout=self._timeout
        )
        return bounds

    def _build_partition(self, partition: int, offset: int = -1001) -> "TopicPartition":
        found: TopicPartition = self._kafka.TopicPartition(self._topic, partition, offset)
        return found

    def _describe_failure(self, error: "KafkaError") -> OutletError:
        """Return what a person can act on: the reason is often in an earlier error of the connection."""
        if not self._is_subscribed:
            self._consumer.poll(0)  # hands over the errors; a batch does so otherwise, and would miss what this returns
        for name in (error.name(), self._last_error):
            if name in REFUSALS:
                return OutletError(REFUSALS[name], needs_person=True)
        return OutletError(f"cannot be reached ({error.name().strip('_').lower()})")


@asynccontextmanager
async def open_reader(connection: KafkaConnection) -> AsyncIterator[TopicReader]:
    """Open a reader that has not joined its group yet, and leave the group in the end. Raises `ValueError`."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="kafka")
    try:
        reader = TopicReader(connection, pool)
        try:
            yield reader
        finally:
            await reader.close()
    finally:
        pool.shutdown(wait=False)
