"""Redact erased posts in the records that show their words: cases, episodes, crises, and the messages of pages."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.domain.campaigns.backfire_record import BackfireRecord, forget_in_backfire
from bot.domain.case import Case
from bot.domain.commits import CaseDecision
from bot.domain.crisis import Crisis
from bot.domain.erasure import ErasureReason
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.decision import refresh_messages
from bot.domain.redaction import forget_in_case, forget_in_crisis, forget_in_episode
from bot.domain.spikes.episode import Episode
from bot.store.backfires import BackfireStore
from bot.store.case_writer import write_decision
from bot.store.cases import CaseStore
from bot.store.client import RedisClient
from bot.store.crises import CrisisStore
from bot.store.decision_writer import add_notification
from bot.store.episodes import EpisodeStore
from bot.store.keys import Keys
from bot.store.pages import PageStore
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class RecordRedactor(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._cases = CaseStore(client, keys)
        self._episodes = EpisodeStore(client, keys)
        self._crises, self._backfires = CrisisStore(client, keys), BackfireStore(client, keys)
        self._pages = PageStore(client, keys)

    async def redact_cases(
        self,
        ids: frozenset[str],
        words: frozenset[str],
        at: datetime,
        reason: ErasureReason,
        names: frozenset[str] = frozenset(),
    ) -> int:
        blank = set[str]()
        async for batch in self._iter_batches("case"):
            for case in (await self._cases.find(batch)).values():
                forget = partial(forget_in_case, ids=ids, at=at, words=words, reason=reason, names=names)
                if forget(case) is not None:
                    blank.update({case.id} if await self._redact_case(case.id, forget, at) else ())
        if blank:
            await self._refresh_pages(blank, at)
        return len(blank)

    async def _refresh_pages(self, cases: set[str], at: datetime) -> None:
        """Render the page messages of these cases again, and those of their leaders, which show their words, too."""
        transaction = Transaction(self._keys.inbox)
        async for name in self._iter_names("page"):
            page = (await self._pages.find([name])).get(name)
            if page is None or page.cause.id not in cases:
                continue
            for shown in (await self._pages.find([name, page.leader])).values():
                for owed in refresh_messages(shown):
                    add_notification(transaction, self._keys, owed, at)
        await commit(self._client, transaction)

    async def _redact_case(self, name: str, forget: Callable[[Case], CaseDecision | None], at: datetime) -> bool:
        """Redact one case. Optimistic concurrency: on a conflict the case is read and decided on again."""
        while case := (await self._cases.find([name])).get(name):
            decision = forget(case)
            if decision is None:
                return False
            transaction = Transaction(self._keys.inbox)
            write_decision(transaction, self._keys, decision, at)
            if (await commit(self._client, transaction))[0] is CommitResult.WRITTEN:
                return True
        return False

    async def redact_episodes(self, ids: frozenset[str], at: datetime) -> int:
        changed = 0
        async for name in self._iter_names("episode"):
            before = await self._episodes.find_readable(name)
            if before is not None and (after := forget_in_episode(before, ids)) is not None:
                card = Notification.draw_episode(after.id, after.department)
                changed += await self._save_redacted(self._keys.episode_key(name), before.version, after, card, at)
        return changed

    async def redact_backfires(self, ids: frozenset[str], at: datetime) -> int:
        """Drop the posts, and delete the messages that showed them."""
        changed = 0
        for name, before in (await self._backfires.load([name async for name in self._iter_names("backfire")])).items():
            if (after := forget_in_backfire(before, ids)) is not None:
                gone = Notification.retract_replies(name, before.warnings[-1].department)
                changed += await self._save_redacted(self._keys.backfire_key(name), before.version, after, gone, at)
        return changed

    async def redact_crises(self, words: frozenset[str], at: datetime) -> int:
        changed = 0
        async for name in self._iter_names("crisis"):
            before = await self._crises.find_readable(name)
            if before is not None and (after := forget_in_crisis(before, words)) is not None:
                head = Notification(NotificationKind.CRISIS, after.id, after.destination)
                changed += await self._save_redacted(self._keys.crisis_key(name), before.version, after, head, at)
        return changed

    async def _save_redacted(
        self, key: str, before: int, after: Episode | Crisis | BackfireRecord, notification: Notification, at: datetime
    ) -> bool:
        """Save a redacted record. Return False on a conflict: the command then reports that something is left."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, before, "v")
        transaction.write("HSET", key, "v", after.version, "body", after.model_dump_json())
        add_notification(transaction, self._keys, notification, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN
