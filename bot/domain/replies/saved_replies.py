"""Saved replies, of the playbook and of colleagues, and their placeholders for a name and a signature."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import Field

from bot.domain.assessment import Intent
from bot.domain.erasure import replace_names, select_names
from bot.domain.immutable import FrozenModel
from bot.domain.mention import Author
from bot.domain.replies.approval import NO_APPROVAL, ApprovalPolicy

MAX_REPLY = 2000
"""Characters of a reply."""
MAX_REPLY_NAME = 60
MAX_SAVED = 200
"""Replies that colleagues save in Slack."""
NAME, SIGNATURE = "{name}", "{signature}"
MAX_PERSON_NAME = 40
_ADDRESS = re.compile(r"://|www\.|@|\w\.\w{2,}|\d{5}", re.IGNORECASE)
"""A display name that is an advertisement: it must not get into a reply of ours."""


class SavedReply(FrozenModel):
    """`intents`: the kinds of cases that it is for, none: all; `language`: '' for any; `by`: '' for the playbook's."""

    name: str = Field(max_length=MAX_REPLY_NAME)
    text: str = Field(max_length=MAX_REPLY)
    intents: tuple[Intent, ...] = ()
    language: str = ""
    by: str = ""

    @property
    def id(self) -> str:
        """One for each name and text, so that an outdated menu never stands for another reply."""
        return hashlib.blake2b(f"{self.name}\n{self.text}".encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """What the playbook says about replies. `instances`: each Mastodon source with its base URL."""

    brand: str = ""
    saved: tuple[SavedReply, ...] = ()
    signatures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    instances: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    approval: ApprovalPolicy = NO_APPROVAL
    accounts: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    """Own accounts by source and handle: the Slack id of the person, or '' for the brand's."""

    def find_account(self, person: str, source: str) -> str:
        """Return `@handle` of a person's own account at an outlet, or ''."""
        found = (handle for (outlet, handle), owner in self.accounts.items() if (outlet, owner) == (source, person))
        return f"@{handle}" if (handle := next(found, "")) else ""


def rank_replies(replies: Iterable[SavedReply], intent: Intent, language: str) -> list[SavedReply]:
    """Return those for this kind of case: first those in its language, then those for any, then the others."""

    def rank(reply: SavedReply) -> tuple[int, bool, str]:
        other = 2 if reply.language and language else 1
        return 0 if reply.language == language else other, not reply.intents, reply.name.casefold()

    return sorted((one for one in replies if not one.intents or intent in one.intents), key=rank)


def pick_name(author: Author) -> str:
    """Return how to address a stranger: their name without what is no name, else their @handle, or ''."""
    plain = "".join(
        one for one in " ".join(author.name[:200].split()) if unicodedata.category(one)[0] in "LMZ" or one in "-'’.,&"
    )
    name = " ".join(plain.split())[:MAX_PERSON_NAME].strip(" -'’.,&")
    if name and not _ADDRESS.search(author.name):
        return name
    handle = author.handle.removeprefix("@")
    return f"@{handle}" if re.fullmatch(r"[\w.-]{1,60}(?:@[\w.-]{1,60})?", handle, re.ASCII) else ""


def fold_name(name: str) -> str:
    """Return the name of a saved reply as it is compared: a menu shows two that differ in letters alone as one."""
    return " ".join(name.split()).casefold()


def fill_placeholders(text: str, name: str, signature: str) -> str:
    """Return the text with the name and the signature; an unknown name goes with the comma and space in front of it."""
    words = text.replace(NAME, name) if name else re.sub(r"(?m)^\{name\}[,:!]? *|,? ?\{name\}", "", text)
    return words.replace(SIGNATURE, signature).strip()


def restore_placeholders(text: str, author: Author, signature: str) -> str:
    """Return a reply as it is saved for others: what was filled in, or typed to the same end, is a placeholder."""
    for words, placeholder in ((signature, SIGNATURE), (pick_name(author), NAME)):
        if words:
            text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", placeholder, text)
    return replace_names(text, select_names([author.handle, author.name]), NAME).strip()


def insert_reply(typed: str, chosen: str, offered: Iterable[str]) -> str:
    """Return what stands in the form after a reply was chosen: typed words stay, an unchanged saved reply does not."""
    typed = typed.strip()
    if not typed or typed in {one.strip() for one in offered}:
        return chosen
    return f"{typed}\n\n{chosen}"
