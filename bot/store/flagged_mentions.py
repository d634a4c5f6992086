"""What colleagues without a role do, with a rate limit per person: flag a mention, re-route a case."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.case import Case, PublicReply, derive_case_id
from bot.domain.commits import CaseDecision
from bot.domain.links import derive_link_id, name_flagged_post
from bot.domain.mention import Mention
from bot.store.case_writer import build_lookup_keys, write_decision
from bot.store.client import RedisClient
from bot.store.decision_writer import to_ms
from bot.store.early_replies import parse_reply
from bot.store.inbox import LookupGuard, MentionMark
from bot.store.keys import EDITED_WITHIN, FLAGS_KEPT, SEEN_FOR, Keys, format_day
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class RecentFlags(NamedTuple):
    """Times in epoch seconds, oldest first; `version` counts what this person did."""

    version: int
    times: tuple[float, ...]


class EarlyReply(NamedTuple):
    """What one of our accounts answered to a post before it was flagged, and what was read to know that."""

    reply: PublicReply | None = None
    guards: tuple[LookupGuard, ...] = ()


def _add_time(transaction: Transaction, key: str, recent: RecentFlags, at: datetime) -> None:
    transaction.guard(key, recent.version or "", "v")
    times = " ".join(str(time) for time in (*recent.times, at.timestamp()))
    transaction.write("HSET", key, "v", recent.version + 1, "times", times)
    transaction.write("EXPIRE", key, int(FLAGS_KEPT.total_seconds()))


class FlagStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "case", Case.model_validate_json)

    async def load_recent(self, by: str, at: datetime) -> RecentFlags:
        """Return when this person flagged something within `FLAGS_KEPT` before `at`."""
        return await self._load_times(self._keys.flags_key(by), at)

    async def load_recent_reroutes(self, by: str, at: datetime) -> RecentFlags:
        return await self._load_times(self._keys.reroutes_key(by), at)

    async def _load_times(self, key: str, at: datetime) -> RecentFlags:
        found = await self._client.execute("HMGET", key, "v", "times")
        times = tuple(float(time) for time in (found[1] or "").split())
        since = (at - FLAGS_KEPT).timestamp()
        return RecentFlags(int(found[0] or 0), tuple(time for time in times if time > since))

    async def open_flagged(
        self, decision: CaseDecision, by: str, recent: RecentFlags, early: EarlyReply, at: datetime
    ) -> bool:
        """Admit a mention and open its case in one commit.

        Return False if it was admitted before, if a post at its address opened a case meanwhile, if the person
        flagged something since `recent` was loaded, or if we answered the post since `early` was.
        """
        assert decision.processed is not None
        transaction = Transaction(self._keys.inbox)
        _add_time(transaction, self._keys.flags_key(by), recent, at)
        seen = self._keys.seen_key(decision.processed.mention.id)
        transaction.guard(seen, "")
        if link := derive_link_id(decision.processed.mention.url):  # nor may its address be another case's by now
            transaction.guard(self._keys.links_key(format_day(at)), "", link)
        for key, held, field in early.guards:
            transaction.guard(key, held, field)
        transaction.write("SET", seen, to_ms(at), "EX", int(SEEN_FOR.total_seconds()))
        transaction.write("HINCRBY", self._keys.mention_counters, "seen", 1)
        write_decision(transaction, self._keys, decision, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def commit_reroute(self, decision: CaseDecision, by: str, recent: RecentFlags, at: datetime) -> bool:
        """Move a case. Return False if it has changed, or the person moved another since `recent` was loaded."""
        transaction = Transaction(self._keys.inbox)
        _add_time(transaction, self._keys.reroutes_key(by), recent, at)
        write_decision(transaction, self._keys, decision, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def find_case(self, mention: Mention, at: datetime) -> Case | None:
        """Return the case that this mention, or the post at its address, opened or joined; None if there is none."""
        link = derive_link_id(mention.url)
        days = [format_day(at - timedelta(days=days)) for days in range(EDITED_WITHIN.days + 1)]
        same_link = await self._client.execute_batch([("HGET", self._keys.links_key(day), link) for day in days])
        return await self._find_first([derive_case_id(mention.id), *(same_link if link else [])])

    async def find_early_reply(self, mention: Mention) -> EarlyReply:
        """Return what one of our accounts answered to the post at this address before it was flagged."""
        link = derive_link_id(mention.url)
        if not link:
            return EarlyReply()
        key = self._keys.early_reply_key(name_flagged_post(link))
        held = await self._client.execute("GET", key) or ""
        reply = parse_reply(held)
        if reply is None:
            return EarlyReply(None, (LookupGuard(key, held),))
        seen = self._keys.seen_key(reply.mention)
        mark = await self._client.execute("GET", seen) or ""
        guards = LookupGuard(key, held), LookupGuard(seen, mark)
        return EarlyReply(None if MentionMark.parse(mark).is_deleted else reply, guards)

    async def find_case_by_words(self, mention: Mention, subject: str) -> Case | None:
        """Return the case of a post with the same words, or None."""
        lookups = build_lookup_keys(self._keys, mention, subject, with_similar=False)
        indexes = [lookup.key for lookup in lookups]
        return await self._find_first(await self._client.execute("MGET", *indexes) if indexes else [])

    async def load_links(self, at: datetime) -> dict[str, str]:
        """Return the cases of posts that were flagged within `EDITED_WITHIN` before `at`, by the id of their link."""
        since = (at - EDITED_WITHIN).timestamp()
        found = await self._client.execute("ZRANGEBYSCORE", self._keys.flagged, since, "+inf")
        return dict(one.split(" ", 1) for one in found)

    async def _find_first(self, case_ids: Iterable[str | None]) -> Case | None:
        for found in case_ids:
            key = self._keys.case_key(found or "")
            body = await self._client.execute("HGET", key, "body") if found else None
            if (case := await self._records.read(key, body)) is not None:
                return case
        return None
