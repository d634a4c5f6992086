"""Mastodon: the public posts with certain hashtags that one instance knows. Polled; with a token, live."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.sources.base import MentionSource, SourceCheck, SourceContext, SourceKind
from bot.sources.mastodon_status import (
    InstanceAccess,
    Status,
    derive_id_order,
    is_open_post,
    list_visible,
    map_status,
)
from bot.sources.mastodon_stream import MastodonSource
from bot.sources.outlet_client import OutletClient, OutletError, OutletResponse, parse_retry_time
from bot.sources.polling import PolledSource, PollResult, build_mentions, check_outlet, read_list, split_edits
from bot.sources.term_filter import TermFilter, list_search_terms

TAGS_AT_ONCE = 4
"""Hashtags that one request may ask for."""
MOST_TAGS = 16
PAGE_SIZE = 40
MOST_REQUESTS = 40
"""In one poll: an address may send 300 in 15 minutes. The next poll goes on at once."""
RESERVE = 5
"""Requests that are left to others who share the address."""
OVERLAP = 600
"""Seconds that are read again, at least: posts of other instances come late, with an id of when they were written."""
DESCRIBED_FOR = timedelta(hours=1)
"""How long what an instance says about itself is believed."""


class MastodonOptions(BaseModel):
    """`[sources.mastodon.<instance>]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = True

    url: str = Field(pattern=r"^https?://\S+$", max_length=2000)
    hashtags: tuple[str, ...] = Field((), max_length=MOST_TAGS)
    """Without them, those of the subjects."""
    public: bool = False
    """Whether to read all public posts that the instance knows, live; needs a token."""
    every: float = Field(120.0, ge=60, le=86_400)
    """Seconds between two polls."""


@dataclass(slots=True)
class HashtagPosition:
    """How far a group of hashtags was read."""

    begin: str
    """The id behind which the next poll begins."""
    newest: str
    """The newest id at `at`, in epoch seconds: the next `begin` when it is `OVERLAP` ago."""
    at: int


class MastodonOutlet:
    def __init__(self, options: MastodonOptions, context: SourceContext) -> None:
        self.url = options.url.rstrip("/")
        self.tags = list_hashtags(options, context.subjects)
        self.headers = {"Authorization": f"Bearer {context.secret}"} if context.secret else {}
        self.stream_problems: dict[str, str] = {}
        """What is wrong with each stream, which a poll tells."""
        self._wants_public = options.public
        self._name = context.name
        self._clock = context.clock
        self._filter = context.build_term_filter()
        self._access = InstanceAccess()
        self._described_at: datetime | None = None
        self._requests = 0
        self._wait = 0.0

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        origin, problem = self._choose_origin(await self.describe_instance(client))
        positions = _parse_cursor(cursor)
        self._requests, self._wait = 0, 0.0
        statuses: list[Status] = []
        is_complete = True
        for start in range(0, len(self.tags), TAGS_AT_ONCE):
            tags = self.tags[start : start + TAGS_AT_ONCE]
            key = " ".join(tags)
            if key in positions:
                found, reached_end = await self._read_forward(client, tags, origin, positions[key])
                is_complete = is_complete and reached_end
            else:
                found = await self._request_page(client, tags, origin, "")
                newest = _get_id(found[-1]) if found else "0"
                positions[key] = HashtagPosition(newest, newest, int(self._clock.now().timestamp()))
                found = found if cursor is None else []  # a new hashtag begins now, too
            statuses += found
        mentions, edits, unreadable = self.build_mentions(statuses)
        written = json.dumps({key: asdict(one) for key, one in positions.items()}, separators=(",", ":"))
        more = not is_complete and not self._wait
        said = next(iter(self.stream_problems.values()), "") or problem or unreadable
        return PollResult(mentions, written, said, more, self._wait, edits=edits)

    def build_mentions(self, statuses: Sequence[Status]) -> tuple[list[Mention], list[Mention], str]:
        """Return those that may be read: those that name a subject, and edits that do not.

        And a sentence about what was skipped.
        """
        mentions, problem = build_mentions(filter(is_open_post, statuses), self._map_status, TermFilter(()))
        return *split_edits(mentions, self._filter), problem

    def _map_status(self, status: Status) -> dict[str, Any]:
        return map_status(status, self._name, urlsplit(self.url).hostname or "")

    async def describe_instance(self, client: OutletClient) -> InstanceAccess:
        """Return what the instance shows to whom, asked once an hour. Raises `OutletError`."""
        now = self._clock.now()
        if self._described_at is None or now - self._described_at > DESCRIBED_FOR:
            try:
                answer = await client.get(f"{self.url}/api/v2/instance", headers=self.headers)
                self._access = InstanceAccess.parse(answer.parse_json())
            except OutletError as error:
                if error.status != 404:  # before 4.0
                    raise
            self._described_at = now
        return self._access

    def _choose_origin(self, access: InstanceAccess) -> tuple[str, str]:
        """Return the parameter for posts of the instance or of others only, empty for all, and what is not shown.

        Raises `OutletError` if no hashtag can be read.
        """
        has_token = bool(self.headers)
        visible = list_visible(access.hashtags, has_token=has_token)
        if not visible:
            way = "has its hashtags switched off" if has_token else "shows its hashtags only with a token, or to nobody"
            raise OutletError(way, needs_person=True)
        problem = ""
        if len(visible) == 1:
            others = "other instances" if visible == ["local"] else "its own members"
            problem = f"The instance does not show hashtags in posts of {others} to us."
        elif has_token and self._wants_public and not list_visible(access.live, has_token=True):
            problem = "The instance has its live feed of all posts switched off, so only hashtags are read."
        return (visible[0] if len(visible) == 1 else ""), problem

    async def _read_forward(
        self, client: OutletClient, tags: Sequence[str], origin: str, position: HashtagPosition
    ) -> tuple[list[Status], bool]:
        """Return what was posted behind the position, which moves, and whether that is all. Raises `OutletError`."""
        statuses: list[Status] = []
        last = position.begin
        while self._requests < MOST_REQUESTS and not self._wait:
            page = await self._request_page(client, tags, origin, last)
            statuses += page
            reached = _get_id(page[-1]) if page else last
            if derive_id_order(reached) <= derive_id_order(last):
                now = int(self._clock.now().timestamp())
                newest = max(last, position.newest, key=derive_id_order)
                if now - position.at >= OVERLAP:
                    position.begin, position.newest, position.at = position.newest, newest, now
                return statuses, True
            last = reached
        position.begin = last
        return statuses, False

    async def _request_page(self, client: OutletClient, tags: Sequence[str], origin: str, min_id: str) -> list[Status]:
        """Return the oldest statuses behind `min_id`, or the newest of all, in the order of their ids."""
        query = [("any[]", tag) for tag in tags[1:]] + [("limit", str(PAGE_SIZE))]
        query += [("min_id", min_id)] if min_id else []
        query += [(origin, "true")] if origin else []
        self._requests += 1
        try:
            url = f"{self.url}/api/v1/timelines/tag/{quote(tags[0], safe='')}?{urlencode(query)}"
            answer = await client.get(url, headers=self.headers)
        except OutletError as error:
            if error.status in {401, 403, 422} and not self.headers:
                raise OutletError("shows its hashtags only with a token", needs_person=True) from None
            raise
        self._keep_within_limit(answer)
        statuses = [status for status in read_list(answer, "") if _get_id(status)]
        return sorted(statuses, key=lambda status: derive_id_order(_get_id(status)))

    def _keep_within_limit(self, answer: OutletResponse) -> None:
        left = answer.headers.get("x-ratelimit-remaining", "")
        if left.isdigit() and int(left[:9]) <= RESERVE:
            now = self._clock.now()
            reset = parse_retry_time({"x-ratelimit-reset": answer.headers.get("x-ratelimit-reset", "")}, now)
            self._wait = max(1.0, (reset - now).total_seconds()) if reset else 60.0


def list_hashtags(options: MastodonOptions, subjects: Sequence[Subject]) -> list[str]:
    """Return the hashtags to read, in small letters without their sign.

    Those of the options, else the subjects' terms that are hashtags, else all terms without what no hashtag contains.
    """
    terms = [term for subject in subjects for term in subject.terms if term.startswith("#")]
    chosen = [re.sub(r"\W", "", term).lower() for term in options.hashtags or terms or list_search_terms(subjects)]
    return list(dict.fromkeys(tag for tag in chosen if tag and not tag.isdigit()))[:MOST_TAGS]


def _get_id(status: Status) -> str:
    native = status.get("id")
    return native[:100] if isinstance(native, str) else ""


def _parse_cursor(raw: str | None) -> dict[str, HashtagPosition]:
    """An unreadable cursor is an empty one: each hashtag begins now."""
    try:
        read = json.loads(raw or "{}")
        return {str(key): HashtagPosition(str(v["begin"]), str(v["newest"]), int(v["at"])) for key, v in read.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def build_mastodon_source(options: MastodonOptions, context: SourceContext) -> MentionSource:
    outlet = MastodonOutlet(options, context)
    polled = PolledSource(outlet, options.every, context)
    if not context.secret:
        return polled
    return MastodonSource(outlet, polled, context, is_public=options.public)


async def check_mastodon(options: MastodonOptions, context: SourceContext) -> SourceCheck:
    if options.public and not context.secret:
        return SourceCheck(faults=(("public", "needs a token: all public posts are shown only to members"),))
    return await check_outlet(MastodonOutlet(options, context), context)


def _build_default_options(subjects: Sequence[Subject]) -> MastodonOptions | None:
    return MastodonOptions(url="https://mastodon.social") if subjects else None


SOURCE = SourceKind(
    MastodonOptions,
    build_mastodon_source,
    check_mastodon,
    label="Mastodon",
    gives=("place", "followers", "bot"),
    example="""
# Public posts with certain hashtags, of all that one instance of Mastodon knows. Each has a name of your own, which
# cards show. Needs no key where the instance shows hashtags to everybody. EARSHOT_SOURCE_<NAME>_SECRET, here
# EARSHOT_SOURCE_SOCIAL_SECRET, is a token of a member with the right read:statuses, for live posts and deletions.
# [sources.mastodon.social]
# url = "https://mastodon.example"
# Default: the terms of your subjects that are hashtags, else all terms, without their spaces.
# hashtags = ["#northwindair", "#flynorthwind"]
# With a token: all public posts that name a subject, not only those with a hashtag. Default: false.
# public = false
# Seconds between two polls. Default: 120.
# every = 120
""",
    keyless_options=_build_default_options,
)
