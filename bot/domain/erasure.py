"""What is to be erased: posts that a person asks us to forget, or that were deleted at their outlet; and why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.case import Case, CaseResolution
from bot.domain.links import SLACK, X, find_link_author, normalize_link
from bot.domain.mention import DELETED_TEXT, FORGOTTEN_TEXT, Mention
from bot.domain.mutes import MuteKind, derive_mute_id

PHRASE_LENGTH = 60
"""Characters from the beginning of a post by which a text that quotes it is found."""
SHORTEST_PHRASE = 20
"""Of a deleted post: others may begin with the same few words, and quote nobody."""
SHORTEST_NAME = 3
"""A name of fewer letters may be any word."""
_POST_ON_X = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/]+/status/(\d+)", re.IGNORECASE)


class ErasureReason(NamedTuple):
    """Why posts are struck out: what stands in their place, and what becomes of a case without words."""

    text: str
    detail: str
    """For the history of a case."""
    summary: str
    """For the audit log, after the number of posts."""
    resolution: CaseResolution


class QuoteTargets(NamedTuple):
    """By what the words of erased posts are found in other posts, and what replaces them."""

    ids: frozenset[str]
    words: frozenset[str]
    text: str = FORGOTTEN_TEXT


REQUEST = ErasureReason(
    FORGOTTEN_TEXT, "at the request of the person who wrote it", "at a person's request", CaseResolution.NO_ACTION
)
AUTHOR_DELETION = ErasureReason(DELETED_TEXT, "by its author", "by their authors", CaseResolution.POST_DELETED)


def is_closed_on_request(case: Case) -> bool:
    """Whether it closed at the author's request, and not because they deleted a post, which its resolution says."""
    return case.is_closed_by_deletion and case.resolution is REQUEST.resolution


@dataclass(frozen=True, slots=True)
class ForgetTarget:
    """What to delete: exactly one of the three is not empty."""

    address: str = ""
    mention: str = ""
    author: str = ""
    """A handle or the outlet's id; `<source>:` before it limits it to that outlet."""

    def matches_mention(self, mention: Mention) -> bool:
        if self.author:
            outlet, handle = find_link_author(mention.url) if mention.source == SLACK else ("", "")
            is_linked = bool(outlet) and self.matches_author(outlet, handle, handle)
            return is_linked or self.matches_author(mention.source, mention.author.id, mention.author.handle)
        if mention.id == self.mention or (self.address and _normalize_address(mention.url) == self.address):
            return True
        x = self.mention.removeprefix("x:")  # the address of an edited post on X has the id of its newest wording
        is_on_x = mention.source in {X, SLACK} and normalize_link(mention.url) == f"x.com/status/{x}"
        return x != self.mention and is_on_x

    def matches_author(self, source: str, author: str, handle: str) -> bool:
        outlet, colon, name = self.author.rpartition(":")
        if colon and outlet != source:
            return False
        name = name.removeprefix("@").casefold()
        return name in {author.casefold(), handle.removeprefix("@").casefold()} - {""}

    def matches_mute(self, mute_id: str) -> bool:
        """Return whether the mute names this author, on any outlet."""
        name = self.author.rpartition(":")[2].removeprefix("@").casefold()
        return bool(name) and mute_id == derive_mute_id(MuteKind.AUTHOR, name)

    def list_mentions(self) -> frozenset[str]:
        return frozenset({self.mention} - {""})

    def list_author_keys(self) -> frozenset[str]:
        return frozenset({self.author} if ":" in self.author else ())

    def list_names(self, mention: Mention | None = None) -> frozenset[str]:
        """Return the names of the author, by which colleagues may have written about them."""
        if not self.author:
            return frozenset()
        typed = self.author.rpartition(":")[2]
        return select_names([mention.author.handle, mention.author.name] if mention else [typed])

    def list_phrases(self, mention: Mention | None = None) -> frozenset[str]:
        """Return phrases that a text which quotes the mention contains: its beginning, and its author's @handle."""
        if mention is None:
            return frozenset()
        handle = mention.author.handle.removeprefix("@")
        return frozenset({extract_phrase(mention.text), f"@{handle}" if handle else ""} - {""})


@dataclass(frozen=True, slots=True)
class DeletionTargets:
    """Many posts that were deleted at their outlets, and authors (`<source>:<id>`) whose accounts are gone."""

    mentions: frozenset[str]
    authors: frozenset[str]
    phrases: frozenset[str]
    """The beginnings of those whose words are struck out already."""

    def matches_mention(self, mention: Mention) -> bool:
        return mention.id in self.mentions or self.matches_author(mention.source, mention.author.id, "")

    def matches_author(self, source: str, author: str, _handle: str) -> bool:
        return f"{source}:{author}" in self.authors

    def matches_mute(self, _mute_id: str) -> bool:
        """Mutes stay: a person set them."""
        return False

    def list_mentions(self) -> frozenset[str]:
        return self.mentions

    def list_author_keys(self) -> frozenset[str]:
        return self.authors

    def list_names(self, mention: Mention | None = None) -> frozenset[str]:
        return select_names([mention.author.handle, mention.author.name]) if mention else frozenset()

    def list_phrases(self, mention: Mention | None = None) -> frozenset[str]:
        return frozenset(list_long_phrases([mention.text])) if mention else self.phrases


def extract_phrase(text: str) -> str:
    """Return the beginning of a post as a text that quotes it contains it."""
    return " ".join(text.split())[:PHRASE_LENGTH]


def select_names(names: Iterable[str]) -> frozenset[str]:
    """Return the names without @, and without those that are too short, or have no letter, to tell somebody by."""
    found = (name.strip().removeprefix("@") for name in names)
    return frozenset(one for one in found if len(one) >= SHORTEST_NAME and any(map(str.isalpha, one)))


def replace_names(text: str, names: Iterable[str], replacement: str) -> str:
    """Return the text with something else where these names stand as words, with or without @, in any case."""
    known = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    named = rf"(?<![\w@.{{-])@?(?:{known})(?![\w-])"  # not within {name}
    return re.sub(named, lambda _: replacement, text, flags=re.IGNORECASE) if known else text


def list_long_phrases(texts: Iterable[str]) -> list[str]:
    """Return the beginnings of these texts that are long enough to be nobody else's."""
    return [phrase for phrase in map(extract_phrase, texts) if len(phrase) >= SHORTEST_PHRASE]


def parse_forget_target(words: str, *, author: bool = False) -> ForgetTarget:
    """Parse an address, a mention's id or a person (`@handle`, or any word with `author`). Raises ValueError."""
    words = words.strip()
    if author or words.startswith("@"):
        if not words.strip("@"):
            raise ValueError("name a person: their handle, or their id at the outlet")
        return ForgetTarget(author=words)
    if found := _POST_ON_X.match(words):
        return ForgetTarget(mention=f"x:{found[1]}")  # under whichever handle and address it was heard
    if "://" in words:
        return ForgetTarget(address=_normalize_address(words))
    if re.fullmatch(r"[^\s:]+:\S+", words):
        return ForgetTarget(mention=words)
    raise ValueError("name a post by its address or its id (source:id), or a person by @handle or with --author")


def _normalize_address(url: str) -> str:
    return url.strip().partition("#")[0].rstrip("/")
