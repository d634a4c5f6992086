"""The outbox: pending notifications by destination; where each card is, and which version of its case it shows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bot.domain.case import Case
from bot.domain.destination import Destination, ToDepartment, parse_destination
from bot.domain.outbox import EDITED_KINDS, Notification, NotificationKind, Priority
from bot.domain.paging.page import Page
from bot.store.case_writer import build_card_timing
from bot.store.client import RedisClient, parse_hash
from bot.store.decision_writer import LANE_WIDTH, add_case_message, add_notification, to_ms
from bot.store.keys import CASE_KEPT, Keys
from bot.store.message_records import CardRecord, CardState, MessageRef
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

MESSAGE_KEPT = 86_400
"""Seconds for which the state of a message is kept: longer than any retry."""
ASKED = "asked "
"""Prefix of the fields in a card's hash that hold the messages which asked people to claim the case."""


class PendingNotification(NamedTuple):
    """A notification that waits for delivery, and since when."""

    notification: Notification
    since: datetime


class DestinationQueue(NamedTuple):
    """The pending notifications of one destination: how many, and the first of them."""

    destination: Destination
    length: int
    crisis: int
    """How many have the priority of crises."""
    new: int
    """How many have the priority of new cards."""
    head: tuple[PendingNotification, ...]


class Outbox(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._cards = RecordReader(client, keys, "card", CardRecord.model_validate_json)
        self._notifications = RecordReader(client, keys, "notification", Notification.from_key)

    async def list_destinations(self) -> list[Destination]:
        """Return the destinations with pending notifications, and forget the others, which would be asked for ever."""
        known = [
            parse_destination(name) for name in sorted(await self._client.execute("SMEMBERS", self._keys.outboxes))
        ]
        if not known:
            return []
        lengths = await self._client.execute_batch([("EXISTS", self._keys.outbox_key(to)) for to in known])
        empty = [to for to, found in zip(known, lengths, strict=True) if not int(found)]
        if empty:
            keys = [self._keys.outboxes, *map(self._keys.outbox_key, empty)]
            await self._client.run_script("owing", keys, list(map(str, empty)))
        return [to for to in known if to not in empty]

    async def list_queues(self, limit: int = 25) -> list[DestinationQueue]:
        """Return the queue of every destination with pending notifications."""
        destinations = await self.list_destinations()
        if not destinations:
            return []
        limit += self._notifications.unreadable_count
        commands: list[tuple[str | int, ...]] = []
        for to in destinations:
            key = self._keys.outbox_key(to)
            commands.append(("ZCARD", key))
            commands.append(("ZCOUNT", key, *_compute_score_range(Priority.CRISIS)))
            commands.append(("ZCOUNT", key, *_compute_score_range(Priority.NEW)))
            commands.append(("ZRANGE", key, 0, limit - 1, "WITHSCORES"))
        replies = await self._client.execute_batch(commands)
        found = []
        for to, i in zip(destinations, range(0, len(replies), 4), strict=True):
            length, crisis, new = map(int, replies[i : i + 3])
            head = await self._parse_pending(to, replies[i + 3])
            found.append(DestinationQueue(to, length, crisis, new, head))
        return [queue for queue in found if queue.head]

    async def list_pending(self, to: Destination, limit: int) -> tuple[PendingNotification, ...]:
        """Return the first pending notifications of a destination, in the order of delivery."""
        last = limit + self._notifications.unreadable_count - 1
        reply = await self._client.execute("ZRANGE", self._keys.outbox_key(to), 0, last, "WITHSCORES")
        return await self._parse_pending(to, reply)

    async def list_pending_cards(self, lane: Priority, to: ToDepartment, limit: int) -> tuple[PendingNotification, ...]:
        """Return the pending cards of one priority for a department, oldest first."""
        page = ("WITHSCORES", "LIMIT", 0, limit + self._notifications.unreadable_count)
        scores = _compute_score_range(lane)
        reply = await self._client.execute("ZRANGEBYSCORE", self._keys.outbox_key(to), *scores, *page)
        found = await self._parse_pending(to, reply)
        return tuple(owed for owed in found if owed.notification.kind is NotificationKind.CARD)

    async def add(self, notification: Notification, at: datetime) -> None:
        transaction = Transaction(self._keys.inbox)
        add_notification(transaction, self._keys, notification, at)
        await commit(self._client, transaction)

    async def mark_delivered(self, *notifications: Notification) -> None:
        """Remove notifications that were delivered or need no delivery any more."""
        transaction = Transaction(self._keys.inbox)
        for one in notifications:
            transaction.write("ZREM", self._keys.outbox_key(one.to), one.key)
        await commit(self._client, transaction)

    async def _parse_pending(self, to: Destination, reply: Sequence[str]) -> tuple[PendingNotification, ...]:
        """Parse keys with scores. One that cannot be read stays pending, for the release that wrote it."""
        found = []
        for name, score in parse_hash(reply).items():
            lane, since = divmod(int(float(score)), LANE_WIDTH)
            if (one := await self._notifications.read(self._keys.outbox_key(to), name, name)) is not None:
                moment = datetime.fromtimestamp(since / 1000, UTC)
                found.append(PendingNotification(one._replace(priority=Priority(lane)), moment))
        return tuple(found)

    async def load_cards(self, case_ids: Sequence[str]) -> dict[str, CardRecord]:
        """Return the card record of each case; `UNKNOWN` if it cannot be read, so that no second card is posted."""
        if not case_ids:
            return {}
        bodies = await self._client.read_bodies(map(self._keys.card_key, case_ids))
        return {case: await self._read_card(case, body) for case, body in zip(case_ids, bodies, strict=True)}

    async def load_card(self, case_id: str) -> CardRecord:
        """Return the card record of a case. Raises `UnreadableRecordError`."""
        found = (await self.load_cards([case_id]))[case_id]
        if found.state is CardState.UNKNOWN:
            raise UnreadableRecordError("card")
        return found

    async def _read_card(self, name: str, body: str | None) -> CardRecord:
        if found := await self._cards.read(self._keys.card_key(name), body):
            return found
        unreadable = self._cards.is_unreadable(self._keys.card_key(name))
        return CardRecord(state=CardState.UNKNOWN) if unreadable else CardRecord()

    async def save_card(self, case_id: str, record: CardRecord, before: CardRecord | None = None, ttl: int = 0) -> None:
        """Save a card record. With `before`, only if it is still that; a lost lease does not matter then.

        `ttl` is in seconds; 0 keeps it until its case expires.
        """
        key = self._keys.card_key(case_id)
        transaction = Transaction(self._keys.inbox, ignore_fence=before is not None)
        if before is not None:
            transaction.guard(key, before.model_dump_json(), "body")
        transaction.write("HSET", key, "body", record.model_dump_json())
        if ttl:
            transaction.write("EXPIRE", key, ttl)
        await commit(self._client, transaction)

    async def record_found_card(self, name: str, channel: str, ts: str) -> None:
        """Record a message that is in the channel and was forgotten, unless it is known. `name` is in its metadata."""
        case_id = name.replace(" ", ".")
        before = (await self.load_cards([case_id]))[case_id]
        if before.state in {CardState.NONE, CardState.POSTING} and not before.digest:
            record = before.copy_with(state=CardState.POSTED, channel=channel, ts=ts, drawn=0, since=0, tries=0)
            await self.save_card(case_id, record, ttl=int(CASE_KEPT.total_seconds()))

    async def drop_before(self, to: Destination, at: datetime) -> None:
        """Remove what has waited for a destination since before this time."""
        flat = await self._client.execute("ZRANGE", self._keys.outbox_key(to), 0, -1, "WITHSCORES")
        old = [name for name, score in parse_hash(flat).items() if int(float(score)) % LANE_WIDTH < to_ms(at)]
        if old:
            await self._client.execute("ZREM", self._keys.outbox_key(to), *old)

    async def record_moved_notice(self, case_id: str, record: CardRecord) -> None:
        """Record that the oldest stale card says where the case went: from now on it is a message about the case."""
        transaction = Transaction(self._keys.inbox)
        rest = record.copy_with(stale=record.stale[1:])
        transaction.write("HSET", self._keys.card_key(case_id), "body", rest.model_dump_json())
        add_case_message(transaction, self._keys, case_id, record.stale[0])
        await commit(self._client, transaction)

    async def load_claim_requests(self, case_id: str) -> dict[MessageRef, str]:
        """Return the messages of earlier releases that asked people to claim a case, each with its department then."""
        [flat] = await self._client.execute_each([("HGETALL", self._keys.card_key(case_id))])
        asked = [(name, to) for name, to in parse_hash(flat).items() if name.startswith(ASKED)]
        return {MessageRef(*name.removeprefix(ASKED).split(" ", 1)): to for name, to in asked}

    async def forget_claim_request(self, case_id: str, place: MessageRef) -> None:
        await self._client.execute_each([("HDEL", self._keys.card_key(case_id), f"{ASKED}{place.channel} {place.ts}")])

    async def load_message(self, notification: Notification) -> CardRecord:
        """Return how far the posting of a message other than a card has come. Raises `UnreadableRecordError`."""
        return await self.load_card(_build_message_id(notification))

    async def save_message(
        self, notification: Notification, record: CardRecord, before: CardRecord | None = None
    ) -> None:
        """Save the state of such a message. `before` is as in `save_card`."""
        await self.save_card(_build_message_id(notification), record, before, MESSAGE_KEPT)

    async def mark_message_sent(self, notification: Notification, place: MessageRef | None = None) -> None:
        """Remove a message that was posted at `place`, or needs no posting, and forget its state.

        Not that of `EDITED_KINDS`.
        """
        transaction = Transaction(self._keys.inbox)
        if place is not None:
            add_case_message(transaction, self._keys, notification.subject_id, place)
        transaction.write("ZREM", self._keys.outbox_key(notification.to), notification.key)
        key = self._keys.card_key(_build_message_id(notification))
        if notification.kind in EDITED_KINDS:
            transaction.write("EXPIRE", key, int(CASE_KEPT.total_seconds()))
        else:
            transaction.write("DEL", key)
        await commit(self._client, transaction)

    async def list_messages(self, case_id: str) -> list[MessageRef]:
        """Return the other messages in Slack with words of a case, oldest first."""
        found = await self._client.execute("LRANGE", self._keys.case_messages_key(case_id), 0, -1)
        return [MessageRef(*one.split(" ", 1)) for one in found]

    async def forget_message(self, case_id: str, place: MessageRef) -> None:
        await self._client.execute("LREM", self._keys.case_messages_key(case_id), 0, f"{place.channel} {place.ts}")

    async def record_rendered_card(
        self,
        case_id: str,
        record: CardRecord,
        notification: Notification,
        at: datetime,
        page: Page | None = None,
        first_of: Case | None = None,
    ) -> bool:
        """Record which versions of the case and its page the card shows, and remove the notification.

        If one of them has changed since it was rendered, keep the card pending and return False.
        `first_of`: the case, if this is its first card. One that is closed by then did not wait for it.
        """
        timings = [build_card_timing(self._keys, first_of, at)] if first_of and not first_of.is_closed else []
        done = Transaction(self._keys.inbox)
        done.guard(self._keys.case_key(case_id), record.drawn, "v")
        if page is not None:
            done.guard(self._keys.page_key(page.id), page.version, "v")
        done.write("HSET", self._keys.card_key(case_id), "body", record.model_dump_json())
        done.write("ZREM", self._keys.outbox_key(notification.to), notification.key)
        if (await commit(self._client, done, *timings))[0] is CommitResult.WRITTEN:
            return True
        again = Transaction(self._keys.inbox)
        again.write("HSET", self._keys.card_key(case_id), "body", record.model_dump_json())
        add_notification(again, self._keys, notification._replace(priority=Priority.UPDATE), at)
        await commit(self._client, again)
        return False

    async def record_card_response(
        self, case: Case, record: CardRecord, at: datetime, page: Page | None = None, others: str = ""
    ) -> None:
        """Record that the reply to a click has updated the card in place, unless anything changed meanwhile."""
        if record.state is not CardState.POSTED:
            return
        drawn = record.copy_with(drawn=case.version, page=page.version if page else 0, others=others)
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.case_key(case.id), case.version, "v")
        if page is not None:
            transaction.guard(self._keys.page_key(page.id), page.version, "v")
        transaction.guard(self._keys.card_key(case.id), record.model_dump_json(), "body")
        transaction.write("HSET", self._keys.card_key(case.id), "body", drawn.model_dump_json())
        card = Notification.draw_card(case.id, case.department)
        transaction.write("ZREM", self._keys.outbox_key(card.to), card.key)
        if record.digest:
            add_notification(transaction, self._keys, Notification.draw_digest(record.digest, case.department), at)
        await commit(self._client, transaction)


def _compute_score_range(lane: Priority) -> tuple[str, str]:
    """Return the range of scores of a priority, for ZCOUNT and ZRANGEBYSCORE."""
    start = int(lane) * LANE_WIDTH
    return str(start), f"({start + LANE_WIDTH}"


def _build_message_id(notification: Notification) -> str:
    return notification.key.replace(" ", ".")
