"""Entries of RSS, Atom and JSON Feed."""

import io
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from time import struct_time
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

import feedparser

from bot.sources.html_text import extract_html_text
from bot.sources.mention_parser import InvalidMentionError, parse_json
from bot.sources.outlet_client import OutletError

MOST_ENTRIES = 2_000
"""Entries of one feed that are read, the newest ones: some serve their whole archive."""
_NEVER = (9999,)
"""The time of entries without one: they may be new."""


class FeedEntry(NamedTuple):
    """One entry, with the text as a reader sees it. Times are UTC; None if the feed does not tell."""

    id: str
    """What the feed calls it, else its link, else empty."""
    title: str
    text: str
    link: str
    published: datetime | None = None
    updated: datetime | None = None
    author: str = ""

    @property
    def words(self) -> str:
        """The title and the text, once if the text begins with the title."""
        beginning = self.title.rstrip(" .…")
        if not self.text or not self.title or self.text.startswith(beginning):
            return self.text or self.title
        return f"{self.title}\n\n{self.text}"


class Feed(NamedTuple):
    title: str
    lang: str
    entries: list[FeedEntry]
    """In their order, or the newest first if there are more than are read."""
    total: int
    """How many the feed has."""


def parse_feed(body: bytes, url: str, content_type: str = "") -> Feed:
    """Parse what `url` answered. Takes 0.2 ms an entry, so run it in a thread.

    Raises `OutletError` if it is no feed.
    """
    if body.lstrip()[:1] == b"{":
        return _parse_json_feed(body, url)
    answer = {"content-location": url, "content-type": content_type}
    found = feedparser.parse(
        io.BytesIO(body), response_headers=answer, sanitize_html=False, resolve_relative_uris=False
    )
    entries = found.get("entries", [])
    if not entries and not found.get("version"):
        raise OutletError("answers, but not with a feed", needs_person=True)
    info: Mapping[str, Any] = found.get("feed", {})
    title, lang = extract_html_text(info.get("title") or ""), str(info.get("language") or "")
    return Feed(title, lang, [_parse_entry(entry, url) for entry in _choose_newest(entries)], len(entries))


def _choose_newest(entries: list[Any]) -> list[Any]:
    """Archives may begin with their oldest entry, so the first ones need not be the newest."""
    if len(entries) <= MOST_ENTRIES:
        return entries
    return sorted(entries, key=_read_time_order, reverse=True)[:MOST_ENTRIES]


def _read_time_order(entry: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(entry.get("published_parsed") or entry.get("updated_parsed") or _NEVER)


def _parse_entry(entry: Mapping[str, Any], url: str) -> FeedEntry:
    contents = [part.get("value") or "" for part in entry.get("content") or ()]
    link = resolve_link(str(entry.get("link") or ""), url)
    return FeedEntry(
        str(entry.get("id") or link),
        extract_html_text(str(entry.get("title") or "")),
        extract_html_text(str(entry.get("summary") or "") or max(contents, key=len, default="")),
        link,
        _parse_time(entry.get("published_parsed")),
        _parse_time(entry.get("updated_parsed") if "updated_parsed" in entry else None),
        extract_html_text(str(entry.get("author") or "")),
    )


def _parse_time(value: struct_time | None) -> datetime | None:
    """Feedparser has made the time UTC; an impossible one counts as none."""
    try:
        return datetime.fromtimestamp(timegm(value), UTC) if value else None
    except (ValueError, OverflowError, OSError):
        return None


def resolve_link(link: str, url: str) -> str:
    """Return the web address of an entry, without Google's redirect; empty if it has none."""
    try:
        target = urljoin(url, link.strip()) if link.strip() else ""
        parts = urlsplit(target)
        if (parts.hostname or "").startswith("www.google.") and parts.path == "/url":
            query = parse_qs(parts.query)
            target = (query.get("url") or query.get("q") or [target])[0]
        return target if urlsplit(target).scheme in {"https", "http"} else ""
    except ValueError:  # brackets that are no address
        return ""


def _parse_json_feed(body: bytes, url: str) -> Feed:
    try:
        feed = parse_json(body)
    except InvalidMentionError:
        feed = None
    items = feed.get("items") if isinstance(feed, dict) and "jsonfeed.org" in str(feed.get("version")) else None
    if not isinstance(items, list):
        raise OutletError("answers, but not with a feed", needs_person=True)
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) > MOST_ENTRIES:
        objects = sorted(objects, key=lambda item: str(item.get("date_published") or "9"), reverse=True)
    entries = [_parse_json_item(item, url) for item in objects[:MOST_ENTRIES]]
    return Feed(str(feed.get("title") or ""), str(feed.get("language") or ""), entries, len(objects))


def _parse_json_item(item: Mapping[str, Any], url: str) -> FeedEntry:
    authors = [one for one in (item.get("authors") or [item.get("author")]) if isinstance(one, dict)]
    link = resolve_link(str(item.get("url") or item.get("external_url") or ""), url)
    text = item.get("content_text") or extract_html_text(str(item.get("content_html") or item.get("summary") or ""))
    return FeedEntry(
        str(item.get("id") or link),
        str(item.get("title") or ""),
        str(text),
        link,
        _parse_iso_time(item.get("date_published")),
        _parse_iso_time(item.get("date_modified")),
        str(authors[0].get("name") or "") if authors else "",
    )


def _parse_iso_time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
