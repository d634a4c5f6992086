"""What a source is, and what it may ask of the house."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.clock import Clock
from bot.domain.mention import Mention
from bot.domain.read_budget import ReadIds, ReadTotals
from bot.domain.subject import Subject


class MentionSink(Protocol):
    """What the house gives a source. All of it is kept in Redis, under the source's name."""

    async def load_cursor(self) -> str | None:
        """Where this source was, as it last said; None the first time. Raises `StoreUnavailable`."""

    async def publish(self, mentions: Sequence[Mention], cursor: str | None = None) -> int:
        """Put these in the inbox and move the cursor, all or nothing; says how many were new.

        Without a cursor the old one stays. Raises `StoreUnavailable` when Redis does not answer: nothing was taken
        and the cursor has not moved.
        """

    async def save_cursor(self, cursor: str) -> None:
        """Nothing new was said, and the source is further on all the same. Raises `StoreUnavailable`."""

    async def check_writable(self) -> None:
        """Raises `StoreUnavailable` where whatever is heard now would be refused."""

    def hold_source_lease(self) -> AbstractAsyncContextManager[None]:
        """Waits until no other process runs this source; held while inside. Cancels the inside if it is lost."""

    def set_status(self, sentence: str) -> None:
        """Something is wrong out there, in words for `/statusz` and the operators; empty: it is well again."""

    async def report_issue(self, part: str, sentence: str) -> None:
        """Keep this for the operators until it is over (empty). For the part "source" they are called: nothing is read
        until a person acts or a date comes. Other parts are only shown. Raises `StoreUnavailable`.
        """

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        """Count what the outlet bills, each id once within a UTC day, and say what that makes. Raises
        `StoreUnavailable`.
        """


class MentionSource(Protocol):
    """A place where people speak. Runs until cancelled; survives whatever the outlet does."""

    name: str

    async def listen(self, sink: MentionSink) -> None: ...


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What `earshot check` finds out about a source; nothing in it: all is well."""

    faults: Sequence[tuple[str, str]] = ()
    """Where (empty: at its table in the playbook), and what is wrong, in a sentence."""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source is built from besides its own options. A source takes what it needs and leaves the rest."""

    name: str
    clock: Clock
    jitter: Callable[[], float]
    """0..1, for jitter."""
    subjects: tuple[Subject, ...] = ()
    secret: str = ""
    """The bearer token of an outlet, the signing secrets of a hook."""
    url: str = ""
    """Where the outlet's API is; empty: where it always is."""
