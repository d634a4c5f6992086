"""Pages: opened once for each cause, escalated when due, grouped so that one page calls for several cases."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot import metrics
from bot.domain.case import Case
from bot.domain.commits import Decision
from bot.domain.errors import NotAllowed
from bot.domain.outbox import Notification
from bot.domain.paging.case_page import get_case_page_id
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import Page
from bot.domain.spikes.episode import Episode
from bot.domain.spikes.episode_page import get_episode_page_id
from bot.store.client import RedisClient, parse_int
from bot.store.decision_writer import add_case_message, add_page, write_effects
from bot.store.keys import NIGHT_KEPT, PAGE_KEPT, Keys, join_field
from bot.store.message_records import MessageRef, PageMessage
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit


class PageGoneError(NotAllowed):
    def __init__(self) -> None:
        super().__init__("This page is too old to acknowledge. Earshot no longer keeps it.")


class PageStore(Repository[Page, Decision[Page]]):
    kind = "page"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "page", Page.model_validate_json)
        self._messages = RecordReader(client, keys, "page message", PageMessage.model_validate_json)

    async def get(self, page_id: str) -> Page:
        """Return the page. Raises `PageGoneError`, `UnreadableRecordError`."""
        found = await self.find([page_id])
        if self.is_unreadable(page_id):
            raise UnreadableRecordError("page")
        if not found:
            raise PageGoneError
        return found[page_id]

    async def find(self, page_ids: Sequence[str]) -> dict[str, Page]:
        """Return the pages that exist, by id. One that cannot be read is left out and quarantined."""
        wanted = list(dict.fromkeys(page_ids))
        if not wanted:
            return {}
        bodies = await self._client.read_bodies(map(self._keys.page_key, wanted))
        return await self._records.read_all(self._keys.page_key, dict(zip(wanted, bodies, strict=True)))

    def is_unreadable(self, page_id: str) -> bool:
        """Return True if the page existed at the last read but this release could not parse it."""
        return self._records.is_unreadable(self._keys.page_key(page_id))

    @property
    def unreadable_count(self) -> int:
        return self._records.unreadable_count

    async def find_for_case(self, case: Case) -> Page | None:
        """Return the current page of a case; only a confirmed crisis has one."""
        if not case.is_confirmed_crisis:
            return None
        name = get_case_page_id(case)
        return (await self.find([name])).get(name)

    async def find_for_episode(self, episode: Episode) -> Page | None:
        """Return the page of an episode, or None if it was never paged."""
        if episode.paged_at is None:
            return None
        name = get_episode_page_id(episode)
        return (await self.find([name])).get(name)

    async def open_page(self, page: Page) -> Page:
        """Open a page for a cause that is not committed with it. Return the page that exists now, old or new."""
        transaction = Transaction(self._keys.inbox)
        add_page(transaction, self._keys, page)
        await commit(self._client, transaction)
        return await self.get(page.id)

    async def commit(
        self, decision: Decision[Page], at: datetime, *, dedup_key: str = "", dedup_seconds: int = 0
    ) -> CommitResult:
        """Write a decision. With `dedup_key`, only if nothing was committed under that key in `dedup_seconds`."""
        transaction = Transaction(self._keys.inbox)
        if dedup_key:
            transaction.guard(self._keys.seen_key(dedup_key), "")
            transaction.write("SET", self._keys.seen_key(dedup_key), decision.after.id, "EX", dedup_seconds)
        _write_page_decision(transaction, self._keys, decision, at)
        committed, before = (await commit(self._client, transaction))[0], decision.before
        acknowledged = decision.after.is_acknowledged and before and not before.is_acknowledged
        if acknowledged and committed is CommitResult.WRITTEN:
            metrics.ACKNOWLEDGE_SECONDS.observe((at - decision.after.opened_at).total_seconds())
        return committed

    async def find_group_leader(self, page: Page) -> str:
        """Return the id of the page that leads the group of such cases, or led it last; empty if none did."""
        return str(await self._client.execute("HGET", self._keys.group_leaders, _build_group_field(page)) or "")

    async def start_group(self, decision: Decision[Page], before: str, at: datetime) -> CommitResult:
        """Commit a page as the leader of its group. `before` is the id of the leader until then."""
        transaction, page = Transaction(self._keys.inbox), decision.after
        transaction.guard(self._keys.group_leaders, before, _build_group_field(page))
        _write_page_decision(transaction, self._keys, decision, at)
        transaction.write("HSET", self._keys.group_leaders, _build_group_field(page), page.id)
        return (await commit(self._client, transaction))[0]

    async def join_group(self, decision: Decision[Page], before: PageGroup, at: datetime) -> CommitResult:
        """Commit a page as a member of its leader's group, which counts its members and keeps the newest.

        `before` is the group until then. Of two members in one moment, the one written last is the newest.
        """
        transaction, page = Transaction(self._keys.inbox), decision.after
        _write_page_decision(transaction, self._keys, decision, at)
        transaction.write("HINCRBY", self._keys.page_key(page.leader), "joined", 1)
        newest = self._keys.newest_joined_key(page.leader)
        transaction.write("ZADD", newest, page.opened_at.timestamp(), f"{before.cases:09d} {page.cause.id}")
        transaction.write("ZREMRANGEBYRANK", newest, 0, -2)
        transaction.write("EXPIRE", newest, int(PAGE_KEPT.total_seconds()))
        return (await commit(self._client, transaction))[0]

    async def load_group(self, page_id: str) -> PageGroup:
        """Return how many pages joined this one, and the newest case among them."""
        count, newest = await self._client.execute_each(
            [
                ("HGET", self._keys.page_key(page_id), "joined"),
                ("ZRANGE", self._keys.newest_joined_key(page_id), 0, 0, "WITHSCORES"),
            ]
        )
        if not newest:
            return PageGroup(parse_int(count) or 0)
        _, _, case = str(newest[0]).partition(" ")
        return PageGroup(parse_int(count) or 0, case, datetime.fromtimestamp(float(newest[1]), UTC))

    async def load_messages(self, page_id: str) -> dict[str, PageMessage]:
        """Return the messages of a page in Slack by person id, or by channel id with a `#`."""
        return await self._messages.read_fields(self._keys.page_messages_key(page_id))

    async def save_page_message(self, page_id: str, to: str, message: PageMessage) -> None:
        key = self._keys.page_messages_key(page_id)
        keep = ("EXPIRE", key, int(PAGE_KEPT.total_seconds()))
        kept = ("HSET", key, to, message.model_dump_json(exclude_defaults=True))
        await self._client.execute_each([kept, keep])  # a key that is none of ours keeps nobody from being called

    async def record_case_reply(self, case_id: str, place: MessageRef) -> None:
        """Remember a message with words of this case."""
        transaction = Transaction(self._keys.inbox)
        add_case_message(transaction, self._keys, case_id, place)
        await commit(self._client, transaction)

    async def mark_refreshed(self, page: Page, group: PageGroup, notification: Notification) -> bool:
        """Remove a refresh that was delivered. Return False, and keep it, if page or group changed meanwhile."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.page_key(page.id), page.version, "v")
        transaction.guard(self._keys.page_key(page.id), group.cases or "", "joined")
        transaction.write("ZREM", self._keys.outbox_key(notification.to), notification.key)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def mark_due(self, page_id: str, at: datetime) -> None:
        """Make the page due for the escalation worker at this time."""
        await self._client.execute("ZADD", self._keys.pages, at.timestamp(), page_id)

    async def postpone_check(self, page: Page, at: datetime) -> None:
        """Check the page again at this time. Guarded by its version."""
        await self.save_due(page.copy_with(due=at))

    async def list_night_pages(self, person: str, night: int) -> frozenset[str]:
        """Return the pages for which this person was called in a night."""
        return frozenset(await self._client.execute("SMEMBERS", self._keys.night_pages_key(night, person)))

    async def has_occurred(self, dedup_key: str) -> bool:
        return bool(await self._client.execute("EXISTS", self._keys.seen_key(dedup_key)))

    async def list_due(self, at: datetime, limit: int = 100) -> list[str]:
        """Return the ids of pages whose next escalation step is due; unreadable ones are skipped for a minute each."""
        some = ("LIMIT", 0, limit + self._records.unreadable_count)
        reply = await self._client.execute("ZRANGEBYSCORE", self._keys.pages, "-inf", at.timestamp(), *some)
        return self._records.skip_unreadable(self._keys.page_key, reply, at)

    async def list_open(self, before: datetime) -> list[Page]:
        """Return the pages for which people are still to be called and that were opened before this time."""
        found = await self.find(await self._client.execute("ZRANGE", self._keys.pages, 0, -1))
        return [page for page in found.values() if page.opened_at < before]

    async def clear_due(self, page_id: str) -> None:
        """Forget when a page is due that is gone or calls nobody any more."""
        await self._client.execute("ZREM", self._keys.pages, page_id)

    async def save_due(self, page: Page) -> None:
        """Write when a page is next due, without another change. Guarded by its version."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.page_key(page.id), page.version, "v")
        _write_due(transaction, self._keys, page)
        await commit(self._client, transaction)

    async def mark_delivered(self, notification: Notification) -> None:
        await self._client.execute("ZREM", self._keys.outbox_key(notification.to), notification.key)


def _build_group_field(page: Page) -> str:
    """Return the key of a page's group: pages with the same department, harm and subject."""
    return join_field(page.department, page.harm, page.subject)


def _write_page_decision(transaction: Transaction, keys: Keys, decision: Decision[Page], at: datetime) -> None:
    page, before, key = decision.after, decision.before, keys.page_key(decision.after.id)
    assert before is not None
    transaction.guard(key, before.version, "v")
    transaction.write("HSET", key, "v", page.version, "body", page.model_dump_json(exclude_defaults=True))
    transaction.write("EXPIRE", key, int(PAGE_KEPT.total_seconds()))
    _write_due(transaction, keys, page)
    if page.count > before.count and (person := page.attempts[-1].person):
        night = keys.night_pages_key(decision.night, person)
        transaction.write("SADD", night, page.id)
        transaction.write("EXPIRE", night, int(NIGHT_KEPT.total_seconds()))
    write_effects(transaction, keys, decision, at, "case", page.cause.id, "page", page.id)


def _write_due(transaction: Transaction, keys: Keys, page: Page) -> None:
    if page.due is not None:
        transaction.write("ZADD", keys.pages, page.due.timestamp(), page.id)
    else:
        transaction.write("ZREM", keys.pages, page.id)
