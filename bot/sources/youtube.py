"""YouTube: comments below the videos of a channel, such as your own, and below single videos, and our replies to them.

Polled, with a key.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.mention import Mention
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.outlet_client import OutletClient
from bot.sources.polling import (
    LEFT_OUT,
    PolledSource,
    PollResult,
    TimeCursor,
    build_mentions,
    check_outlet,
    read_list,
    split_edits,
)
from bot.sources.term_filter import TermFilter

DAY = 86_400
OVERLAP = 3_600
"""Seconds that are read again each time: comments that YouTube held back appear later."""
PAGE_SIZE, MOST_PAGES = 100, 20
REPLY_PAGES = 5
"""Pages in which a poll looks for our replies, shared by all places; each place has one. New or not, they are read."""
UNITS_A_DAY = 9_000
"""Requests that we make in a day: a few less than the 10,000 units that a project has."""
CHANNEL, VIDEO = r"^UC[\w-]{22}$", r"^[\w-]{11}$"


class YoutubeOptions(BaseModel):
    """`[sources.youtube]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    channel: str = Field("", pattern=rf"^$|{CHANNEL}")
    """All its videos; what is written there is for you, so every comment is taken."""
    videos: tuple[str, ...] = Field((), max_length=50)
    """Videos of others, such as a review of your product: only comments that name a subject are taken."""
    every: float = Field(300.0, ge=60, le=DAY)
    """Seconds between two requests."""
    url: str = Field("https://www.googleapis.com", pattern=r"^https?://\S+$")


class YoutubeOutlet:
    def __init__(self, options: YoutubeOptions, context: SourceContext) -> None:
        self._url = f"{options.url.rstrip('/')}/youtube/v3/commentThreads"
        self._options = options
        self._name = context.name
        self._clock = context.clock
        self._headers = {"X-Goog-Api-Key": context.secret}
        self._all, self._filter = TermFilter(()), context.build_term_filter()
        self._own = context.own_accounts
        self._has_own = bool(self._own.list_handles(context.name))

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        now = self._clock.now()
        position = TimeCursor.parse(cursor, now)
        begin = position.subtract_overlap(OVERLAP) if cursor else position.since - DAY
        mentions, edits, problem, requests = list[Mention](), list[Mention](), "", 0
        places = [("allThreadsRelatedToChannelId", self._options.channel)] if self._options.channel else []
        for name, value in [*places, *(("videoId", video) for video in self._options.videos)]:
            threads, pages = await self._load_threads(client, {name: value}, begin)
            skipped_pages = LEFT_OUT if pages > MOST_PAGES else ""
            comments = [comment for comment in map(_read_comment, threads) if _is_since(comment, begin)]
            found, skipped = build_mentions(reversed(comments), self._map_comment, self._all)
            ours, others = split_edits(found, self._filter if name == "videoId" else self._all)
            mentions, edits = mentions + ours + self._find_own_replies(threads, begin), edits + others
            problem, requests = skipped or skipped_pages or problem, requests + pages
        position = position._replace(since=int(now.timestamp()))
        mentions.sort(key=lambda mention: mention.created_at)
        return PollResult(mentions, position.dump(), problem, wait=requests * DAY / UNITS_A_DAY, edits=edits)

    async def _load_threads(
        self, client: OutletClient, place: Mapping[str, str], begin: int
    ) -> tuple[list[Mapping[str, Any]], int]:
        """Return the threads that began since `begin`, with older ones, and the number of requests.

        That is above `MOST_PAGES` if there were more pages. They come by the time of their first wording, so an old
        comment that was edited is not found. Replies cost no request of their own.
        """
        found: list[Mapping[str, Any]] = []
        part = "snippet,replies" if self._has_own else "snippet"
        query: dict[str, str | int] = {"part": part, "order": "time", "textFormat": "plainText"}
        query |= {"maxResults": PAGE_SIZE, **place}
        for page in range(1, MOST_PAGES + 1):
            answer = await client.get(self._url, query, self._headers)
            threads = read_list(answer, "items")
            found += threads
            token = answer.parse_json().get("nextPageToken")
            is_known = not all(_is_since(_read_comment(thread), begin) for thread in threads)
            if (is_known and page >= self._count_reply_pages()) or not isinstance(token, str):
                return found, page
            query["pageToken"] = token
        return found, MOST_PAGES + 1

    def _count_reply_pages(self) -> int:
        places = len(self._options.videos) + bool(self._options.channel)
        return max(1, REPLY_PAGES // places) if self._has_own else 1

    def _find_own_replies(self, threads: Sequence[Mapping[str, Any]], begin: int) -> list[Mention]:
        """Return what our accounts replied since `begin`. Those of others are left out, and what cannot be read."""
        replies = [reply for thread in threads for reply in _read_replies(thread) if _is_since(reply, begin)]
        found, _ = build_mentions(replies if self._has_own else (), self._map_comment, self._all)
        return [mention for mention in found if self._own.is_own_reply(mention)]

    def _map_comment(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        native, video = str(comment.get("id") or ""), str(comment.get("videoId") or "")
        author, answered = comment.get("authorChannelId"), str(comment.get("parentId") or "")
        written, changed = comment.get("publishedAt"), comment.get("updatedAt")
        return {
            "id": native or None,
            "source": self._name,
            "text": comment.get("textOriginal") or comment.get("textDisplay"),
            "created_at": written,
            "edited_at": changed if changed != written else None,
            "url": f"https://www.youtube.com/watch?v={video}&lc={native}",
            "conversation": answered or native,
            "in_reply_to": answered,
            "author": {
                "id": str(author.get("value") or "") if isinstance(author, dict) else "",
                "handle": comment.get("authorDisplayName"),
                "avatar": comment.get("authorProfileImageUrl"),
            },
            "engagement": {"likes": comment.get("likeCount"), "replies": comment.get("totalReplyCount")},
        }


def _read_comment(thread: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first comment of a thread, with its id and what the thread knows of it."""
    outer = thread.get("snippet")
    outer = outer if isinstance(outer, dict) else {}
    top = outer.get("topLevelComment")
    top = top if isinstance(top, dict) else {}
    inner = top.get("snippet")
    known = {"id": top.get("id"), "videoId": outer.get("videoId"), "totalReplyCount": outer.get("totalReplyCount")}
    return {**(inner if isinstance(inner, dict) else {}), **known}


def _read_replies(thread: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the replies that come with a thread: YouTube gives a few, where there are many."""
    first, replies = _read_comment(thread), thread.get("replies")
    comments = replies.get("comments") if isinstance(replies, dict) else None
    for reply in comments if isinstance(comments, list) else ():
        inner = reply.get("snippet") if isinstance(reply, dict) else None
        if isinstance(inner, dict):
            yield {**inner, "id": reply.get("id"), "videoId": first["videoId"], "parentId": first["id"]}


def _is_since(comment: Mapping[str, Any], begin: int) -> bool:
    """A time that cannot be read counts as new, so that the comment is named as skipped."""
    try:
        return datetime.fromisoformat(str(comment.get("publishedAt"))).astimezone(UTC).timestamp() >= begin
    except (ValueError, OverflowError):
        return True


def build_youtube_source(options: YoutubeOptions, context: SourceContext) -> PolledSource:
    """Raises `ValueError` if it could never bring anything."""
    if not context.secret:
        raise ValueError("EARSHOT_SOURCE_YOUTUBE_SECRET is not set. Create an API key in the Google Cloud console")
    if not options.channel and not options.videos:
        raise ValueError("needs a channel or videos")
    return PolledSource(YoutubeOutlet(options, context), options.every, context)


async def check_youtube(options: YoutubeOptions, context: SourceContext) -> SourceCheck:
    try:
        build_youtube_source(options, context)
    except ValueError as wrong:
        return SourceCheck(faults=(("", str(wrong)),))
    return await check_outlet(YoutubeOutlet(options, context), context)


SOURCE = SourceKind(
    YoutubeOptions,
    build_youtube_source,
    check_youtube,
    label="YouTube",
    example="""
# Comments on YouTube. EARSHOT_SOURCE_YOUTUBE_SECRET is an API key of a project with the YouTube Data API v3.
# [sources.youtube]
# A channel, such as your own: every comment below its videos. Default: none.
# channel = "UCabcdefghijklmnopqrstuv"
# Videos of others: comments below them that name a subject. Default: none.
# videos = ["dQw4w9WgXcQ"]
# Seconds between two requests. Default: 300.
# every = 300
# The API to ask. Default: that of Google.
# url = "https://www.googleapis.com"
""",
)
