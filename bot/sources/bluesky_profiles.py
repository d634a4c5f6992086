"""What the stream of Bluesky does not say about a post: who its author is, and what it answers."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.mention import Author, Mention
from bot.domain.own_accounts import fold_handle
from bot.domain.post_details import ParentPost
from bot.sources.bluesky_events import POSTS
from bot.sources.mention_parser import InvalidMentionError, validate_mention
from bot.sources.outlet_client import OutletClient, OutletError
from bot.sources.polling import read_list

AT_ONCE = 25
"""Accounts, or posts, of one request."""
MOST_PROFILES = 5_000
"""Accounts that are remembered while this process runs."""


class ProfileFinder:
    """Requests are only made for posts that name a subject; a post is published also without an answer."""

    def __init__(self, client: OutletClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._authors: OrderedDict[str, Author] = OrderedDict()

    async def complete_mentions(self, mentions: Sequence[Mention]) -> list[Mention]:
        """Return the mentions with handles, counts and the words that they answer, as far as they can be found."""
        posts = [mention for mention in mentions if mention.deleted_at is None]
        await self._load_authors({mention.author.id for mention in posts})
        parents = await self._load_parents({mention.in_reply_to for mention in posts} - {""})
        return [
            mention.copy_with(
                author=self._authors.get(mention.author.id, mention.author),
                parent=parents.get(mention.in_reply_to, mention.parent),
            )
            for mention in mentions
        ]

    async def find_ids(self, handles: Iterable[str]) -> dict[str, str]:
        """Return the ids of those handles that are found."""
        await self._load_authors(handles)
        known = {fold_handle(author.handle): did for did, author in self._authors.items()}
        return {handle: known[handle] for handle in handles if handle in known}

    async def _load_authors(self, dids: Iterable[str]) -> None:
        missing = sorted(set(dids) - self._authors.keys())
        for profile in await self._request("app.bsky.actor.getProfiles", "actors", missing, "profiles"):
            try:
                found = validate_mention({"id": "a:b", "text": "", "created_at": 0, "author": _map_profile(profile)})
            except InvalidMentionError:
                continue
            self._authors[found.author.id] = found.author
        while len(self._authors) > MOST_PROFILES:
            self._authors.popitem(last=False)

    async def _load_parents(self, names: Iterable[str]) -> Mapping[str, ParentPost]:
        uris = [f"at://{did}/{POSTS}/{rkey}" for did, _, rkey in (name.partition("/") for name in sorted(names))]
        parents = {}
        for post in await self._request("app.bsky.feed.getPosts", "uris", uris, "posts"):
            author, record = post.get("author"), post.get("record")
            if isinstance(author, dict) and isinstance(record, dict):
                name = f"{author.get('did')}/{str(post.get('uri')).rpartition('/')[2]}"
                parents[name] = ParentPost.model_validate(
                    {"id": name, "author": str(author.get("handle") or ""), "text": str(record.get("text") or "")}
                )
        return parents

    async def _request(self, method: str, parameter: str, values: Sequence[str], key: str) -> list[Mapping[str, Any]]:
        """Return what was found. After a failure the rest is not requested, and nothing is said: it adds little."""
        found: list[Mapping[str, Any]] = []
        for start in range(0, len(values), AT_ONCE):
            query = [(parameter, value) for value in values[start : start + AT_ONCE]]
            try:
                found += read_list(await self._client.get(f"{self._url}/xrpc/{method}", query), key)
            except OutletError:
                break
        return found


def _map_profile(profile: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": profile.get("did"),
        "handle": profile.get("handle"),
        "name": profile.get("displayName"),
        "followers": profile.get("followersCount"),
        "following": profile.get("followsCount"),
        "posts": profile.get("postsCount"),
        "created_at": profile.get("createdAt"),
        "avatar": profile.get("avatar"),
    }
