"""The posts that were read lately, with their words, from where they are kept anyway.

Those that nobody was routed are in a stream, the others in their cases. So nothing is stored for this, and what is
forgotten or deleted there is gone here too. Spam and messages from Slack are left out.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.links import SLACK
from bot.domain.mention import Mention
from bot.domain.reports.preview import RecentPost, RecentPosts
from bot.store.cases import CaseStore
from bot.store.client import RedisClient, parse_hash
from bot.store.keys import ASIDE_MOST, JOINED_MOST, Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore

PAGE_SIZE = 500
MAX_CASES = 3_000
MAX_ROUTED = 20_000
"""Posts of cases, with those that joined them: in a storm, up to 1,000 for each case."""
MAX_EVENTS = 40_000
"""Events of the audit log in which the newest cases are looked for."""
SUBJECT = "subject:"


class RecentPostStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, cases: CaseStore) -> None:
        super().__init__(client, keys)
        self._cases = cases
        self._mentions = RecordReader(client, keys, "mention", Mention.from_stored)

    async def load(self, since: datetime) -> RecentPosts:
        """Return each post once, the newest first. `since` moves on where older ones are not kept."""
        unrouted, is_full = await self._load_unrouted(since)
        routed, has_more = await self._load_routed(since)
        for posts, is_cut in ((unrouted, is_full), (routed, has_more)):
            if is_cut and posts:
                since = max(since, min(post.mention.created_at for post in posts))
        by_id = {post.mention.id: post for post in (*unrouted, *routed) if _is_shown(post.mention, since)}
        newest = sorted(by_id.values(), key=lambda post: post.mention.created_at, reverse=True)
        return RecentPosts(newest, min((post.mention.created_at for post in newest), default=since))

    async def _load_unrouted(self, since: datetime) -> tuple[list[RecentPost], bool]:
        """Return posts that were routed to nobody, oldest first, and whether older ones were trimmed."""
        posts: list[RecentPost] = []
        last, read = "+", 0
        while reply := await self._client.execute("XREVRANGE", self._keys.unrouted, last, "-", "COUNT", PAGE_SIZE):
            read_entries = [await self._read_unrouted(place, parse_hash(flat)) for place, flat in reply]
            page = [post for post in read_entries if post is not None]
            posts += page
            read += len(reply)
            if page and all(post.mention.created_at < since for post in page):
                break
            last = f"({reply[-1][0]}"
        return posts[::-1], read >= ASIDE_MOST

    async def _read_unrouted(self, place: str, fields: dict[str, str]) -> RecentPost | None:
        mention = await self._mentions.read(self._keys.unrouted, fields.get("m"), f"{place} m")
        labels = fields.get("labels", "").split(",")
        subject = next((one.removeprefix(SUBJECT) for one in labels if one.startswith(SUBJECT)), "")
        return RecentPost(mention, subject) if mention is not None else None

    async def _load_routed(self, since: datetime) -> tuple[list[RecentPost], bool]:
        """Return the posts of the newest cases with all that joined them, and whether there are more cases."""
        names, has_more = await self._list_newest_cases(since)
        posts: list[RecentPost] = []
        for start in range(0, len(names), PAGE_SIZE):
            for case in (await self._cases.find(names[start : start + PAGE_SIZE])).values():
                if len(posts) >= MAX_ROUTED:
                    return posts, True
                joined = await self._cases.load_joined(case.id, JOINED_MOST) if case.joined_count else ()
                posts += [RecentPost(one, case.assessment.subject, case.department) for one in (case.mention, *joined)]
        return posts, has_more

    async def _list_newest_cases(self, since: datetime) -> tuple[list[str], bool]:
        """Return the cases to which something happened, the latest first, and whether there are more."""
        names: dict[str, None] = {}
        last, read = "+", 0
        while reply := await self._client.execute("XREVRANGE", self._keys.audit, last, "-", "COUNT", PAGE_SIZE):
            events = [parse_hash(flat) for _, flat in reply]
            names.update((event["case"], None) for event in events if event.get("case"))
            read += len(reply)
            if _is_before(events, since):
                break
            if len(names) >= MAX_CASES or read >= MAX_EVENTS:
                return list(names)[:MAX_CASES], True
            last = f"({reply[-1][0]}"
        return list(names), False


def _is_before(events: Iterable[dict[str, str]], since: datetime) -> bool:
    return all(event.get("at", "") < since.isoformat() for event in events)


def _is_shown(mention: Mention, since: datetime) -> bool:
    return mention.created_at >= since and not mention.is_forgotten and mention.source != SLACK
