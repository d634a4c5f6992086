"""What the outlets of reviews of one's own apps have in common: pages with the newest first, edits, signed tokens."""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from pydantic import SecretStr

from bot.distribution import format_requirement
from bot.domain.health.source_health import SourceQuota
from bot.domain.mention import Mention
from bot.domain.own_accounts import DEVELOPER
from bot.domain.subject import SubjectKind
from bot.sources.base import SourceCheck, SourceContext
from bot.sources.outlet_client import OutletClient, OutletError
from bot.sources.polling import PollResult, build_mentions, check_outlet
from bot.sources.term_filter import TermFilter

MOST_PAGES = 20
MOST_KNOWN = 500
"""Reviews of an app whose wording is remembered, the newest."""
LATEST = 10 * 86_400
"""Seconds before the last poll after which an unknown review is new: fewer than the 14 days of `seen:` in the store."""
MANY = "More reviews came at once than are read. The oldest were left out."


class ReviewPage(NamedTuple):
    reviews: Sequence[Mapping[str, Any]]
    """The newest first, or those that were changed last."""
    next_page: str = ""
    """What to ask the following page with; empty after the last."""


class ReviewApi(Protocol):
    """The requests to one outlet."""

    pause: float
    """The least seconds between two requests, on average."""
    quota: SourceQuota | None
    """What the last answer said that we may still request."""

    async def load_page(self, client: OutletClient, app: str, page: str) -> ReviewPage:
        """Request a page; the first with an empty `page`. Raises `OutletError`."""

    def map_review(self, app: str, review: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a mention; `created_at` is the time that the list is sorted by."""

    def map_reply(self, review: Mapping[str, Any]) -> dict[str, Any]:
        """Return text and `created_at` of our reply to a review, in its newest wording; empty if none is public."""


class KnownReview(NamedTuple):
    written: int
    """Epoch seconds of its first wording that we saw."""
    wording: str
    """A checksum of its stars and words."""


class AppPosition(NamedTuple):
    """How far the reviews of one app were read. Both times are epoch seconds."""

    since: int
    """When they were read last."""
    start: int
    """When they were read first: what is older is not posted."""
    known: Mapping[str, KnownReview]

    def find_change(self, mention: Mention, oldest: int, now: datetime) -> Mention | None:
        """Return a review that is new, or an edit of a known one with its time; None if nothing is new about it."""
        before, written = self.known.get(_derive_key(mention)), int(mention.created_at.timestamp())
        if before is None:
            return mention if written >= oldest else None
        if before.wording == _compute_wording(mention):
            return None
        edited_at = mention.created_at if written > before.written else now
        return mention.copy_with(created_at=datetime.fromtimestamp(before.written, UTC), edited_at=edited_at)

    def record(self, mentions: Sequence[Mention], now: int) -> "AppPosition":
        """Return the position after these reviews, the oldest first."""
        known = dict(self.known)
        for mention in mentions:
            key = _derive_key(mention)
            before = known.pop(key, None)  # and to the end: those that were not seen for long are forgotten first
            written = before.written if before else int(mention.created_at.timestamp())
            known[key] = KnownReview(written, _compute_wording(mention))
        return AppPosition(now, self.start, dict(list(known.items())[-MOST_KNOWN:]))


class ReviewOutlet:
    """Polls each app until a page has nothing new. The cursor is the position in each app, as JSON."""

    def __init__(self, api: ReviewApi, apps: Sequence[str], context: SourceContext) -> None:
        self._api = api
        self._apps = tuple(dict.fromkeys(apps))
        self._name = context.name
        self._clock = context.clock
        self._own = [one.name for one in context.subjects if one.kind is SubjectKind.BRAND][:1]
        self._all = TermFilter(())

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        positions = _parse_cursor(cursor)
        mentions: list[Mention] = []
        problem, requests, refusals = "", 0, 0
        for app in self._apps:
            try:
                found, skipped, pages = await self._read_app(client, app, positions, is_first=cursor is None)
            except OutletError as error:
                refusals += 1
                if error.status not in {403, 404} or refusals == len(self._apps):
                    raise
                problem = f"For the app {app} the outlet {error}."
                continue
            mentions += found
            problem, requests = skipped or problem, requests + pages
        kept = {app: positions[app] for app in self._apps if app in positions}
        mentions.sort(key=lambda mention: mention.created_at)
        wait = requests * self._api.pause
        return PollResult(mentions, json.dumps(kept, separators=(",", ":")), problem, wait=wait, quota=self._api.quota)

    async def _read_app(
        self, client: OutletClient, app: str, positions: dict[str, AppPosition], *, is_first: bool
    ) -> tuple[list[Mention], str, int]:
        """Move the position of an app; return what is new, a sentence about what was skipped, and the requests."""
        now = self._clock.now()
        second = int(now.timestamp())
        position = positions.get(app, AppPosition(second, second, {}))
        oldest = 0 if is_first else max(position.start, position.since - LATEST)
        seen: list[Mention] = []
        problem, page, requests = "", "", 0
        for _ in range(MOST_PAGES):
            reviews, page = await self._api.load_page(client, app, page)
            newest, skipped = build_mentions(reviews, partial(self._map_review, app), self._all)
            answered = [review for review in reviews if self._api.map_reply(review)]
            replies, unread = build_mentions(answered, partial(self._map_reply, app), self._all)
            newest += replies
            seen, problem, requests = newest + seen, skipped or unread or problem, requests + 1
            is_known = not any(position.find_change(mention, oldest, now) for mention in newest)
            if is_known or not page or app not in positions:  # at the first time, all of it is old
                break
        else:
            problem = MANY
        changes = {one.id: one for one in (position.find_change(mention, oldest, now) for mention in seen) if one}
        positions[app] = position.record(seen, second)
        return list(changes.values()), problem, requests

    def _map_review(self, app: str, review: Mapping[str, Any]) -> dict[str, Any]:
        """A person writes one review of an app, so its id stands for the author, too: names are not unique."""
        mapped = self._api.map_review(app, review)
        author = {"id": mapped["id"], "name": mapped.pop("author")}
        return {"source": self._name, "subjects": self._own, "conversation": mapped["id"], "author": author, **mapped}

    def _map_reply(self, app: str, review: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of our reply, which comes with the review and costs no request."""
        first = self._api.map_review(app, review)
        native = first["id"] or ""
        author = {"id": DEVELOPER, "name": next(iter(self._own), "the developer")}
        place = {name: first[name] for name in ("place", "url")}
        links = {"id": f"{native}/reply", "conversation": native, "in_reply_to": native}
        return {"source": self._name, "author": author, **place, **links, **self._api.map_reply(review)}


def _derive_key(mention: Mention) -> str:
    return hashlib.sha256(mention.id.encode("utf-8", "replace")).hexdigest()[:12]


def _compute_wording(mention: Mention) -> str:
    stars = mention.rating.value if mention.rating else 0
    return f"{zlib.crc32(f'{stars} {mention.text}'.encode('utf-8', 'replace')):08x}"


def _parse_cursor(raw: str | None) -> dict[str, AppPosition]:
    """What cannot be read is left out: that app begins anew, and nothing old is posted."""
    positions = {}
    try:
        for app, (since, start, known) in json.loads(raw or "{}").items():
            reviews = {key: KnownReview(int(written), str(wording)) for key, (written, wording) in known.items()}
            positions[app] = AppPosition(int(since), int(start), reviews)
    except (ValueError, TypeError, AttributeError):
        return {}
    return positions


async def check_reviews(build_outlet: Callable[[], ReviewOutlet], context: SourceContext) -> SourceCheck:
    """Try the outlet that `build_outlet` returns; a `ValueError` of it is a fault of the playbook or the key."""
    try:
        outlet = build_outlet()
    except ValueError as wrong:
        return SourceCheck(faults=(("", str(wrong)),))
    return await check_outlet(outlet, context)


def sign_token(claims: Mapping[str, str | int], key: SecretStr, algorithm: str, key_id: str) -> str:
    """Return a signed JSON Web Token. Raises `ValueError` with a sentence that holds nothing of the key."""
    try:
        jwt, crypto = import_module("jwt"), import_module("cryptography.exceptions")
    except ImportError:
        raise ValueError(f"needs what the extra brings: pip install {format_requirement('stores')}") from None
    try:
        return str(jwt.encode(dict(claims), key.get_secret_value(), algorithm, {"kid": key_id}))
    except (jwt.PyJWTError, crypto.UnsupportedAlgorithm, ValueError, TypeError):
        raise ValueError(f"has a private key that cannot sign with {algorithm}") from None
