"""Deletions whose words may still stand elsewhere: a queue of posts and authors for one search of all places."""

import json
from datetime import datetime
from typing import NamedTuple

from bot.domain.commits import MentionDeletion
from bot.domain.erasure import DeletionTargets
from bot.store.client import parse_hash
from bot.store.decision_writer import to_ms
from bot.store.keys import Keys
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

POST, AUTHOR = "post ", "author "
"""Prefixes of the fields: a mention's id follows, or `<source>:<id>` of an author."""


class DeletionBatch(NamedTuple):
    """What waits for the search, with its fields as they were read."""

    targets: DeletionTargets
    fields: dict[str, str]


def add_deletion(transaction: Transaction, keys: Keys, deletion: MentionDeletion) -> None:
    """Queue a post with the phrases by which quotes of it are found. Idempotent."""
    transaction.write("HSET", keys.deletions, POST + deletion.mention, json.dumps(deletion.phrases))


class DeletionQueue(RedisStore):
    async def add_author(self, source: str, author_id: str, at: datetime) -> None:
        """Queue all posts of an author. Raises `StoreUnavailable`."""
        await self._client.execute("HSET", self._keys.deletions, f"{AUTHOR}{source}:{author_id}", to_ms(at))

    async def load_batch(self) -> DeletionBatch | None:
        """Return all that waits, or None. An entry with unreadable phrases counts without them."""
        fields = parse_hash(await self._client.execute("HGETALL", self._keys.deletions))
        if not fields:
            return None
        posts = {name.removeprefix(POST): body for name, body in fields.items() if name.startswith(POST)}
        authors = frozenset(name.removeprefix(AUTHOR) for name in fields if name.startswith(AUTHOR))
        phrases = frozenset(phrase for body in posts.values() for phrase in _parse_phrases(body))
        return DeletionBatch(DeletionTargets(frozenset(posts), authors, phrases), fields)

    async def finish_batch(self, batch: DeletionBatch) -> None:
        """Remove what was searched for; what was queued again meanwhile stays."""
        transactions = []
        for name, body in batch.fields.items():
            transaction = Transaction(self._keys.inbox)
            transaction.guard(self._keys.deletions, body, name)
            transaction.write("HDEL", self._keys.deletions, name)
            transactions.append(transaction)
        await commit(self._client, *transactions)


def _parse_phrases(body: str) -> list[str]:
    try:
        found = json.loads(body)
    except ValueError:
        return []
    return [phrase for phrase in found if isinstance(phrase, str)] if isinstance(found, list) else []
