"""Spike episodes: at most one of a subject runs at a time."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.commits import Decision
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page
from bot.domain.spikes.episode import Episode
from bot.store.client import RedisClient, parse_hash
from bot.store.decision_writer import to_ms, write_effects
from bot.store.keys import EPISODE_KEPT, EPISODES_MOST, Keys
from bot.store.message_records import CardRecord
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class EpisodeStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "episode", Episode.model_validate_json)
        self._unread: dict[str, str] = {}
        """Running episodes that cannot be read, by subject. A new one replaces it: it would be unwatched."""

    async def get(self, episode: str) -> Episode | None:
        """Return the episode or None. Raises `UnreadableRecordError`."""
        found = (await self._load_episodes([episode])).get(episode)
        if found is None and self._records.is_unreadable(self._keys.episode_key(episode)):
            raise UnreadableRecordError("episode")
        return found

    async def find_readable(self, episode: str) -> Episode | None:
        """Return the episode, or None if it is gone or cannot be read."""
        return (await self._load_episodes([episode])).get(episode)

    async def _load_episodes(self, episodes: Sequence[str]) -> dict[str, Episode]:
        bodies = await self._client.read_bodies(map(self._keys.episode_key, episodes))
        return await self._records.read_all(self._keys.episode_key, dict(zip(episodes, bodies, strict=True)))

    async def load_running(self) -> dict[str, Episode]:
        """Return the running episodes that can be read, by subject."""
        flat = await self._client.execute("HGETALL", self._keys.running_episodes)
        names = parse_hash(flat)
        found = await self._load_episodes(list(names.values()))
        unreadable = {one for one in names.values() if self._records.is_unreadable(self._keys.episode_key(one))}
        self._unread = {subject: one for subject, one in names.items() if one in unreadable}
        return {subject: found[one] for subject, one in names.items() if one in found}

    async def list_latest(self, limit: int = 20) -> list[Episode]:
        """Return the latest episodes, newest first."""
        ids = await self._client.execute("ZRANGE", self._keys.episodes, 0, limit - 1, "REV")
        return list((await self._load_episodes(ids)).values())

    async def commit(self, decision: Decision[Episode], at: datetime) -> CommitResult:
        episode, before = decision.after, decision.before
        key = self._keys.episode_key(episode.id)
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, before.version if before else "", "v")
        was_over = before is not None and before.is_over
        if not was_over:  # by now, another one of this subject may run
            running = before.id if before else self._unread.get(episode.subject, "")
            transaction.guard(self._keys.running_episodes, running, episode.subject)
        transaction.write("HSET", key, "v", episode.version, "body", episode.model_dump_json())
        if before is None:
            transaction.write("ZADD", self._keys.episodes, to_ms(episode.opened_at), episode.id)
            transaction.write("ZREMRANGEBYRANK", self._keys.episodes, 0, -EPISODES_MOST - 1)
        if episode.is_over and not was_over:
            transaction.write("HDEL", self._keys.running_episodes, episode.subject)
            for kept in (key, self._keys.card_key(episode.id)):
                transaction.write("EXPIRE", kept, int(EPISODE_KEPT.total_seconds()))
        elif not episode.is_over:
            transaction.write("HSET", self._keys.running_episodes, episode.subject, episode.id)
        write_effects(transaction, self._keys, decision, at, "episode", episode.id)
        return (await commit(self._client, transaction))[0]

    async def record_episode_card(
        self, episode: Episode, record: CardRecord, notification: Notification, page: Page | None
    ) -> None:
        """Save where the card is. The notification stays pending if episode or page have a newer version to show."""
        saved = Transaction(self._keys.inbox)
        saved.write("HSET", self._keys.card_key(episode.id), "body", record.model_dump_json())
        if episode.is_over:  # possibly before its card was first rendered
            saved.write("EXPIRE", self._keys.card_key(episode.id), int(EPISODE_KEPT.total_seconds()))
        done = Transaction(self._keys.inbox)
        done.guard(self._keys.episode_key(episode.id), episode.version, "v")
        if page is not None:
            done.guard(self._keys.page_key(page.id), page.version, "v")
        done.write("ZREM", self._keys.outbox_key(notification.to), notification.key)
        await commit(self._client, saved, done)
