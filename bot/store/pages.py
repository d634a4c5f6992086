"""Pages: opened once for each cause, and found by when somebody has to look at them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot import metrics
from bot.domain.case import Case
from bot.domain.decision import Decision
from bot.domain.episode import Episode
from bot.domain.notification import Notification
from bot.domain.pages.cases import get_case_page_id
from bot.domain.pages.page import Page, PageGroup
from bot.domain.refusals import NotAllowed
from bot.domain.waking import get_episode_page_id as page_of_episode
from bot.store import keys as bounds
from bot.store.client import Client, whole
from bot.store.keys import Keys, field
from bot.store.reading import Records, Unreadable
from bot.store.records import PageMessage, Place
from bot.store.repository import Repository
from bot.store.transaction import Committed, Transaction, commit
from bot.store.writing import note_message, open_in, write_effects


class PageGone(NotAllowed):
    """There is no such page any more."""

    def __init__(self) -> None:
        super().__init__("This page is no longer kept, so there is nothing to acknowledge.")


class PageStore(Repository[Page, Decision[Page]]):
    kind = "page"

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._records = Records(client, keys, "page", Page.model_validate_json)
        self._messages = Records(client, keys, "page message", PageMessage.model_validate_json)

    async def get(self, page_id: str) -> Page:
        """Raises `PageGone`, `Unreadable`."""
        found = await self.find([page_id])
        if self.unreadable(page_id):
            raise Unreadable("page")
        if not found:
            raise PageGone
        return found[page_id]

    async def find(self, page_ids: Sequence[str]) -> dict[str, Page]:
        """Those of these pages that there are, by id. One that cannot be read is left out, and set aside."""
        wanted = list(dict.fromkeys(page_ids))
        if not wanted:
            return {}
        bodies = await self._client.bodies(map(self._keys.page, wanted))
        return await self._records.read_all(self._keys.page, dict(zip(wanted, bodies, strict=True)))

    def unreadable(self, page_id: str) -> bool:
        """Whether it was there when it was last read, and this release could not read it."""
        return self._records.unreadable(self._keys.page(page_id))

    @property
    def aside(self) -> int:
        """How many could not be read."""
        return self._records.aside

    async def of(self, case: Case) -> Page | None:
        """The page of a case in this round of it; only what cannot wait has any."""
        if not case.is_confirmed_crisis:
            return None
        name = get_case_page_id(case)
        return (await self.find([name])).get(name)

    async def of_episode(self, episode: Episode) -> Page | None:
        """Only what was worth a page has one."""
        if episode.paged_at is None:
            return None
        name = page_of_episode(episode)
        return (await self.find([name])).get(name)

    async def open(self, page: Page) -> Page:
        """For a cause that is not committed with its page. Gives the page that is there now, joined or new."""
        transaction = Transaction(self._keys.inbox)
        open_in(transaction, self._keys, page)
        await commit(self._client, transaction)
        return await self.get(page.id)

    async def commit(self, decision: Decision[Page], at: datetime, *, once: str = "", once_for: int = 0) -> Committed:
        """`once` is the name of something that may happen only once within so many seconds, such as a delivery."""
        transaction = Transaction(self._keys.inbox)
        if once:
            transaction.guard(self._keys.seen(once), "")
            transaction.write("SET", self._keys.seen(once), decision.after.id, "EX", once_for)
        _write(transaction, self._keys, decision, at)
        committed, before = (await commit(self._client, transaction))[0], decision.before
        if committed is Committed.WRITTEN and decision.after.is_acknowledged and before and not before.is_acknowledged:
            metrics.ACKNOWLEDGE_SECONDS.observe((at - decision.after.opened_at).total_seconds())
        return committed

    async def ringing(self, page: Page) -> str:
        """The page that calls for cases such as that of this one, or was the last to."""
        return str(await self._client.call("HGET", self._keys.ringing, _alike(page)) or "")

    async def lead(self, decision: Decision[Page], before: str, at: datetime) -> Committed:
        """The first rung of a page that calls for those that come after it. `before` is what was ringing till then."""
        transaction, page = Transaction(self._keys.inbox), decision.after
        transaction.guard(self._keys.ringing, before, _alike(page))
        _write(transaction, self._keys, decision, at)
        transaction.write("HSET", self._keys.ringing, _alike(page), page.id)
        return (await commit(self._client, transaction))[0]

    async def follow(self, decision: Decision[Page], before: PageGroup, at: datetime) -> Committed:
        """It is called for by another, which counts it and remembers the newest.

        `before` is what followed till then; of two in one moment that which was written last is the newer.
        """
        transaction, page = Transaction(self._keys.inbox), decision.after
        _write(transaction, self._keys, decision, at)
        transaction.write("HINCRBY", self._keys.page(page.leader), "joined", 1)
        newest = self._keys.newest(page.leader)
        transaction.write("ZADD", newest, page.opened_at.timestamp(), f"{before.cases:09d} {page.cause.id}")
        transaction.write("ZREMRANGEBYRANK", newest, 0, -2)
        transaction.write("EXPIRE", newest, int(bounds.PAGE_KEPT.total_seconds()))
        return (await commit(self._client, transaction))[0]

    async def storm(self, page_id: str) -> PageGroup:
        """What follows this page."""
        count, newest = await self._client.each(
            [("HGET", self._keys.page(page_id), "joined"), ("ZRANGE", self._keys.newest(page_id), 0, 0, "WITHSCORES")]
        )
        if not newest:
            return PageGroup(whole(count) or 0)
        _, _, case = str(newest[0]).partition(" ")
        return PageGroup(whole(count) or 0, case, datetime.fromtimestamp(float(newest[1]), UTC))

    async def messages(self, page_id: str) -> dict[str, PageMessage]:
        """Where this page is shown in Slack, by the person, or the channel with its `#`."""
        return await self._messages.read_fields(self._keys.messages(page_id))

    async def save_message(self, page_id: str, to: str, message: PageMessage) -> None:
        key = self._keys.messages(page_id)
        keep = ("EXPIRE", key, int(bounds.PAGE_KEPT.total_seconds()))
        kept = ("HSET", key, to, message.model_dump_json(exclude_defaults=True))
        await self._client.each([kept, keep])  # a key that is none of ours keeps nobody from being called

    async def note_reply(self, case_id: str, place: Place) -> None:
        """Slack shows words of this case here, too."""
        transaction = Transaction(self._keys.inbox)
        note_message(transaction, self._keys, case_id, place)
        await commit(self._client, transaction)

    async def refreshed(self, page: Page, storm: PageGroup, owed: Notification) -> bool:
        """It is shown as it was read here. False where it has changed since, so that this is still owed."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.page(page.id), page.version, "v")
        transaction.guard(self._keys.page(page.id), storm.cases or "", "joined")
        transaction.write("ZREM", self._keys.outbox(owed.to), owed.key)
        return (await commit(self._client, transaction))[0] is Committed.WRITTEN

    async def wake(self, page_id: str, at: datetime) -> None:
        """Somebody has to look at it now."""
        await self._client.call("ZADD", self._keys.pages, at.timestamp(), page_id)

    async def look_again(self, page: Page, at: datetime) -> None:
        """Nothing is to be done now. Guarded by its version."""
        await self.settle(page.copy_with(due=at))

    async def called_for(self, person: str, night: int) -> frozenset[str]:
        """The pages for which this person was called in this night."""
        return frozenset(await self._client.call("SMEMBERS", self._keys.night(night, person)))

    async def seen(self, once: str) -> bool:
        return bool(await self._client.call("EXISTS", self._keys.seen(once)))

    async def due(self, at: datetime, most: int = 100) -> list[str]:
        """Pages of which somebody has to look what is next. One that cannot be read stays due, in nobody's way."""
        some = ("LIMIT", 0, most + self._records.aside)
        reply = await self._client.call("ZRANGEBYSCORE", self._keys.pages, "-inf", at.timestamp(), *some)
        return self._records.past(self._keys.page, reply, at)

    async def forget_due(self, page_id: str) -> None:
        """Of a page that is gone, or that nobody is called for any more."""
        await self._client.call("ZREM", self._keys.pages, page_id)

    async def settle(self, page: Page) -> None:
        """There is nothing to decide on this page: it is due when it says, or never. Guarded by its version."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.page(page.id), page.version, "v")
        _due(transaction, self._keys, page)
        await commit(self._client, transaction)

    async def done(self, notification: Notification) -> None:
        await self._client.call("ZREM", self._keys.outbox(notification.to), notification.key)


def _alike(page: Page) -> str:
    """What is the same for all pages of which one may call for the others."""
    return field(page.department, page.harm, page.subject)


def _write(transaction: Transaction, keys: Keys, decision: Decision[Page], at: datetime) -> None:
    page, before, key = decision.after, decision.before, keys.page(decision.after.id)
    assert before is not None
    transaction.guard(key, before.version, "v")
    transaction.write("HSET", key, "v", page.version, "body", page.model_dump_json(exclude_defaults=True))
    transaction.write("EXPIRE", key, int(bounds.PAGE_KEPT.total_seconds()))
    _due(transaction, keys, page)
    if page.count > before.count and (person := page.attempts[-1].person):
        night = keys.night(decision.night, person)
        transaction.write("SADD", night, page.id)
        transaction.write("EXPIRE", night, int(bounds.NIGHT_KEPT.total_seconds()))
    write_effects(transaction, keys, decision, at, "case", page.cause.id, "page", page.id)


def _due(transaction: Transaction, keys: Keys, page: Page) -> None:
    if page.due is not None:
        transaction.write("ZADD", keys.pages, page.due.timestamp(), page.id)
    else:
        transaction.write("ZREM", keys.pages, page.id)
