"""What Mastodon tells about a status, as a mention; and what an instance shows to whom."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from bot.sources.html_text import extract_html_text

OPT_OUT_TAGS = ("#nobot", "#noindex", "#noarchive")
"""What people write into their profile so that programs leave their posts alone."""

Status = Mapping[str, Any]


class InstanceAccess(NamedTuple):
    """What `/api/v2/instance` says. Instances before 4.5 do not say it, and show everything."""

    streaming: str = ""
    """The base URL of streams, https or http."""
    hashtags: Mapping[str, str] = {}
    """For posts of the instance (`local`) and of others (`remote`): `public`, `authenticated` or `disabled`."""
    live: Mapping[str, str] = {}
    """The same for all public posts."""

    @classmethod
    def parse(cls, body: object) -> Self:
        configuration = _read_object(body, "configuration")
        access = _read_object(configuration, "timelines_access")
        streaming = str(_read_object(configuration, "urls").get("streaming") or "")
        return cls(
            streaming.replace("wss://", "https://", 1).replace("ws://", "http://", 1).rstrip("/"),
            _read_object(access, "hashtag_feeds"),
            _read_object(access, "live_feeds"),
        )


def list_visible(feeds: Mapping[str, str], *, has_token: bool) -> list[str]:
    """Return which of `local` and `remote` posts can be read."""
    closed = {"disabled"} if has_token else {"disabled", "authenticated"}
    return [origin for origin in ("local", "remote") if feeds.get(origin) not in closed]


def is_open_post(status: Status) -> bool:
    """Whether it is a public post of its own, by somebody who has not opted out of being found."""
    account = _read_object(status, "account")
    note = extract_html_text(str(account.get("note") or "")).lower()
    return (
        status.get("visibility") == "public"
        and not status.get("reblog")
        and account.get("noindex") is not True
        and account.get("discoverable") is not False
        and not any(tag in note for tag in OPT_OUT_TAGS)
    )


def map_status(status: Status, source: str, instance: str) -> dict[str, Any]:
    """Return the mention as JSON. `instance` is the host that was asked.

    The id is the instance's own and not the `uri`, for deletions tell nothing else. So two sources bring the same
    status under two ids; they become one case, since their author and words are the same.
    """
    account = _read_object(status, "account")
    handle = str(account.get("acct") or "")
    handle = handle if "@" in handle or not handle else f"{handle}@{instance}"
    native, answered = str(status.get("id") or ""), str(status.get("in_reply_to_id") or "")
    quote = _read_object(_read_object(status, "quote"), "quoted_status")
    return {
        "id": native or None,
        "source": source,
        "text": _read_words(status),
        "created_at": status.get("created_at"),
        "edited_at": status.get("edited_at"),
        "url": str(status.get("url") or status.get("uri") or "")[:3000],
        "lang": str(status.get("language") or "")[:35],
        "conversation": answered or native,
        "in_reply_to": answered,
        "quoted": _read_words(quote) if quote else "",
        "place": handle.rpartition("@")[2],
        "media": _map_media(status.get("media_attachments")),
        "engagement": {
            "likes": status.get("favourites_count"),
            "replies": status.get("replies_count"),
            "shares": status.get("reblogs_count"),
        },
        "author": {
            "id": handle,
            "handle": handle,
            "name": extract_html_text(str(account.get("display_name") or "")),
            "followers": _read_count(account, "followers_count"),
            "following": _read_count(account, "following_count"),
            "posts": _read_count(account, "statuses_count"),
            "created_at": account.get("created_at"),
            "bot": account.get("bot"),
            "avatar": str(account.get("avatar") or ""),
        },
    }


def derive_id_order(native: str) -> tuple[int, str]:
    """Return the key that sorts ids: they are opaque, and a longer one is later."""
    return len(native), native


def _read_words(status: Status) -> str:
    words = [extract_html_text(str(status.get(name) or "")) for name in ("spoiler_text", "content")]
    return "\n\n".join(filter(None, words))


def _map_media(items: object) -> list[dict[str, Any]]:
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [
        {"kind": item.get("type"), "url": item.get("remote_url") or item.get("url"), "alt": item.get("description")}
        for item in found
    ]


def _read_count(account: Mapping[str, Any], name: str) -> int | None:
    """Accounts that hide a count have -1."""
    count = account.get(name)
    return count if isinstance(count, int) and count >= 0 else None


def _read_object(value: object, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}
