"""Pages as each outlet sends them, with posts of the sample day in them."""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from bot.domain.mention import Mention
from bot.sources.bluesky_events import POSTS

CHANNEL, APP, PACKAGE = "UCabcdefghijklmnopqrstuv", "1234567890", "com.northwind.app"
NO_MORE: Mapping[str, Any] = {"items": [], "hits": []}


def dump_json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def build_bluesky_frames(posts: Sequence[Mention], term: str = "", every: int = 1) -> list[bytes]:
    """Return frames of Bluesky's stream; each post whose number `every` divides ends with the term."""
    frames = []
    for number, post in enumerate(posts, 1):
        text = post.text if number % 5 else f"{post.text} – não é possível, écoutez, größer 😀"
        text = text if (number - 1) % every else f"{text} {term}"
        record = {"$type": POSTS, "createdAt": post.created_at.isoformat(), "langs": ["en"], "text": text}
        commit: dict[str, object] = {"rev": "3lxyzxyzxyz2a", "operation": "create", "collection": POSTS}
        commit |= {"rkey": f"3l{number:011d}", "record": record}
        commit |= {"cid": "bafyreigh2akiscaildc2uwrm3dlyqgmbnuxm4vcfmtkimkdeuxo3ucmuiq"}
        event = {"did": f"did:plc:{number:024d}", "time_us": 1_764_000_000_000_000 + number, "kind": "commit"}
        frames.append(dump_json(event | {"commit": commit}))
    return frames


def build_x_lines(posts: Sequence[Mention]) -> list[bytes]:
    counts = {"followers_count": 120, "following_count": 80, "tweet_count": 900}
    return [
        dump_json(
            {
                "data": {"id": str(number), "text": post.text, "author_id": "7", "created_at": _format_time(post)},
                "includes": {"users": [{"id": "7", "username": "rui", "name": "Rui", "public_metrics": counts}]},
                "matching_rules": [{"id": "1", "tag": "earshot:Northwind"}],
            }
        )
        for number, post in enumerate(posts, 1_991_000_000_000_000_000)
    ]


def build_own_items(posts: Sequence[Mention]) -> list[bytes]:
    """Return our own JSON, as webhooks and files bring it."""
    return [post.model_dump_json(exclude_defaults=True).encode() for post in posts]


def _build_rss(posts: Sequence[Mention]) -> list[bytes]:
    items = "".join(
        f"<item><guid>{number}</guid><title>{escape(post.text[:60])}</title><link>https://a.example/{number}</link>"
        f"<description>{escape(f'<p>{escape(post.text)}</p>')}</description>"
        f"<pubDate>{post.created_at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for number, post in enumerate(posts, 1)
    )
    return [f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()]


def _build_hackernews(posts: Sequence[Mention]) -> list[bytes]:
    hits = [
        {"objectID": str(number), "author": "wren", "created_at_i": _read_seconds(post), "comment_text": post.text}
        | {"story_id": 7, "parent_id": 8, "_tags": ["comment", "author_wren", "story_7"]}
        for number, post in enumerate(posts, 1)
    ]
    return [dump_json({"hits": hits}), dump_json(NO_MORE)]


def _build_stackexchange(posts: Sequence[Mention]) -> list[bytes]:
    questions = [
        {"question_id": number, "title": post.text[:60], "body": f"<p>{escape(post.text)}</p>", "answer_count": 2}
        | {"creation_date": _read_seconds(post), "link": f"https://stackoverflow.com/questions/{number}/x"}
        | {"owner": {"user_id": 5, "display_name": "Ana &amp; Co", "reputation": 10}}
        for number, post in enumerate(posts, 1)
    ]
    return [dump_json({"items": questions, "has_more": False, "quota_max": 10_000, "quota_remaining": 9_000})]


def _build_discourse(posts: Sequence[Mention]) -> list[bytes]:
    """Return a search, and the answers to the requests for its hits, one by one."""
    hits = [{"id": number, "topic_id": 40, "created_at": _format_time(post)} for number, post in enumerate(posts, 1)]
    wholes = [
        {**hit, "post_number": 2, "username": "marta", "name": "Marta K.", "version": 1, "reply_count": 3}
        | {"updated_at": hit["created_at"], "cooked": f"<p>{escape(post.text)}</p>"}
        for hit, post in zip(hits, posts, strict=True)
    ]
    return [dump_json({"posts": hits, "topics": [], "grouped_search_result": {}}), *map(dump_json, wholes)]


def _build_mastodon(posts: Sequence[Mention]) -> list[bytes]:
    account = {"acct": "marta@far.example", "display_name": "Marta K.", "note": "<p>Trains.</p>", "bot": False}
    account |= {"followers_count": 120, "following_count": 80, "statuses_count": 900, "discoverable": True}
    statuses = [
        {"id": str(number), "created_at": _format_time(post), "content": f"<p>{escape(post.text)}</p>"}
        | {"url": f"https://far.example/@marta/{number}", "visibility": "public", "account": account, "language": "en"}
        | {"favourites_count": 3, "replies_count": 1, "reblogs_count": 2, "media_attachments": []}
        for number, post in enumerate(posts, 1)
    ]
    return [dump_json(statuses)]


def _build_github(posts: Sequence[Mention]) -> list[bytes]:
    issues = [
        {"id": number, "title": post.text[:60], "body": post.text, "created_at": _format_time(post), "comments": 2}
        | {"html_url": f"https://github.com/other/app/issues/{number}", "reactions": {"+1": 7}}
        | {"repository_url": "https://api.github.com/repos/other/app", "user": {"id": 5, "login": "ana"}}
        for number, post in enumerate(posts, 1)
    ]
    return [dump_json({"items": issues}), dump_json(NO_MORE)]


def _build_youtube(posts: Sequence[Mention]) -> list[bytes]:
    threads = []
    for number, post in enumerate(posts, 1):
        at = _format_time(post)
        comment: dict[str, object] = {
            "textOriginal": post.text,
            "authorDisplayName": "@ana",
            "authorChannelId": {"value": "UCana"},
        }
        comment |= {"publishedAt": at, "updatedAt": at, "likeCount": 3}
        top = {"id": f"c{number}", "snippet": comment}
        threads.append({"snippet": {"videoId": "v", "topLevelComment": top, "totalReplyCount": 1}})
    return [dump_json({"items": threads})]


def _build_appstoreconnect(posts: Sequence[Mention]) -> list[bytes]:
    reviews = [
        {"type": "customerReviews", "id": str(number)}
        | {"attributes": {"rating": 1, "title": "Useless", "body": post.text, "createdDate": _format_time(post)}}
        for number, post in enumerate(posts, 1)
    ]
    return [dump_json({"data": reviews, "links": {}})]


def _build_googleplay(posts: Sequence[Mention]) -> list[bytes]:
    reviews = [
        {"reviewId": str(number), "authorName": "Wilma Q"}
        | {"comments": [{"userComment": {"text": post.text, "starRating": 1, "lastModified": _build_stamp(post)}}]}
        for number, post in enumerate(posts, 1)
    ]
    return [dump_json({"reviews": reviews})]


def _build_stamp(post: Mention) -> dict[str, str]:
    return {"seconds": str(_read_seconds(post))}


def _read_seconds(post: Mention) -> int:
    return int(post.created_at.timestamp())


def _format_time(post: Mention) -> str:
    return f"{post.created_at:%Y-%m-%dT%H:%M:%S}Z"


PAGES: Mapping[str, Callable[[Sequence[Mention]], list[bytes]]] = {
    "rss": _build_rss,
    "hackernews": _build_hackernews,
    "stackexchange": _build_stackexchange,
    "discourse": _build_discourse,
    "mastodon": _build_mastodon,
    "github": _build_github,
    "youtube": _build_youtube,
    "appstoreconnect": _build_appstoreconnect,
    "googleplay": _build_googleplay,
}
"""By polled source: what the requests of one poll are answered with, in their order."""
