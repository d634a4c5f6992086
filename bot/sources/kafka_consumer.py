"""The loop of the Kafka source: read a batch, publish its mentions, and only then commit its offsets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.mention import Mention
from bot.domain.text import format_count
from bot.sources.base import OUTLET, SOURCE, MentionSink, SourceContext
from bot.sources.kafka_reader import KafkaConnection, TopicMessage, TopicReader, open_reader
from bot.sources.mention_parser import LINE_LIMIT, InvalidMentionError, fill_source, parse_json, validate_mention
from bot.sources.outlet_client import OutletError
from bot.sources.term_filter import TermFilter

log = structlog.get_logger()

MEASURE_EVERY = timedelta(seconds=15)
RETRY = 5.0
"""Seconds after which Kafka is asked again when it did not answer."""


class KafkaSource:
    """At least once: a batch that was published and not committed comes again, and the inbox drops what it has seen.

    Raises `StoreUnavailable` from `listen()` when a batch could not be stored; it is read again after the restart.
    """

    def __init__(self, connection: KafkaConnection, context: SourceContext, *, everything: bool) -> None:
        self.name = context.name
        self._connection = connection
        self._clock = context.clock
        self._filter = TermFilter(()) if everything else context.build_term_filter()
        self._measure_at: datetime | None = None
        self._problem = ""
        self._issues: dict[str, str] = {}

    async def listen(self, sink: MentionSink) -> None:
        """Join the group and read until cancelled. Any number of processes may."""
        async with open_reader(self._connection) as reader:
            while not await self._start(reader, sink):
                await self._clock.sleep(RETRY)
            await reader.subscribe()
            while True:
                if self._measure_at is None or self._clock.now() >= self._measure_at:
                    await self._measure(reader, sink)
                if messages := await reader.read_batch():
                    await self._publish_batch(messages, sink)
                    await reader.commit(messages)

    async def _start(self, reader: TopicReader, sink: MentionSink) -> bool:
        """Return whether Kafka answered."""
        try:
            if self._connection.keeps_position:
                await self._begin_at_end(reader, sink)
        except OutletError as error:
            await self._report_failure(error, sink)
            return False
        return await self._measure(reader, sink)

    async def _begin_at_end(self, reader: TopicReader, sink: MentionSink) -> None:
        """At the first start, begin behind what is in the topic, once for all processes. Raises `OutletError`."""
        position = f"{self._connection.topic} {self._connection.properties['group.id']}"
        if await sink.load_cursor() == position:
            return
        async with sink.hold_source_lease():
            if await sink.load_cursor() != position:
                await reader.commit_ends()
                await sink.import_first((), position)

    async def _measure(self, reader: TopicReader, sink: MentionSink) -> bool:
        """Store how many messages wait; return whether Kafka answered."""
        self._measure_at = self._clock.now() + MEASURE_EVERY
        try:
            backlog = await reader.measure_backlog()
        except OutletError as error:
            await self._report_failure(error, sink)
            return False
        lost = f"{format_count(backlog.lost, 'message')} were deleted from the topic before Earshot read them."
        sink.set_status(lost if backlog.lost else self._problem)
        for part in (SOURCE, OUTLET):
            await self._report_issue(sink, part, "")
        await sink.report_backlog(backlog.waiting)
        return True

    async def _report_failure(self, error: OutletError, sink: MentionSink) -> None:
        sink.set_status(f"Kafka {error}.")
        part = SOURCE if error.needs_person else OUTLET
        await self._report_issue(sink, part, f"The Kafka of {self.name} {error}")

    async def _report_issue(self, sink: MentionSink, part: str, sentence: str) -> None:
        if sentence != self._issues.get(part):
            await sink.report_issue(part, sentence)
            self._issues[part] = sentence

    async def _publish_batch(self, messages: Sequence[TopicMessage], sink: MentionSink) -> None:
        """Publish what names a subject; count what is no mention, so that it does not stop those behind it."""
        mentions, edits = list[Mention](), list[Mention]()
        skipped, last = 0, ""
        for message in messages:
            try:
                mention = self.parse_message(message)
            except InvalidMentionError as wrong:
                skipped, last = skipped + 1, f"{wrong} (partition {message.partition}, offset {message.offset})"
                continue
            if mention.deleted_at or self._filter.matches_mention(mention):
                mentions.append(mention)
            elif mention.version:
                edits.append(mention)
        if mentions or edits:
            await sink.publish(mentions, edits=edits)
        problem = f"{format_count(skipped, 'message')} skipped, the last one: {last}." if skipped else ""
        if skipped:
            log.warning("messages skipped", source=self.name, count=skipped, last=last)
        if problem != self._problem:
            self._problem = problem
            sink.set_status(problem)

    def parse_message(self, message: TopicMessage) -> Mention:
        """Raises `InvalidMentionError`."""
        if len(message.value) > LINE_LIMIT:
            raise InvalidMentionError("is longer than 1 MB")
        value = parse_json(message.value)
        return validate_mention(fill_source(value, self.name) if isinstance(value, dict) else value)
