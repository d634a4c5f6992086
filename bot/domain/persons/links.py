"""Links between accounts of one person on different outlets: a colleague makes them, and can take them back."""

from collections.abc import Mapping

from bot.domain.errors import NotAllowed
from bot.domain.persons.person import MAX_ACCOUNTS

Accounts = Mapping[str, str]
"""The accounts of one person: the author key of each with its handle."""


def link_accounts(one: Accounts, other: Accounts) -> dict[str, str]:
    """Return all accounts of the person. Raises `NotAllowed` with a sentence.

    If only one side still knows that they are linked, because the record of the other has expired, they are again.
    """
    if one.keys() == other.keys():
        raise NotAllowed("These accounts already belong to the same person.")
    if len({**one, **other}) > MAX_ACCOUNTS:
        raise NotAllowed(f"A person can have {MAX_ACCOUNTS} accounts at most. Unlink one first.")
    return {**one, **other}


def unlink_account(accounts: Accounts, author_key: str) -> dict[str, str]:
    """Return the accounts that stay. Raises `NotAllowed` if this one is not among them."""
    if author_key not in accounts or len(accounts) < 2:
        raise NotAllowed("That account is not linked any more.")
    return {key: handle for key, handle in accounts.items() if key != author_key}
