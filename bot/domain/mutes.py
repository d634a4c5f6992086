"""Mutes: authors and sources whose mentions are counted but open no case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent
from bot.domain.immutable import FrozenModel
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Author, Mention

MAX_MUTES = 500


class MuteKind(StrEnum):
    AUTHOR = "author"
    SOURCE = "source"


class Mute(FrozenModel):
    """`name` is a source, or an author's handle or id without `@`, in lower case."""

    kind: MuteKind
    name: str
    by: str
    since: datetime
    until: datetime | None = None
    """When it ends by itself; None: when somebody ends it."""

    @property
    def id(self) -> str:
        return derive_mute_id(self.kind, self.name)

    def is_running(self, at: datetime) -> bool:
        return self.until is None or at < self.until


class CountedMute(NamedTuple):
    """A mute and how many mentions it has hidden."""

    mute: Mute
    hidden: int


def derive_mute_id(kind: MuteKind, name: str) -> str:
    return f"{kind} {name}"


def normalize_handle(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()


def get_author_name(author: Author) -> str:
    """Return what a mute of this author is called: the handle, else the id, else nothing."""
    known = "" if author.id == UNKNOWN_AUTHOR_ID else author.id
    return normalize_handle(author.handle or known)


@dataclass(frozen=True, slots=True)
class MuteSet:
    """The ids of the mutes that run, as triage asks for them."""

    ids: frozenset[str] = frozenset()

    @classmethod
    def from_mutes(cls, mutes: Iterable[Mute], at: datetime) -> "MuteSet":
        return cls(frozenset(mute.id for mute in mutes if mute.is_running(at)))

    def find_mute(self, mention: Mention, assessment: Assessment) -> str:
        """Return the id of the mute that hides this mention, or nothing. A crisis is never hidden, however doubtful."""
        if not self.ids or assessment.intent is Intent.CRISIS:
            return ""
        author = mention.author
        names = {normalize_handle(author.handle), normalize_handle(author.id)} - {"", UNKNOWN_AUTHOR_ID}
        wanted = [derive_mute_id(MuteKind.AUTHOR, name) for name in names]
        wanted.append(derive_mute_id(MuteKind.SOURCE, mention.source))
        return next((one for one in wanted if one in self.ids), "")
