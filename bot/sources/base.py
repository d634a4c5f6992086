"""The interfaces of a source: what it implements, what it is built from, and the sink to which it publishes."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel

from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.health.source_health import REQUESTS
from bot.domain.mention import Mention
from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
from bot.domain.read_budget import ReadIds, ReadTotals
from bot.domain.subject import Subject
from bot.sources.term_filter import TermFilter

SOURCE, OUTLET = "source", "outlet"
"""Parts of a source that have issues: for the first, operators are called. The second fails by itself, and is shown."""


class MentionSink(Protocol):
    """What a source may call. Everything is stored in Redis under the name of the source."""

    async def load_cursor(self) -> str | None:
        """Return the cursor that was stored last; None the first time. Raises `StoreUnavailable`."""

    async def publish(
        self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
    ) -> int:
        """Add mentions to the inbox and move the cursor, all or nothing; return how many were new.

        A mention that was edited comes again with `edited_at`, and one that was deleted with `deleted_at`; what nobody
        has seen may be deleted, too. `edits` are wordings that name no subject: of a post that was published they
        change the case, and all others are dropped.

        Without a cursor the old one stays. Raises `StoreUnavailable` if Redis does not answer: nothing was added and
        the cursor has not moved.
        """

    async def delete_author(self, author_id: str) -> None:
        """Strike out all posts of an account that is gone, in the next search. Raises `StoreUnavailable`.

        Publish what was read of it before: an account that nobody has seen a post of is left out.
        """

    async def import_first(self, mentions: Sequence[Mention], cursor: str) -> None:
        """Start after what the outlet has already: move the cursor, and post nothing. Raises `StoreUnavailable`."""

    async def save_cursor(self, cursor: str) -> None:
        """Move the cursor without publishing anything. Raises `StoreUnavailable`."""

    async def check_writable(self) -> None:
        """Raise `StoreUnavailable` if a mention could not be published now."""

    def hold_source_lease(self) -> AbstractAsyncContextManager[None]:
        """Wait until no other process runs this source, then hold its lease; a lost lease cancels the block."""

    def set_status(self, sentence: str) -> None:
        """Set what is wrong, a sentence for `/statusz` and the log; empty if nothing is."""

    async def report_issue(self, part: str, sentence: str) -> None:
        """Store an issue for the operators until it is cleared with an empty sentence. Raises `StoreUnavailable`.

        For the part "source" they are called: nothing is read until a person acts or a date comes. Issues of other
        parts are only shown.
        """

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        """Count ids that the outlet bills, each once in a UTC day; return the totals. Raises `StoreUnavailable`."""

    async def report_backlog(self, waiting: int) -> None:
        """Store how many posts wait at the outlet, in all that it keeps for us. Raises `StoreUnavailable`."""

    async def report_quota(self, left: float, of: float, until: datetime | None, unit: str = REQUESTS) -> None:
        """Store what the outlet still allows, and when all of it is back, if it says so. Raises `StoreUnavailable`."""


class MentionSource(Protocol):
    """Brings the public posts of one outlet. `listen()` runs until it is cancelled, also when the outlet fails."""

    name: str

    async def listen(self, sink: MentionSink) -> None: ...


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """The result of `earshot check` for one source; empty if nothing is wrong."""

    faults: Sequence[tuple[str, str]] = ()
    """The place of each error (empty: the table in the playbook), and a sentence."""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source is built from, in addition to its options."""

    name: str
    clock: Clock
    jitter: Callable[[], float]
    """Returns a random number from 0 to 1."""
    subjects: tuple[Subject, ...] = ()
    secret: str = field(default="", repr=False)
    """The bearer token of an outlet, or the signing secrets of a webhook."""
    url: str = ""
    """The base URL of the outlet's API; empty for the default."""
    contact: str = ""
    """The address that outlets find in our User-Agent; empty for none."""
    own_accounts: OwnAccounts = NO_ACCOUNTS
    brand: str = ""
    """The id of the brand, for outlets that keep a position under a name of ours."""
    is_trial: bool = False
    """Whether `earshot listen` tries it: it may take nothing from those who read for the brand."""

    def build_term_filter(self) -> TermFilter:
        """Build what selects the posts that are published, where an outlet also sends others."""
        return TermFilter(self.subjects, own_accounts=self.own_accounts)


def get_source_secret(settings: Settings, name: str) -> str:
    """Return the value of `EARSHOT_SOURCE_<NAME>_SECRET`, or an empty string."""
    return settings.get_adapter_variable(f"EARSHOT_SOURCE_{name.upper().replace('-', '_')}_SECRET")


@dataclass(frozen=True, slots=True)
class SourceKind:
    """Everything that the rest of Earshot needs to know about a kind of source. Its file declares one as `SOURCE`."""

    options: type[BaseModel]
    """The model of its table under `[sources]` in the playbook."""
    build: Callable[[Any, SourceContext], MentionSource]
    """Build the source from its options. Raises `ValueError` with a sentence if it could never bring anything."""
    check: Callable[[Any, SourceContext], Awaitable[SourceCheck]]
    """Check the options and the connection for `earshot check`, without changing anything."""
    secret: Callable[[Settings, str], str] = get_source_secret
    """Return the secret of the source with this name from the settings."""
    url: Callable[[Settings, str], str] = lambda _, __: ""
    label: str = ""
    """The name on cards; empty: the name of the source, capitalized."""
    example: str = ""
    """Its table with every option explained, for `earshot playbook`; empty if playbook.example.toml has it."""
    endless: bool = True
    """Whether it runs until it is stopped, so that its silence is an issue."""
    keyless_options: Callable[[Sequence[Subject]], BaseModel | None] = lambda _: None
    """Return the options with which `earshot listen` tries the outlet without a playbook; None if it needs an account.

    The source then has the name of its kind, no secret, and these subjects.
    """
    gives: tuple[str, ...] = ()
    """Those of `OUTLET_FIELDS` that its mentions may have."""
    metered: bool = False
    """Whether reading costs money, or takes a connection of which an account has one: listened to only on request."""
