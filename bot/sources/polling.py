"""The loop of every source that is polled: one process at a time, at an interval, whatever the outlet answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, Self

from bot.domain.health.source_health import SourceQuota
from bot.domain.mention import Mention
from bot.sources.base import OUTLET, SOURCE, MentionSink, SourceCheck, SourceContext
from bot.sources.mention_parser import InvalidMentionError, validate_mention
from bot.sources.outlet_client import OutletClient, OutletError, OutletResponse
from bot.sources.term_filter import TermFilter

MOST_AT_ONCE = 300
"""Mentions published at once."""
FIRST_RETRY, LONGEST_RETRY = 5.0, 900.0
"""Seconds after the first failure, doubled with each, and the longest wait."""
USUAL_FAILURES = 2
"""Failures in a row that say nothing where a poll has worked before: outlets restart, and connections break."""


class PollResult(NamedTuple):
    """What one poll found."""

    mentions: Sequence[Mention]
    cursor: str
    """The position after these mentions, in a format of the outlet's own."""
    problem: str = ""
    """A sentence about what was skipped; empty if nothing was."""
    more: bool = False
    """Whether there is another page, which is requested at once."""
    wait: float = 0.0
    """The least seconds until the next request, where the outlet asks for it."""
    quota: SourceQuota | None = None
    """What the outlet still allows, where it does not say so in its headers."""
    edits: Sequence[Mention] = ()
    """Later wordings that name no subject, of posts that may have named one."""


LEFT_OUT = "There were more posts than the outlet gives at once. The oldest of them were left out."
"""What is said where pages end too early, and begin with the newest posts."""


class TimeCursor(NamedTuple):
    """The cursor of an outlet that is searched by time, as in `1700/1600`. Both are epoch seconds."""

    since: int
    """Up to when it was searched."""
    start: int
    """When it was searched first: what is older is not posted."""

    @classmethod
    def parse(cls, raw: str | None, now: datetime) -> Self:
        """Without a readable cursor, begin now."""
        since, _, start = (raw or "").partition("/")
        try:
            return cls(int(since), int(start))
        except ValueError:
            return cls(int(now.timestamp()), int(now.timestamp()))

    def dump(self) -> str:
        return f"{self.since}/{self.start}"

    def advance(self, now: datetime, begin: int, reached: Iterable[int], overlap: int) -> Self:
        """Return the position after searches from `begin` on, the oldest posts first.

        `reached` is when the last post was written, in epoch seconds, of each search with more posts than the outlet
        gives: the next search goes on there.
        """
        ends = [max(one, begin + 1) + overlap for one in reached]
        return self._replace(since=min([int(now.timestamp()), *ends]))

    def subtract_overlap(self, seconds: int) -> int:
        """Return where to search from, because posts reach a search late, and not in their order."""
        return max(self.since - seconds, self.start)


def build_mentions(
    posts: Iterable[Mapping[str, Any]], map_post: Callable[[Mapping[str, Any]], dict[str, Any]], terms: TermFilter
) -> tuple[list[Mention], str]:
    """Return the posts of an outlet that the filter accepts, the oldest first, and a sentence about what was skipped.

    Searches tolerate typing errors, so that each post is matched again.
    """
    mentions: dict[str, Mention] = {}
    problem = ""
    for post in posts:
        try:
            mention = validate_mention(map_post(post))
        except InvalidMentionError as wrong:
            problem = f"A post was skipped: {wrong}."
            continue
        if terms.matches_mention(mention):
            mentions[mention.id] = mention
    return sorted(mentions.values(), key=lambda mention: mention.created_at), problem


def split_edits(mentions: Iterable[Mention], terms: TermFilter) -> tuple[list[Mention], list[Mention]]:
    """Return the posts that the filter accepts, and edits that it does not: their posts may have named a subject."""
    ours, edits = list[Mention](), list[Mention]()
    for mention in mentions:
        if terms.matches_mention(mention):
            ours.append(mention)
        elif mention.version:
            edits.append(mention)
    return ours, edits


def read_list(answer: OutletResponse, key: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list in an answer; with an empty key, the answer is the list. Raises `OutletError`."""
    body = answer.parse_json()
    items = body.get(key) if key and isinstance(body, dict) else None if key else body
    if not isinstance(items, list):
        raise OutletError("answers without a list of posts")
    return [item for item in items if isinstance(item, dict)]


class PolledOutlet(Protocol):
    """One outlet. Stateless between polls but for its cursor, so that another process can go on."""

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        """Request what is new after the cursor, the oldest first.

        Without a cursor it returns what the outlet has now, and a cursor after all of it: nothing of it is posted.
        Mentions that come again are dropped, so overlap rather than miss. One that cannot be read is skipped, with a
        `problem`; the cursor moves past it. Raises `OutletError`, and the cursor stays.
        """


class PolledSource:
    """A `MentionSource` that polls an outlet every so many seconds."""

    def __init__(self, outlet: PolledOutlet, every: float, context: SourceContext) -> None:
        self.name = context.name
        self._outlet = outlet
        self._every = every
        self._context = context
        self._failures = 0
        self._issues: dict[str, str] = {}

    async def listen(self, sink: MentionSink) -> None:
        async with sink.hold_source_lease():
            await self.poll_outlet(sink)

    async def poll_outlet(self, sink: MentionSink) -> None:
        """Poll until it is cancelled. Call it with the lease."""
        async with self._open_client() as client:
            cursor = await sink.load_cursor()
            while True:
                try:
                    result = await self._outlet.poll(client, cursor)
                except OutletError as error:
                    wait = await self._handle_error(error, sink, is_first=cursor is None)
                else:
                    await _deliver_result(sink, cursor, result)
                    cursor = result.cursor
                    await self._clear_failure(sink, result.problem)
                    if quota := result.quota or client.quota:
                        await sink.report_quota(*quota)
                    wait = max(result.wait, 0.0 if result.more else self._every * (0.9 + 0.2 * self._context.jitter()))
                await self._context.clock.sleep(wait)

    def _open_client(self) -> OutletClient:
        return OutletClient(self._context.clock, self._context.contact)

    async def _handle_error(self, error: OutletError, sink: MentionSink, *, is_first: bool) -> float:
        """Say what is wrong, and return the seconds to wait."""
        self._failures += 1
        if error.needs_person or self._failures > USUAL_FAILURES or is_first:
            sink.set_status(f"The outlet {error}.")
            # operators are called for a token that is refused, not for a feed that is gone
            part = SOURCE if error.status == 401 else OUTLET
            await self._report_issue(sink, part, f"The outlet of {self.name} {error}")
        wait = compute_retry_wait(error, self._failures, self._context.clock.now())
        return wait * (1 + self._context.jitter() / 4)

    async def _clear_failure(self, sink: MentionSink, problem: str) -> None:
        self._failures = 0
        for part in (OUTLET, SOURCE):
            await self._report_issue(sink, part, "")
        sink.set_status(problem)

    async def _report_issue(self, sink: MentionSink, part: str, sentence: str) -> None:
        if sentence != self._issues.get(part):
            await sink.report_issue(part, sentence)
            self._issues[part] = sentence


def compute_retry_wait(error: OutletError, failures: int, now: datetime) -> float:
    """Return the seconds to wait after so many failures in a row, from 1, before jitter is added."""
    doubled = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(failures - 1, 20))
    wait = LONGEST_RETRY if error.needs_person else doubled
    return max(wait, (error.retry_at - now) / timedelta(seconds=1)) if error.retry_at else wait


async def _deliver_result(sink: MentionSink, cursor: str | None, result: PollResult) -> None:
    """Publish in parts; the cursor moves with the last, so that a crash between them repeats and loses nothing."""
    if cursor is None:
        await sink.import_first(result.mentions, result.cursor)
        return
    rest = list(result.mentions)
    while len(rest) > MOST_AT_ONCE:
        await sink.publish(rest[:MOST_AT_ONCE], cursor)  # where it is already: what has none is not slowed in a flood
        rest = rest[MOST_AT_ONCE:]
    edits = list(result.edits)
    while len(edits) > MOST_AT_ONCE:
        await sink.publish((), edits=edits[:MOST_AT_ONCE])
        edits = edits[MOST_AT_ONCE:]
    if rest or edits:
        await sink.publish(rest, result.cursor, edits)
    elif result.cursor != cursor:
        await sink.save_cursor(result.cursor)


async def check_outlet(outlet: PolledOutlet, context: SourceContext) -> SourceCheck:
    """Poll once for `earshot check`, and publish nothing."""
    async with OutletClient(context.clock, context.contact) as client:
        try:
            result = await outlet.poll(client, None)
        except OutletError as error:
            return SourceCheck(faults=(("", f"the outlet {error}"),))
    return SourceCheck(notes=(result.problem,) if result.problem else ())
