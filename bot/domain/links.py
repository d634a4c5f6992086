"""Addresses of posts: by which a post that is flagged, and the same post from a source, are known as one."""

import re
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

_OF_NO_MEANING = re.compile(r"utm_\w+|fbclid|gclid|igsh|ref_src|ref_url")
"""Parameters that say where a link was clicked."""
_X_STATUS = re.compile(r"/status(?:es)?/(\d+)")
_MOBILE = re.compile(r"^(?:www|m|mobile)\.")


def normalize_link(url: str) -> str:
    """Return host, path and parameters in one spelling; '' for what is no address on the web."""
    try:
        parts = urlsplit(url.strip())
        host = _MOBILE.sub("", (parts.hostname or "").casefold())
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    if host in {"x.com", "twitter.com"} and (status := _X_STATUS.search(parts.path)):
        return f"x.com/status/{status[1]}"
    told = [one for one in parse_qsl(parts.query) if not _OF_NO_MEANING.fullmatch(one[0])] if parts.query else []
    query = f"?{urlencode(sorted(told), errors='replace')}" if told else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def derive_link_id(url: str) -> str:
    """Return a hash of the address of 16 characters; '' for what is no address on the web."""
    link = normalize_link(url)
    return blake2b(link.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() if link else ""
