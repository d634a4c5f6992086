"""Which shard a mention belongs to: all posts of one author are in the same one."""

import zlib

from bot.domain.mention import UNKNOWN_AUTHOR_ID, Mention


def has_known_author(mention: Mention) -> bool:
    """Return False where only the id tells which post it is, as of most deletions."""
    return mention.author.id != UNKNOWN_AUTHOR_ID


def find_shard(mention: Mention, count: int) -> int:
    """Return the number of its shard, from 0: by its author, and without one by its own id."""
    if has_known_author(mention):
        return find_author_shard(mention.source, mention.author.id, count)
    return _compute_shard(mention.id, count)


def find_author_shard(source: str, author_id: str, count: int) -> int:
    return _compute_shard(f"{source}:{author_id}", count)


def _compute_shard(key: str, count: int) -> int:
    """The result is where data lies: never change how it is computed."""
    return zlib.crc32(key.encode()) % count
