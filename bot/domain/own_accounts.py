"""The accounts with which we speak in public ourselves: those of the brand, and those of its people."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.domain.mention import Mention
from bot.domain.text_normalization import fold_letters, normalize_text

DEFAULT_SOURCE = "x"
"""Where an account is that names no source, as in `@northwindair`."""
DEVELOPER = "developer"
"""The account that answers reviews of apps: only who owns the app can."""
DID = "did:"
"""What ids of Bluesky begin with: they say who somebody is also while nobody knows their handle."""


_SIGNATURE = re.compile(r"\s\^[A-Z][A-Za-z]{1,2}\s*$")
"""How those sign who answer for a company: `^AB`."""


_TITLE = re.compile(r"(?:\b(?:at|from)\s|@\s?)(.+)", re.IGNORECASE)
"""What a name says behind the person's own: `Ana at Northwind`."""


class StaffSign(StrEnum):
    """By what a post is known as a colleague's."""

    ACCOUNT = "account"
    """A person of the playbook lists it."""
    SIGNATURE = "signature"
    WORKS_HERE = "works here"
    """The author says so, in the text or in their name."""


def split_account(account: str) -> tuple[str, str]:
    """Return source and folded handle of `x:@ana`, or of `@ana`, which is on X."""
    source, colon, handle = account.partition(":")
    return (source, fold_handle(handle)) if colon else (DEFAULT_SOURCE, fold_handle(account))


def fold_handle(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """A name that an author gives themselves says nothing: anybody may call themselves like us."""

    owners: Mapping[tuple[str, str], str]
    """By source and folded handle: the Slack id of the person, or an empty string for the brand."""
    staff_pattern: re.Pattern[str] | None = None
    """Finds who says in folded letters that they work for us; see `build_staff_pattern`."""

    def __bool__(self) -> bool:
        return bool(self.owners)

    def find_owner(self, mention: Mention) -> str | None:
        """Return the Slack id of the person whose account wrote it, '' for the brand's; None for everybody else."""
        if not self.owners:
            return None
        author = mention.author
        found = self.owners.get((mention.source, fold_handle(author.handle or author.id)))
        return found if found is not None else self.owners.get((mention.source, author.id.casefold()))

    def find_staff_sign(self, mention: Mention) -> StaffSign | None:
        """Return what betrays a colleague's post on an account that nobody has listed.

        That is a guess: such a post counts as no opinion, and is otherwise treated as any other.
        """
        if "^" in mention.text[-8:] and mention.is_reply and _SIGNATURE.search(mention.text):
            return StaffSign.SIGNATURE
        if self.staff_pattern is None:
            return None
        said = "work" in mention.text.casefold() and self.staff_pattern.search(
            fold_letters(normalize_text(mention.text))
        )
        title = _TITLE.search(mention.author.name)
        named = title and self.staff_pattern.search(f"i work at {fold_letters(normalize_text(title[1]))}")
        return StaffSign.WORKS_HERE if said or named else None

    def is_own_reply(self, mention: Mention) -> bool:
        """Whether one of our accounts answers something: only such posts are read beside those that name a subject."""
        return mention.is_reply and self.find_owner(mention) is not None

    def list_handles(self, source: str) -> tuple[str, ...]:
        return tuple(handle for place, handle in self.owners if place == source)


def build_staff_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return the pattern of "I work for" and one of our names; None without a name. "Do I work for …?" is irony."""
    forms = {fold_letters(normalize_text(name)).lstrip("@#").strip() for name in names} - {""}
    if not forms:
        return None
    ours = "|".join(re.escape(form) for form in sorted(forms))
    start = r"(?<!do )(?<!if )(?<!like )\b(?:i|we) (?:(?:also|currently|actually|still) )?work (?:for|at) (?:the )?"
    return re.compile(rf"{start}[@#]?(?:{ours})(?!'s|\w)")


NO_ACCOUNTS = OwnAccounts(MappingProxyType({}))
