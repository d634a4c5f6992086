"""Addresses of posts: by which a flagged post, the same post from a source, and our answer to it are known as one."""

import re
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.domain.mention import Mention

_OF_NO_MEANING = re.compile(r"utm_\w+|fbclid|gclid|igsh|ref_src|ref_url")
"""Parameters that say where a link was clicked."""
X, BLUESKY, MASTODON = "x", "bluesky", "mastodon"
SLACK = "slack"
"""The source of what people flag."""
_X_HOSTS = frozenset({"x.com", "twitter.com", "fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com"})
"""Those of X, and of services that people put in its place so that a chat shows the whole post."""
_X_STATUS = re.compile(r"/status(?:es)?/(\d+)")
_BLUESKY_POST = re.compile(r"/profile/[^/]+/post/(\w+)")
"""The handle in front may change, and may be the id of the account."""
_MASTODON_POST = re.compile(r"/@[^/]+/(\d{6,})")
_QUESTION = re.compile(r"/(?:questions|q|a)/(\d+)(?:/[^/]*)?")
_PLAIN = re.compile(r"https?://([A-Za-z0-9][A-Za-z0-9.-]*)((?:/[A-Za-z0-9/_.~%@-]*)?)")
"""Nearly all addresses of posts: to take them apart as any address takes four times as long."""
_MOBILE = re.compile(r"^(?:www|m|mobile)\.")


def normalize_link(url: str) -> str:
    """Return host, path and parameters in one spelling; '' for what is no address on the web."""
    plain = _PLAIN.fullmatch(url)
    if plain and (host := _MOBILE.sub("", plain[1].lower())):
        path = plain[2].rstrip("/")
        return _normalize_post(host, path) or f"{host}{path}"
    try:
        parts = urlsplit(url.strip())
        host = _MOBILE.sub("", (parts.hostname or "").casefold())
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    if post := _normalize_post(host, parts.path.rstrip("/")):
        return post
    told = [one for one in parse_qsl(parts.query) if not _OF_NO_MEANING.fullmatch(one[0])] if parts.query else []
    query = f"?{urlencode(sorted(told), errors='replace')}" if told else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def _normalize_post(host: str, path: str) -> str:
    """Return the address of a post of an outlet that has several for one; '' for all others."""
    if host in _X_HOSTS and (post := _X_STATUS.search(path)):
        return f"x.com/status/{post[1]}"
    if host == "bsky.app" and (post := _BLUESKY_POST.fullmatch(path)):
        return f"bsky.app/post/{post[1]}"
    if post := _MASTODON_POST.fullmatch(path):
        return f"{host}/@/{post[1]}"
    post = _QUESTION.fullmatch(path)
    return f"{host}/q/{post[1]}" if post else ""


def find_link_outlet(url: str) -> str:
    """Return `x`, `bluesky` or `mastodon` if a post of it is at this address; '' for all others."""
    host, _, post = normalize_link(url).partition("/")
    if (host, post.partition("/")[0]) in {("x.com", "status"), ("bsky.app", "post")}:
        return X if host == "x.com" else BLUESKY
    return MASTODON if post.startswith("@/") else ""


def find_link_author(url: str) -> tuple[str, str]:
    """Return outlet and handle of who wrote the post at this address, as far as it says so; else two empty strings."""
    outlet, (host, _, _) = find_link_outlet(url), normalize_link(url).partition("/")
    parts = [part for part in urlsplit(url).path.split("/") if part] if outlet else []
    if outlet == BLUESKY:
        return outlet, parts[1]
    if outlet == X:
        return (outlet, parts[0]) if parts[1].startswith("status") else ("", "")
    handle = parts[0].removeprefix("@") if outlet else ""
    return outlet, f"{handle}@{host}" if handle and "@" not in handle else handle


def list_answered_links(reply: Mention) -> list[str]:
    """Return under which ids of links a post may have been flagged that this one answers.

    Where outlets tell of it only by its own id, the address is made from that.
    """
    native, url = reply.answered_id.partition(":")[2], reply.url
    if not native:
        return []
    last, host = native.rpartition("/")[2], normalize_link(url).partition("/")[0]
    match reply.source:
        case "x":
            found = [f"https://x.com/i/status/{last}"]
        case "bluesky":
            found = [f"https://bsky.app/profile/_/post/{last}"]
        case "hackernews":
            found = [f"https://news.ycombinator.com/item?id={last}"]
        case "youtube":
            found = [url.rpartition(".")[0]]
        case "stackexchange":
            found = [f"https://{host}/q/{last}"]
        case "github":
            found = [url.partition("#")[0]]
        case _:
            found = [f"https://{host}/@_/{last}"] if _MASTODON_POST.fullmatch(urlsplit(url).path) else []
    return [link for link in map(derive_link_id, found) if link]


def derive_link_id(url: str) -> str:
    """Return a hash of the address of 16 characters; '' for what is no address on the web."""
    link = normalize_link(url)
    return blake2b(link.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() if link else ""


def name_flagged_post(link: str) -> str:
    """Return what an answer awaits, instead of the id of a mention, where its post may still be flagged."""
    return f"link:{link}"
