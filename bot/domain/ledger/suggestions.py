"""Suggest entries of the ledger: what many people ask for, and which entries a post may belong to. A person decides."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.domain.ledger.entry import LedgerEntry
from bot.domain.spikes.topic_words import extract_informative_words, group_people_by_word

SUGGEST_FROM = 3
"""People who use the same words."""
MAX_SUGGESTIONS = 5
MOST_SHARE = 0.5
"""Of ten posts or more: a single word of a larger share says nothing about what is asked for."""
_ASKING = """
wish wished wishing hope would could should can possible possibility option offer offered provide serve available
need needs asking question wondering wonder anybody somebody idea suggestion add love nice great help info information
"""
_ASKING_WORDS = frozenset(_ASKING.split())


class UnlistedPost(NamedTuple):
    """A need or a question that is in no entry yet. `who` tells its author from others."""

    case: str
    who: str
    text: str


class EntrySuggestion(NamedTuple):
    """What several people have in common: the words, their cases (the newest first), and how many people."""

    words: str
    cases: tuple[str, ...]
    people: int


def suggest_entries(posts: Sequence[UnlistedPost], names: Iterable[str]) -> list[EntrySuggestion]:
    """Return what most people have in common, each case in one suggestion at most. `posts`: the newest first.

    `names` of brands and products say nothing about what is asked for. Of the same people two words say more than one.
    """
    ignored = _ASKING_WORDS.union(*(name.casefold().split() for name in names))
    left, found = list(posts), list[EntrySuggestion]()
    most = len(posts) * MOST_SHARE if len(posts) >= 10 else len(posts)
    while len(found) < MAX_SUGGESTIONS:
        people = group_people_by_word((one.who, one.text) for one in left)
        common = {
            words: who
            for words, who in people.items()
            if len(who) >= SUGGEST_FROM
            and (len(who) <= most or " " in words)
            and all(word in people and word.lstrip("#") not in ignored for word in words.split())
        }
        if not common:
            break
        best = max(common, key=lambda words: (len(common[words]), " " in words, words))
        cases = [one.case for one in left if best in extract_informative_words(one.text)]
        found.append(EntrySuggestion(best, tuple(cases), len(common[best])))
        left = [one for one in left if one.case not in cases]
    return found


def rank_entries(entries: Iterable[LedgerEntry], text: str) -> list[LedgerEntry]:
    """Return the entries by words in common with the text, then by people."""
    said = _list_stems(text)
    return sorted(entries, key=lambda one: (-len(said & _list_stems(one.title)), -one.people, one.title))


def _list_stems(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in extract_informative_words(text) if " " not in word)
