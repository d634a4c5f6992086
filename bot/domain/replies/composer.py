"""The outlet's own composer, in which a person sends a reply. Earshot sends nothing."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from bot.domain.links import BLUESKY, MASTODON, X, find_link_outlet
from bot.domain.mention import Mention

MAX_URL = 3000
"""Characters of the URL of a button in Slack."""
_POST_ON_X = re.compile(r"/status/(\d{1,25})(?:$|[/?#])")
_HANDLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}(?:@[A-Za-z0-9.-]{1,100})?")


def find_outlet(mention: Mention, instances: Mapping[str, str]) -> str:
    """Return `x`, `bluesky`, `mastodon`, or '' for another outlet. `instances`: source → base URL.

    A post that was flagged is where its address leads.
    """
    if mention.source in instances:
        return MASTODON
    return mention.source if mention.source in {X, BLUESKY} else find_link_outlet(mention.url)


def build_addressee(mention: Mention, instances: Mapping[str, str]) -> str:
    """Return `@handle ` where the composer opens a new post, so that the person is told of it; else ''."""
    handle = mention.author.handle.removeprefix("@")
    is_new_post = find_outlet(mention, instances) in {BLUESKY, MASTODON}
    return f"@{handle} " if is_new_post and _HANDLE.fullmatch(handle) else ""


def prefix_addressee(mention: Mention, text: str, instances: Mapping[str, str]) -> str:
    """Return the text with the addressee in front, unless it is in the text already."""
    addressee = build_addressee(mention, instances)
    return text if not addressee or addressee.strip().casefold() in text.casefold() else addressee + text


def build_composer_url(mention: Mention, text: str, instances: Mapping[str, str]) -> str:
    """Return the URL of the composer with the text in it, or without where that is too long; '' if there is none."""
    match find_outlet(mention, instances):
        case "x":
            base, more = "https://x.com/intent/post", _find_post_on_x(mention)
        case "bluesky":
            base, more = "https://bsky.app/intent/compose", {}
        case "mastodon":
            parts = urlsplit(_find_instance(mention, instances))
            base, more = f"{parts.scheme}://{parts.netloc}/share" if parts.netloc else "", {}
        case _:
            return ""
    if not base:
        return ""
    whole = f"{base}?{urlencode({**more, 'text': text}, quote_via=quote)}" if text else ""
    if 0 < len(whole) <= MAX_URL:
        return whole
    return f"{base}?{urlencode(more)}" if more else base


def _find_instance(mention: Mention, instances: Mapping[str, str]) -> str:
    """Return the instance that brought the post, or one that we read at whose address it was flagged; else ''."""
    host = urlsplit(mention.url).netloc
    return instances.get(mention.source) or next(
        (one for one in instances.values() if urlsplit(one).netloc == host), ""
    )


def _find_post_on_x(mention: Mention) -> dict[str, str]:
    """The address of an edited post has the id of its newest wording."""
    found = _POST_ON_X.search(mention.url)
    post = found[1] if found else mention.id.partition(":")[2]
    return {"in_reply_to": post} if post.isascii() and post.isdecimal() else {}
