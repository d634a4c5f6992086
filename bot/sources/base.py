"""What a source is, and what it may ask of the house."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from bot.clock import Clock
from bot.config.settings import Settings
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


def get_source_secret(settings: Settings, name: str) -> str:
    """What `EARSHOT_SOURCE_<NAME>_SECRET` holds; empty where it is not set."""
    return settings.get_adapter_variable(f"EARSHOT_SOURCE_{name.upper().replace('-', '_')}_SECRET")


@dataclass(frozen=True, slots=True)
class SourceKind:
    """All that is particular to a source. Its file declares one, as `SOURCE`; everybody else reads it from there."""

    options: type[BaseModel]
    """What may stand in its table under `[sources]` of the playbook."""
    build: Callable[[Any, SourceContext], MentionSource]
    """Takes options of exactly this kind. Raises `ValueError`, with a sentence, if nothing could come of them."""
    check: Callable[[Any, SourceContext], Awaitable[SourceCheck]]
    """The same, asking whoever must be asked, and changing nothing."""
    secret: Callable[[Settings, str], str] = get_source_secret
    """What the environment keeps secret for the source of this name."""
    url: Callable[[Settings, str], str] = lambda _, __: ""
    label: str = ""
    """How a card names it; empty: its name with a capital."""
    example: str = ""
    """Its table with every option explained, for `earshot playbook`; empty where playbook.example.toml has it."""
    endless: bool = True
    """Whether it goes on for ever, so that its silence means something."""
