"""Discourse: the posts of one forum, by its search. Polled, without a key."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field
from selectolax.lexbor import LexborHTMLParser

from bot.domain.own_accounts import fold_handle
from bot.domain.subject import Subject
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.html_text import MAX_HTML, extract_html_text
from bot.sources.outlet_client import OutletClient, OutletError
from bot.sources.polling import LEFT_OUT, PolledSource, PollResult, TimeCursor, build_mentions, check_outlet
from bot.sources.term_filter import list_search_terms

MOST_PAGES = 10
"""Pages of one search that a forum gives, and 400 for the next."""
MOST_POSTS = 60
"""Posts that are requested one by one in a poll; the next poll goes on at once."""
PAUSE = 0.6
"""Seconds between two requests: an address may send 2 a second and 200 a minute."""
OVERLAP = 900
"""Seconds that are searched again each time: posts reach the index late, and most edits are made soon."""
FIRST_WINDOW = 86_400
"""Seconds that are searched at the first start."""
GONE = (403, 404, 410)
"""Answers for a post that was deleted or hidden after it was found."""

Post = Mapping[str, Any]


class DiscourseOptions(BaseModel):
    """`[sources.discourse.<name>]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = True

    url: str = Field(pattern=r"^https?://\S+$", max_length=2000)
    every: float = Field(300.0, ge=60, le=86_400)
    """Seconds between two searches."""


class DiscourseOutlet:
    def __init__(self, options: DiscourseOptions, context: SourceContext) -> None:
        self._url = options.url.rstrip("/")
        self._name = context.name
        self._clock = context.clock
        subjects: tuple[Subject, ...] = context.subjects
        self._terms = [term.replace('"', " ") for term in list_search_terms(subjects)]
        self._filter = context.build_term_filter()
        self._own_handles = frozenset(context.own_accounts.list_handles(self._name))
        self._read: set[int] = set()
        """Posts that were requested since the last poll that got through all: the rest goes on behind them."""

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        now = self._clock.now()
        position = TimeCursor.parse(cursor, now)
        begin = position.subtract_overlap(OVERLAP) if cursor else position.since - FIRST_WINDOW
        hits, problem = await self._search_terms(client, datetime.fromtimestamp(begin, UTC))
        waiting = sorted(hits.keys() - self._read)
        posts, is_complete = await self._request_posts(client, waiting, hits)
        mentions, unreadable = build_mentions(posts, self._map_post, self._filter)
        if is_complete:
            self._read.clear()
            position = position._replace(since=int(now.timestamp()))
        return PollResult(mentions, position.dump(), problem or unreadable, more=bool(cursor) and not is_complete)

    async def _search_terms(self, client: OutletClient, begin: datetime) -> tuple[dict[int, Post], str]:
        """Return the hits since `begin` by their ids, and a sentence about terms that the forum does not search for."""
        hits: dict[int, Post] = {}
        refused, problem = 0, ""
        for term in self._terms:
            try:
                found, is_whole = await self._search(client, term, begin)
                hits |= found
                problem = problem if is_whole else LEFT_OUT
            except OutletError as error:
                if error.status != 400:
                    raise
                refused += 1
        unsearched = f"The forum does not search for {refused} of the {len(self._terms)} terms: too short for it."
        return hits, unsearched if refused else problem

    async def _search(self, client: OutletClient, term: str, begin: datetime) -> tuple[dict[int, Post], bool]:
        """Return the hits since `begin`, and whether these are all."""
        day: date = (begin - timedelta(days=1)).date()  # in the forum's time zone, whatever it is
        found: dict[int, Post] = {}
        for page in range(1, MOST_PAGES + 1):
            query: dict[str, str | int] = {"q": f'"{term}" order:latest after:{day}', "page": page}
            body = (await client.get(f"{self._url}/search.json", query)).parse_json()
            await self._clock.sleep(PAUSE)
            posts, has_more = _read_hits(body)
            new = [post for post in posts if _is_since(post, begin)]
            found |= {int(post["id"]): post for post in new if isinstance(post.get("id"), int)}
            if not has_more or len(new) < len(posts):
                return found, True
        return found, False

    async def _request_posts(
        self, client: OutletClient, ids: list[int], hits: Mapping[int, Post]
    ) -> tuple[list[Post], bool]:
        """Return whole posts, for hits have only a piece of their text, and whether these are all.

        Raises `OutletError` if not one can be had.
        """
        posts: list[Post] = []
        for number, post_id in enumerate(ids):
            if number == MOST_POSTS:
                return posts, False
            try:
                post = await self._request_post(client, str(post_id))
                answered = await self._find_answered_post(client, post) if post else ""
            except OutletError:
                if not posts:
                    raise
                return posts, False  # publish these; the next request meets the error again
            self._read.add(post_id)
            if post is not None:
                posts.append({**post, "hit": hits[post_id], "answered": answered})
        return posts, True

    async def _request_post(self, client: OutletClient, path: str) -> Post | None:
        """Return a post, or None if it is gone. Raises `OutletError`."""
        try:
            post = (await client.get(f"{self._url}/posts/{path}.json")).parse_json()
        except OutletError as error:
            if error.status not in GONE:
                raise
            post = None
        await self._clock.sleep(PAUSE)
        return post if isinstance(post, dict) else None

    async def _find_answered_post(self, client: OutletClient, post: Post) -> str:
        """Return the id of the post that this one answers, or only its number in the topic.

        The id costs a request, and only our own answers need it: it leads to their case.
        """
        topic, number = post.get("topic_id"), post.get("reply_to_post_number")
        if not number:
            return ""
        is_own = fold_handle(str(post.get("username") or "")) in self._own_handles
        found = await self._request_post(client, f"by_number/{topic}/{number}") if is_own else None
        return str((found or {}).get("id") or f"{topic}/{number}")

    def _map_post(self, post: Post) -> dict[str, Any]:
        hit: Post = post["hit"]
        topic, number = str(post.get("topic_id") or ""), post.get("post_number")
        body, quoted = _extract_words(str(post.get("cooked") or post.get("raw") or ""))
        title = extract_html_text(str(hit.get("title") or "")) if number == 1 else ""
        handle = str(post.get("username") or "")
        version = post.get("version")
        edits = min(version - 1, 1_000) if isinstance(version, int) and version > 1 else 0
        return {
            "id": str(post.get("id") or "") or None,
            "source": self._name,
            "text": f"{title}\n\n{body}".strip(),
            "created_at": post.get("created_at"),
            "edits": edits,
            "edited_at": post.get("updated_at") if edits else None,
            "url": f"{self._url}/t/{topic}/{number}",
            "conversation": topic,
            "in_reply_to": post["answered"],
            "quoted": quoted,
            "place": urlsplit(self._url).hostname or "",
            "author": {"id": handle, "handle": handle, "name": str(post.get("name") or "")},
            "engagement": {"likes": hit.get("like_count"), "replies": post.get("reply_count")},
        }


def _read_hits(body: object) -> tuple[list[Post], bool]:
    """Return the hits of a page with their topics' titles, and whether there is another. Raises `OutletError`."""
    if not isinstance(body, dict):
        raise OutletError("answers without a list of posts")
    about = body.get("grouped_search_result")
    about = about if isinstance(about, dict) else {}
    if about.get("error") or body.get("error") or body.get("errors"):
        raise OutletError("is too busy to search")
    posts, topics = body.get("posts") or [], body.get("topics") or []
    if not isinstance(posts, list) or not isinstance(topics, list) or not ("posts" in body or about):
        raise OutletError("answers without a list of posts")
    titles = {str(topic.get("id")): topic.get("title") for topic in topics if isinstance(topic, dict)}
    hits: list[Post] = [
        {**post, "title": titles.get(str(post.get("topic_id")))} for post in posts if isinstance(post, dict)
    ]
    return hits, bool(about.get("more_full_page_results"))


def _is_since(post: Post, begin: datetime) -> bool:
    """Whether a hit is new enough; one whose time cannot be read is."""
    try:
        moment = datetime.fromisoformat(str(post.get("created_at")))
    except ValueError:
        return True
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) >= begin


def _extract_words(html: str) -> tuple[str, str]:
    """Return the author's own words, and those that they quote."""
    tree = LexborHTMLParser(html[:MAX_HTML])
    quotes = [extract_html_text(node.html or "") for node in tree.css("aside.quote blockquote")]
    for node in tree.css("aside.quote"):
        node.decompose()
    return extract_html_text(tree.html or ""), quotes[0] if quotes else ""


def build_discourse_source(options: DiscourseOptions, context: SourceContext) -> PolledSource:
    return PolledSource(DiscourseOutlet(options, context), options.every, context)


async def check_discourse(options: DiscourseOptions, context: SourceContext) -> SourceCheck:
    return await check_outlet(DiscourseOutlet(options, context), context)


SOURCE = SourceKind(
    DiscourseOptions,
    build_discourse_source,
    check_discourse,
    gives=("place",),
    example="""
# Posts of a forum that runs Discourse. Each has a name of your own, which cards show. Needs no key.
# [sources.discourse.forum]
# url = "https://forum.example"
# Seconds between two searches. Default: 300.
# every = 300
""",
)
