"""Stack Exchange: questions on Stack Overflow and its sister sites, and our answers. Polled; a key is optional."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.health.source_health import SourceQuota
from bot.domain.subject import Subject
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.html_text import extract_html_text
from bot.sources.outlet_client import OutletClient
from bot.sources.polling import PolledSource, PollResult, TimeCursor, build_mentions, check_outlet, read_list
from bot.sources.term_filter import list_search_terms

DAY = 86_400
KEYLESS_A_DAY, KEYED_A_DAY = 280, 9_000
"""Requests that we make in a day: a little fewer than the 300 and 10,000 that are allowed to an address and a key."""
OVERLAP = 600
"""Seconds that are searched again each time."""
PAGE_SIZE = 100
MOST_PAGES = 10
MOST_OWN = 100
"""Accounts of ours whose answers one request brings."""


class StackExchangeOptions(BaseModel):
    """`[sources.stackexchange]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    site: str = Field("stackoverflow", pattern=r"^[a-z0-9.]{2,60}$")
    every: float = Field(900.0, ge=60, le=DAY)
    """Seconds between two searches; more where the quota of a day would not last."""
    url: str = Field("https://api.stackexchange.com", pattern=r"^https?://\S+$")


class StackExchangeOutlet:
    def __init__(self, options: StackExchangeOptions, context: SourceContext) -> None:
        self._url = f"{options.url.rstrip('/')}/2.3"
        self._site = options.site
        self._key = context.secret
        self._name = context.name
        self._clock = context.clock
        self._terms = list_search_terms(context.subjects)
        self._filter = context.build_term_filter()
        self._own = [one for one in context.own_accounts.list_handles(context.name) if one.isdecimal()][:MOST_OWN]
        self._quota: SourceQuota | None = None

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        now = self._clock.now()
        position = TimeCursor.parse(cursor, now)
        begin = position.subtract_overlap(OVERLAP) if cursor else position.since - DAY
        posts: list[Mapping[str, Any]] = []
        reached: list[int] = []
        searches = [("search/advanced", {"q": f'"{term}"'}) for term in self._terms]
        if self._own:
            users = f"users/{';'.join(self._own)}"
            searches += [(f"{users}/answers", {}), (f"{users}/comments", {})]
        wait = DAY / (KEYED_A_DAY if self._key else KEYLESS_A_DAY) * max(1, len(searches))
        for path, asked in searches:
            found, backoff = await self._search(client, path, asked, begin)
            posts += found
            if len(found) >= PAGE_SIZE * MOST_PAGES:
                time = found[-1].get("creation_date")
                reached.append(time if isinstance(time, int) else begin)
            wait = max(wait, backoff)
            if backoff:
                break  # the other terms wait as well, or the address is blocked
        else:
            position = position.advance(now, begin, reached if cursor else (), OVERLAP)
        mentions, problem = build_mentions(posts, self._map_post, self._filter)
        more = bool(cursor and reached)
        return PollResult(mentions, position.dump(), problem, more, wait, self._quota)

    async def _search(
        self, client: OutletClient, path: str, asked: Mapping[str, str], begin: int
    ) -> tuple[list[Mapping[str, Any]], float]:
        """Return the posts since `begin`, and the seconds for which we must not ask again."""
        query: dict[str, str | int] = {**asked, "fromdate": begin, "sort": "creation", "order": "asc"}
        query |= {"site": self._site, "filter": "withbody", "pagesize": PAGE_SIZE}
        query |= {"key": self._key} if self._key else {}
        found: list[Mapping[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            answer = await client.get(f"{self._url}/{path}", {**query, "page": page})
            found += read_list(answer, "items")
            body = answer.parse_json()
            self._quota = _parse_quota(body, self._clock.now())
            backoff = body.get("backoff")
            if isinstance(backoff, int | float) and backoff > 0:
                return found, float(min(backoff, DAY))
            if body.get("has_more") is not True:
                break
        return found, 0.0

    def _map_post(self, post: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a question, or of our own answer or comment: they share one series of numbers."""
        owner = post.get("owner")
        owner = owner if isinstance(owner, dict) else {}
        native, answered, url = _read_ids(post, str(owner.get("link") or ""))
        title, body = (extract_html_text(str(post.get(name) or "")) for name in ("title", "body"))
        name = extract_html_text(str(owner.get("display_name") or ""))
        return {
            "id": f"{self._site}/{native}" if native else None,
            "source": self._name,
            "text": f"{title}\n\n{body}".strip(),
            "created_at": post.get("creation_date"),
            "url": str(post.get("link") or url),
            "conversation": f"{self._site}/{answered or native}",
            "in_reply_to": f"{self._site}/{answered}" if answered else "",
            "place": self._site,
            "author": {"id": str(owner.get("user_id") or ""), "name": name},
            "engagement": {"replies": post.get("answer_count"), "views": post.get("view_count")},
        }


def _read_ids(post: Mapping[str, Any], owner: str) -> tuple[str, str, str]:
    """Return the id of a post, that of the post which it answers, and its address.

    Answers and comments come without a link of their own; `owner` is that of their author's page.
    """
    place = owner.partition("/users/")[0]
    if comment := str(post.get("comment_id") or ""):
        answered = str(post.get("post_id") or "")
        url = f"{place}/q/{answered}#comment{comment}_{answered}"
        return f"comment/{comment}", answered, url if place else ""
    question, answer = (str(post.get(name) or "") for name in ("question_id", "answer_id"))
    return (answer, question, f"{place}/a/{answer}" if place else "") if answer else (question, "", "")


def _parse_quota(body: Mapping[str, Any], now: datetime) -> SourceQuota | None:
    """Return what is left of the day's requests, which come back at midnight UTC."""
    left, of = body.get("quota_remaining"), body.get("quota_max")
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return SourceQuota(left, of, midnight) if isinstance(left, int) and isinstance(of, int) else None


def build_stackexchange_source(options: StackExchangeOptions, context: SourceContext) -> PolledSource:
    return PolledSource(StackExchangeOutlet(options, context), options.every, context)


async def check_stackexchange(options: StackExchangeOptions, context: SourceContext) -> SourceCheck:
    return await check_outlet(StackExchangeOutlet(options, context), context)


def _build_default_options(subjects: Sequence[Subject]) -> StackExchangeOptions | None:
    return StackExchangeOptions() if subjects else None


SOURCE = SourceKind(
    StackExchangeOptions,
    build_stackexchange_source,
    check_stackexchange,
    label="Stack Exchange",
    gives=("place",),
    example="""
# Questions of Stack Overflow, or of one of its sister sites, that name a subject. Needs no key: 300 requests a day are
# allowed, so with two terms each is searched every 10 minutes, and with accounts of your own, such as
# "stackexchange:12345", every 20. EARSHOT_SOURCE_STACKEXCHANGE_SECRET is a key for more.
# [sources.stackexchange]
# The site, as in its address: "stackoverflow", "superuser", "travel". Default: "stackoverflow".
# site = "stackoverflow"
# Seconds between two searches. Default: 900.
# every = 900
# The API to ask. Default: that of Stack Exchange.
# url = "https://api.stackexchange.com"
""",
    keyless_options=_build_default_options,
)
