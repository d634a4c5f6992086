"""GitHub: issues that name a subject, of all public repositories, and our comments on them. A token is optional."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.outlet_client import OutletClient, OutletError
from bot.sources.polling import (
    LEFT_OUT,
    PolledSource,
    PollResult,
    TimeCursor,
    build_mentions,
    check_outlet,
    compute_retry_wait,
    read_list,
)
from bot.sources.term_filter import TermFilter, list_search_terms

DAY = 86_400
OVERLAP = 600
"""Seconds that are searched again each time."""
PAGE_SIZE, MOST_PAGES = 100, 10
"""GitHub gives 1,000 hits of one search."""
MOST_ORS, MOST_LETTERS = 5, 200
"""Terms and letters of one search: GitHub allows five operators and 256 letters."""
UNKNOWN_ACCOUNT, GONE = 422, (404, 410)
"""Answers to a search for the comments of an account, and for those on an issue that was deleted or hidden."""
MOST_COMMENTED = 20
"""Issues of which a poll reads the comments."""
KEYLESS_AN_HOUR, KEYED_AN_HOUR = 50, 4_500
"""Other requests that we make in an hour: a few less than the 60 and 5,000 that are allowed."""
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


@dataclass
class OwnReplies:
    """What our accounts commented, what it cost in searches and other requests, and what went wrong."""

    replies: list[Mention] = field(default_factory=list)
    searches: int = 0
    reads: int = 0
    problem: str = ""
    is_complete: bool = True
    wait: float = 0.0
    """Seconds, where GitHub allows no more for now."""


class GithubOutlet:
    def __init__(self, options: GithubOptions, context: SourceContext) -> None:
        self._base = options.url.rstrip("/")
        self._name = context.name
        self._clock = context.clock
        self._excluded = {name.casefold() for name in options.exclude_repositories}
        self._queries = list(_iter_queries(list_search_terms(context.subjects)))
        self._filter = context.build_term_filter()
        self._own = context.own_accounts
        self._handles = self._own.list_handles(context.name)
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self._headers |= {"Authorization": f"Bearer {context.secret}"} if context.secret else {}
        self._a_minute = KEYED_A_MINUTE if context.secret else KEYLESS_A_MINUTE
        self._an_hour = KEYED_AN_HOUR if context.secret else KEYLESS_AN_HOUR

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        now = self._clock.now()
        position = TimeCursor.parse(cursor, now)
        begin = position.subtract_overlap(OVERLAP) if cursor else position.since - DAY
        since = f"{datetime.fromtimestamp(begin, UTC):%Y-%m-%dT%H:%M:%SZ}"
        found: list[Mapping[str, Any]] = []
        requests, is_complete = 0, True
        reached: list[int] = []
        for query in self._queries:
            hits, pages, is_whole = await self._search(client, f"{query} is:issue created:>={since}")
            found += hits
            requests += pages
            is_complete = is_complete and is_whole
            if len(hits) >= PAGE_SIZE * MOST_PAGES:
                reached.append(_read_time(hits[-1], begin))
        mentions, problem = build_mentions(self._select_issues(found), self._map_issue, self._filter)
        problem = problem if is_complete else "GitHub did not finish a search. It is made again."
        own = await self._load_own_replies(client, begin, since)
        is_complete, problem = is_complete and own.is_complete, own.problem or problem
        if is_complete:
            position = position.advance(now, begin, reached if cursor else (), OVERLAP)
        mentions = sorted([*mentions, *own.replies], key=lambda mention: mention.created_at)
        wait = max(60 * (requests + own.searches) / self._a_minute, 3_600 * own.reads / self._an_hour, own.wait)
        return PollResult(mentions, position.dump(), problem, is_complete and bool(cursor and reached), wait)

    def _select_issues(self, issues: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the issues of all repositories but the excluded ones."""
        return [issue for issue in issues if _read_repository(issue).casefold() not in self._excluded]

    async def _search(self, client: OutletClient, query: str) -> tuple[list[Mapping[str, Any]], int, bool]:
        """Return the issues, the oldest first, the number of requests, and whether GitHub searched all in time."""
        asked: dict[str, str | int] = {"q": query, "sort": "created", "order": "asc", "per_page": PAGE_SIZE}
        found: list[Mapping[str, Any]] = []
        is_whole, page = True, 0
        while page < MOST_PAGES and len(found) == PAGE_SIZE * page:
            page += 1
            answer = await client.get(f"{self._base}/search/issues", {**asked, "page": page}, self._headers)
            found += read_list(answer, "items")
            is_whole = is_whole and answer.parse_json().get("incomplete_results") is not True
        return found, page, is_whole

    async def _load_own_replies(self, client: OutletClient, begin: int, since: str) -> OwnReplies:
        """Load what our accounts commented since then on issues that name a subject.

        Where GitHub refuses, the issues are published all the same, and both are read again.
        """
        own = OwnReplies()
        try:
            issues = await self._search_commented(client, since, own)
            for issue in issues[:MOST_COMMENTED]:
                own.replies += await self._load_comments(client, issue, begin, since)
                own.reads += 1
            own.problem = LEFT_OUT if len(issues) > MOST_COMMENTED else own.problem
        except OutletError as error:
            own.is_complete, own.problem = False, f"Comments of your own accounts are missing: the outlet {error}."
            own.wait = compute_retry_wait(error, 1, self._clock.now())
        return own

    async def _search_commented(self, client: OutletClient, since: str, own: OwnReplies) -> list[Mapping[str, Any]]:
        """Return the issues that name a subject, and were changed since then and ever commented by one of us."""
        found: dict[str, Mapping[str, Any]] = {}
        for handle in self._handles:
            try:
                hits, pages, _ = await self._search(client, f"is:issue commenter:{handle} updated:>={since}")
            except OutletError as error:
                if error.status != UNKNOWN_ACCOUNT:
                    raise
                hits, pages, own.problem = [], 1, f"GitHub does not know your account {handle}."
            own.searches += pages
            found |= {f"{self._name}:{hit.get('id')}": hit for hit in self._select_issues(hits)}
        wanted, _ = build_mentions(found.values(), self._map_issue, self._filter)
        return [found[issue.id] for issue in wanted]

    async def _load_comments(
        self, client: OutletClient, issue: Mapping[str, Any], begin: int, since: str
    ) -> list[Mention]:
        """Return what our accounts commented on an issue since then; nothing if it is gone."""
        url = f"{self._base}/repos/{_read_repository(issue)}/issues/{issue.get('number')}/comments"
        try:
            answer = await client.get(url, {"since": since, "per_page": PAGE_SIZE}, self._headers)
        except OutletError as error:
            if error.status not in GONE:
                raise
            return []
        new = [one for one in read_list(answer, "") if _read_time(one, begin) >= begin]  # and not only edited
        found, _ = build_mentions(new, partial(self._map_comment, issue), TermFilter(()))
        return [comment for comment in found if self._own.is_own_reply(comment)]

    def _map_comment(self, issue: Mapping[str, Any], comment: Mapping[str, Any]) -> dict[str, Any]:
        native, answered = str(comment.get("id") or ""), str(issue.get("id"))
        return {
            "id": f"comment/{native}" if native else None,
            "source": self._name,
            "text": comment.get("body"),
            "created_at": comment.get("created_at"),
            "url": str(comment.get("html_url") or ""),
            "conversation": answered,
            "in_reply_to": answered,
            "place": _read_repository(issue),
            "author": _map_author(comment),
        }

    def _map_issue(self, issue: Mapping[str, Any]) -> dict[str, Any]:
        reactions = _read_object(issue, "reactions")
        native = str(issue.get("id") or "")
        return {
            "id": native or None,
            "source": self._name,
            "text": f"{issue.get('title') or ''}\n\n{issue.get('body') or ''}".strip(),
            "created_at": issue.get("created_at"),
            "url": str(issue.get("html_url") or ""),
            "conversation": native,
            "place": _read_repository(issue),
            "author": _map_author(issue),
            "engagement": {"replies": issue.get("comments"), "likes": reactions.get("+1")},
        }


def _map_author(post: Mapping[str, Any]) -> dict[str, Any]:
    user = _read_object(post, "user")
    return {"id": str(user.get("id") or ""), "handle": user.get("login"), "bot": user.get("type") == "Bot"}


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
