"""Redact quotes of erased posts in stored mentions, which stay without the quoted words."""

import json
from collections.abc import AsyncIterator, Mapping

from bot.domain.erasure import QuoteTargets
from bot.domain.mention import Mention
from bot.domain.redaction import blank_quoted
from bot.store.client import parse_hash
from bot.store.dead_letters import DeadLetter
from bot.store.repository import RedisStore
from bot.store.transaction import GROUP, CommitResult, Transaction, commit


class QuoteStore(RedisStore):
    async def redact_entries(
        self, stream: str, entries: AsyncIterator[tuple[str, dict[str, str]]], erased: QuoteTargets
    ) -> int:
        """Redact the entries of a stream. All entries of such a post move to its end: the last correction counts."""
        held = [
            (entry, fields, one)
            async for entry, fields in entries
            if (one := parse_entry_mention(fields)) and (one.quoted or one.parent or stream == self._keys.corrections)
        ]
        quoting = {one.id for _, _, one in held if blank_quoted(one, erased)}
        moved = 0
        for entry, fields, one in held:
            if one.id in quoting:
                redacted = _replace_mention(fields, blank_quoted(one, erased) or one)
                moved += await self._replace_entry(stream, entry, redacted)
        return moved

    async def redact_joined(self, case: str, erased: QuoteTargets) -> int:
        key = self._keys.joined_mentions_key(case)
        reply = await self._client.execute("HGETALL", key)
        changed = 0
        for name, raw in parse_hash(reply).items():
            one = parse_stored_mention(raw)
            if one and (blank := blank_quoted(one, erased)):
                changed += await self._replace_field(key, name, raw, blank.model_dump_json())
        return changed

    async def redact_dead_letters(self, letters: list[DeadLetter], erased: QuoteTargets) -> int:
        changed = 0
        for letter in letters:
            one = parse_stored_mention(letter.raw)
            if one and (blank := blank_quoted(one, erased)):
                body = json.dumps(json.loads(letter.stored) | {"m": blank.model_dump_json(exclude_defaults=True)})
                changed += await self._replace_field(self._keys.dead_letters, letter.id, letter.stored, body)
        return changed

    async def _replace_entry(self, stream: str, entry: str, fields: Mapping[str, str]) -> int:
        group = GROUP if stream == self._keys.inbox else ""
        flat = [word for pair in fields.items() for word in pair]
        return int(await self._client.run_script("replace_entry", [stream], [entry, group, *flat]))

    async def _replace_field(self, key: str, name: str, before: str, after: str) -> bool:
        """Replace a field. Return False on a conflict: the command then reports that something is left."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, before, name)
        transaction.write("HSET", key, name, after)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN


def parse_entry_mention(entry: Mapping[str, str]) -> Mention | None:
    """Return the mention of a stream entry, or None; a correction has it within its own record."""
    if "m" in entry:
        return parse_stored_mention(entry["m"])
    try:
        return parse_stored_mention(json.dumps(json.loads(entry["body"])["mention"]))
    except (KeyError, ValueError, TypeError):
        return None


def parse_stored_mention(raw: str) -> Mention | None:
    """Return the mention, or None if it cannot be read."""
    try:
        return Mention.from_stored(raw)
    except ValueError:
        return None


def _replace_mention(entry: Mapping[str, str], mention: Mention) -> dict[str, str]:
    """Return the entry with this mention in place of its own."""
    if "m" in entry:
        return {**entry, "m": mention.model_dump_json(exclude_defaults=True)}
    dumped = mention.model_dump(mode="json", exclude_defaults=True)
    return {**entry, "body": json.dumps(json.loads(entry["body"]) | {"mention": dumped})}
