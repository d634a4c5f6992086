"""After a backup was restored, before anything is posted: find out what was posted since the backup.

The data forgot it, and sources bring again what came since. So what Slack shows is written back into the data: a case
that is opened again has its card then. People are neither called nor written to about what is minutes old by then.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import structlog

from bot.cards.digests import list_digest_cases
from bot.clock import Clock
from bot.domain.destination import Destination, ToChannel, ToDepartment, parse_destination
from bot.domain.paging.decision import build_page_decision
from bot.domain.rules import PlaybookRules
from bot.domain.text import format_count
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack import PostedMessage, SlackSink
from bot.store.digests import build_listed_record
from bot.store.message_records import CardState, DigestRecord
from bot.store.restore_records import RECENT, RestoreRecord
from bot.store.store import Store

LEASE_NAME = "recovery"
CLOCK_TOLERANCE = timedelta(minutes=1)
"""By how much Slack's clock and ours may differ, and that of the machine on which the backup was made."""
TRIES, PAUSE = 5, 2.0
"""How often Slack is asked that does not answer, and seconds between."""
UNREADABLE = frozenset({"missing_scope", "no_permission", "access_denied"})
"""We may not read the channel, and may well have posted there. After other errors we cannot post there either."""

log = structlog.get_logger("recovery")


class RecoveryError(Exception):
    """What was posted cannot be found out. The message says what to do."""


class RestoreRecovery:
    def __init__(self, store: Store, sink: SlackSink, rules: PlaybookRules, clock: Clock) -> None:
        self._store = store
        self._sink = sink
        self._rules = rules
        self._clock = clock

    async def run(self) -> bool:
        """Return whether anything was to be done. One process does it, and others wait. Raises `RecoveryError`."""
        if not await self._find_restoration():
            return False
        async with self._store.leases.hold_lease(LEASE_NAME):
            restoration = await self._find_restoration()
            if restoration is None:
                return False
            await self._find_posted_messages(restoration)
            await self._drop_old_calls(restoration)
            at = self._clock.now()
            await self._store.restores.save(restoration.copy_with(settled_at=at))
        return True

    async def verify_access(self) -> None:
        """Raise the `RecoveryError` of `run` if a channel may not be read that it would read. Changes nothing.

        Raises `RateLimitedError`, `NotSentError` and `DeliveryUnknownError`, too: nothing is tried again.
        """
        restoration = await self._find_restoration()
        if restoration and not restoration.skip_lookup:
            channels = await self._list_channels()
            closed = [channel for channel in channels if not await self._is_readable(channel, restoration)]
            _require_readable(closed, restoration)

    async def _find_restoration(self) -> RestoreRecord | None:
        found = await self._store.restores.load()
        return found if found and found.settled_at is None else None

    async def _find_posted_messages(self, restoration: RestoreRecord) -> None:
        """Write down where the messages are that were posted since the backup. Twice is harmless."""
        closed = list[str]()
        for channel in () if restoration.skip_lookup else await self._list_channels():
            try:
                found = await self._list_messages(channel, restoration)
            except SlackRejectedError as no:
                if no.error in UNREADABLE:
                    closed.append(channel)
                log.warning("channel not read", channel=channel, error=no.error)
                continue
            for message in found:
                await self._record_message(channel, message)
            log.info("posted messages found", channel=channel, count=len(found))
        _require_readable(closed, restoration)

    async def _is_readable(self, channel: str, restoration: RestoreRecord) -> bool:
        try:
            await self._sink.list_messages(channel, *_build_span(restoration))
        except SlackRejectedError as no:
            return no.error not in UNREADABLE
        return True

    async def _list_channels(self) -> list[str]:
        """Return the channels in which Earshot may have posted."""
        departments = self._rules.list_departments()
        names = [name for one in departments for name in (one.channel, one.fallback) if name]
        destinations: list[Destination] = [*await self._store.outbox.list_destinations()]
        destinations += [parse_destination(one.to) for one in await self._store.report_schedules.list_all()]
        destinations += [crisis.destination for crisis in await self._store.crises.list_open_crises()]
        names += [to.id for to in destinations if isinstance(to, ToChannel)]
        return list(dict.fromkeys(names))

    async def _list_messages(self, channel: str, restoration: RestoreRecord) -> list[PostedMessage]:
        """Return our messages, the newest of each name. Raises `SlackRejectedError` and `RecoveryError`."""
        since, until = _build_span(restoration)
        found, cursor, failures = dict[str, PostedMessage](), "", 0
        while True:
            try:
                page, cursor = await self._sink.list_messages(channel, since, until, cursor)
            except RateLimitedError as slow:
                await self._clock.sleep(slow.seconds)
                continue
            except (NotSentError, DeliveryUnknownError) as away:
                failures += 1
                if failures == TRIES:
                    reason = "Slack does not answer, so Earshot cannot look up what it posted since the backup."
                    raise RecoveryError(f"{reason} Start it again later.") from away
                await self._clock.sleep(PAUSE * failures)
                continue
            for message in page:  # the newest come first
                found.setdefault(message.name, message)
            if not cursor:
                return list(found.values())

    async def _record_message(self, channel: str, message: PostedMessage) -> None:
        """Record a message that the data does not know as posted."""
        if listed := list_digest_cases(message.blocks):
            await self._record_digest(channel, message, listed)
        else:
            await self._store.outbox.record_found_card(message.name, channel, message.ts)

    async def _record_digest(self, channel: str, message: PostedMessage, cases: Iterable[str]) -> None:
        cards = await self._store.outbox.load_cards(list(cases))
        unknown = tuple(case for case, card in cards.items() if card.state in {CardState.NONE, CardState.POSTING})
        department = next((one.name for one in self._rules.list_departments() if one.channel == channel), "")
        if unknown and await self._store.digests.load(message.name) is None:
            record = DigestRecord(id=message.name, department=department, channel=channel, ts=message.ts, cases=unknown)
            await self._store.digests.save(record, build_listed_record(record, self._clock.now()))

    async def _drop_old_calls(self, restoration: RestoreRecord) -> None:
        """Write to nobody, and call nobody, about what waited at the time of the backup and is old by now."""
        before, at = restoration.restored_at - RECENT, self._clock.now()
        for to in await self._store.outbox.list_destinations():
            if not isinstance(to, ToDepartment | ToChannel):
                await self._store.outbox.drop_before(to, before)
        for page in await self._store.pages.list_open(before):
            await self._store.pages.commit(build_page_decision(page, page.copy_with(due=None)), at)
        for schedule in await self._store.report_schedules.list_all():
            if schedule.after < before:
                await self._store.report_schedules.change(schedule.id, schedule, schedule.copy_with(after=before), at)


def _build_span(restoration: RestoreRecord) -> tuple[float, float]:
    """Return from when to when Slack is asked for messages, in epoch seconds."""
    since, until = restoration.backup_at - CLOCK_TOLERANCE, restoration.restored_at + CLOCK_TOLERANCE
    return since.timestamp(), until.timestamp()


def _require_readable(closed: Sequence[str], restoration: RestoreRecord) -> None:
    if closed:
        raise RecoveryError(
            f"A backup of {restoration.backup_at:%Y-%m-%d %H:%M} UTC was restored, and Earshot may not read "
            f"{format_count(len(closed), 'channel')} ({', '.join(closed)}), so it would post again what was posted "
            "since. Give the app the scope channels:history (groups:history for private channels), install it "
            "again, and start Earshot. If second cards do less harm: earshot recover --without-lookup"
        )
