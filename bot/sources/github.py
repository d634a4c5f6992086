"""GitHub: issues that name a subject, of all public repositories. Polled; a token is optional."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.subject import Subject
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.outlet_client import OutletClient
from bot.sources.polling import PolledSource, PollResult, TimeCursor, build_mentions, check_outlet, read_list
from bot.sources.term_filter import list_search_terms

DAY = 86_400
OVERLAP = 600
"""Seconds that are searched again each time."""
PAGE_SIZE, MOST_PAGES = 100, 10
"""GitHub gives 1,000 hits of one search."""
MOST_ORS, MOST_LETTERS = 5, 200
"""Terms and letters of one search: GitHub allows five operators and 256 letters."""
KEYLESS_A_MINUTE, KEYED_A_MINUTE = 8, 25
"""Searches that we make in a minute: a few less than the 10 and 30 that are allowed without and with a token."""


class GithubOptions(BaseModel):
    """`[sources.github]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    every: float = Field(300.0, ge=60, le=DAY)
    """Seconds between two searches."""
    exclude_repositories: tuple[str, ...] = ()
    """Owner and name, as in `northwind/app`: those where your own people work."""
    url: str = Field("https://api.github.com", pattern=r"^https?://\S+$")


class GithubOutlet:
    def __init__(self, options: GithubOptions, context: SourceContext) -> None:
        self._url = f"{options.url.rstrip('/')}/search/issues"
        self._name = context.name
        self._clock = context.clock
        self._excluded = {name.casefold() for name in options.exclude_repositories}
        self._queries = list(_iter_queries(list_search_terms(context.subjects)))
        self._filter = context.build_term_filter()
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self._headers |= {"Authorization": f"Bearer {context.secret}"} if context.secret else {}
        self._a_minute = KEYED_A_MINUTE if context.secret else KEYLESS_A_MINUTE

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        now = self._clock.now()
        position = TimeCursor.parse(cursor, now)
        begin = position.subtract_overlap(OVERLAP) if cursor else position.since - DAY
        since = f"{datetime.fromtimestamp(begin, UTC):%Y-%m-%dT%H:%M:%SZ}"
        found: list[Mapping[str, Any]] = []
        requests, is_complete = 0, True
        reached: list[int] = []
        for query in self._queries:
            for page in range(1, MOST_PAGES + 1):
                hits, is_whole = await self._search(client, f"{query} is:issue created:>={since}", page)
                found += hits
                requests += 1
                is_complete = is_complete and is_whole
                if len(hits) < PAGE_SIZE:
                    break
            else:
                reached.append(_read_time(hits[-1], begin))
        wanted = [hit for hit in found if _read_repository(hit).casefold() not in self._excluded]
        mentions, problem = build_mentions(wanted, self._map_issue, self._filter)
        if is_complete:
            position = position.advance(now, begin, reached if cursor else (), OVERLAP)
        else:
            problem = "GitHub did not finish a search. It is made again."
        more = is_complete and bool(cursor and reached)
        return PollResult(mentions, position.dump(), problem, more, wait=60 * requests / self._a_minute)

    async def _search(self, client: OutletClient, query: str, page: int) -> tuple[list[Mapping[str, Any]], bool]:
        """Return a page of issues, the oldest first, and whether GitHub searched everything in time."""
        parameters: dict[str, str | int] = {"q": query, "sort": "created", "order": "asc"}
        answer = await client.get(self._url, {**parameters, "per_page": PAGE_SIZE, "page": page}, self._headers)
        return read_list(answer, "items"), answer.parse_json().get("incomplete_results") is not True

    def _map_issue(self, issue: Mapping[str, Any]) -> dict[str, Any]:
        user, reactions = (_read_object(issue, name) for name in ("user", "reactions"))
        native = str(issue.get("id") or "")
        return {
            "id": native or None,
            "source": self._name,
            "text": f"{issue.get('title') or ''}\n\n{issue.get('body') or ''}".strip(),
            "created_at": issue.get("created_at"),
            "url": str(issue.get("html_url") or ""),
            "conversation": native,
            "place": _read_repository(issue),
            "author": {"id": str(user.get("id") or ""), "handle": user.get("login"), "bot": user.get("type") == "Bot"},
            "engagement": {"replies": issue.get("comments"), "likes": reactions.get("+1")},
        }


def _iter_queries(terms: Sequence[str]) -> Iterator[str]:
    """Yield searches for several terms each, as long as GitHub allows."""
    parts: list[str] = []
    for term in terms:
        quoted = '"' + term.replace('"', " ") + '"'
        if parts and (len(parts) > MOST_ORS or len(" OR ".join([*parts, quoted])) > MOST_LETTERS):
            yield f"({' OR '.join(parts)})"
            parts = []
        parts.append(quoted[:MOST_LETTERS])
    if parts:
        yield f"({' OR '.join(parts)})"


def _read_time(issue: Mapping[str, Any], default: int) -> int:
    """Return when it was written, in epoch seconds."""
    try:
        return int(datetime.fromisoformat(str(issue.get("created_at"))).timestamp())
    except (ValueError, OverflowError):
        return default


def _read_repository(issue: Mapping[str, Any]) -> str:
    """Return owner and name of the repository."""
    return "/".join(str(issue.get("repository_url") or "").split("/")[-2:])


def _read_object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def build_github_source(options: GithubOptions, context: SourceContext) -> PolledSource:
    return PolledSource(GithubOutlet(options, context), options.every, context)


async def check_github(options: GithubOptions, context: SourceContext) -> SourceCheck:
    return await check_outlet(GithubOutlet(options, context), context)


def _build_default_options(subjects: Sequence[Subject]) -> GithubOptions | None:
    return GithubOptions() if subjects else None


SOURCE = SourceKind(
    GithubOptions,
    build_github_source,
    check_github,
    label="GitHub",
    gives=("place", "bot"),
    example="""
# Issues on GitHub that name a subject, in all public repositories. Needs no key. EARSHOT_SOURCE_GITHUB_SECRET is an
# optional token without any permission, with which more terms can be searched in a minute.
# [sources.github]
# Seconds between two searches. Default: 300.
# every = 300
# Repositories to leave out, such as your own. Default: none.
# exclude_repositories = ["northwind/app"]
# The API to ask. Default: that of GitHub.
# url = "https://api.github.com"
""",
    keyless_options=_build_default_options,
)
