"""Preview of a subject: which of the posts that were read lately would match its terms."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.errors import NotAllowed
from bot.domain.immutable import FrozenModel
from bot.domain.mention import MAX_SUBJECT_LENGTH, Mention
from bot.domain.subject import Subject
from bot.domain.text_normalization import is_findable

WINDOW = timedelta(days=30)
"""How far back posts are searched."""
MAX_TERMS = 20
MAX_TERM_LENGTH = 200
EXCLUDE = "exclude"
EXAMPLE = '`/sentiment preview "northwind" exclude "northwind traders"`'
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_PART = re.compile(r'"([^"]*)"?|([^\s",]+)|,')


class RecentPost(NamedTuple):
    """A post that was read lately, and what became of it."""

    mention: Mention
    subject: str = ""
    """The playbook's subject that it was found to be about; empty for none."""
    department: str = ""
    """Empty: routed to nobody."""


class RecentPosts(NamedTuple):
    posts: Sequence[RecentPost]
    since: datetime
    """All posts after it are here; older ones may be gone."""


class SpellingCount(NamedTuple):
    spelling: str
    posts: int


class PostMatches(NamedTuple):
    """What a subject would find among some posts, each list newest first."""

    hits: Sequence[RecentPost] = ()
    excluded: Sequence[RecentPost] = ()
    """Posts that only `exclude` takes away."""
    spellings: Sequence[SpellingCount] = ()
    """Other spellings than the terms under which hits were found, most frequent first."""
    near_misses: Sequence[SpellingCount] = ()
    """Close spellings in posts that do not match, most frequent first."""


class PreviewQuery(FrozenModel):
    terms: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    def build_subject(self) -> Subject:
        return Subject(name=self.terms[0][:MAX_SUBJECT_LENGTH], terms=self.terms, exclude=self.exclude)


@dataclass(frozen=True, slots=True)
class SubjectPreview:
    query: PreviewQuery
    searched: int
    """Posts that were searched."""
    since: datetime
    at: datetime
    found: PostMatches

    @property
    def posts_per_day(self) -> float | None:
        """The average over the time that was searched; None for less than a day."""
        days = (self.at - self.since) / timedelta(days=1)
        return len(self.found.hits) / days if days >= 1 else None

    @property
    def known_subjects(self) -> list[tuple[str, int]]:
        """The playbook's subjects of the hits with their number, most frequent first."""
        return Counter(hit.subject for hit in self.found.hits if hit.subject).most_common()


def parse_preview_query(words: str) -> PreviewQuery:
    """Parse `"northwind" nwair exclude "northwind traders"`. Raises `NotAllowed` with a sentence for the person.

    A term is what stands in quotes; words without quotes are one term, up to a comma.
    """
    terms: dict[bool, list[str]] = {False: [], True: []}
    excluding, is_open = False, False
    for part in _PART.finditer(words.translate(_QUOTES)):
        quoted, bare = part.groups()
        if bare and bare.casefold().rstrip(":") == EXCLUDE:
            excluding, is_open = True, False
        elif bare and is_open:
            terms[excluding][-1] += f" {bare}"
        elif quoted or bare:
            terms[excluding].append(" ".join((quoted or bare).split()))
            is_open = bare is not None
        else:
            is_open = False
    query = PreviewQuery(terms=tuple(dict.fromkeys(terms[False])), exclude=tuple(dict.fromkeys(terms[True])))
    _validate_query(query)
    return query


def _validate_query(query: PreviewQuery) -> None:
    if not query.terms:
        raise NotAllowed(f"Say what to look for: {EXAMPLE}.")
    if len(query.terms) + len(query.exclude) > MAX_TERMS:
        raise NotAllowed(f"That's too much for one preview. Use up to {MAX_TERMS} terms.")
    for term in (*query.terms, *query.exclude):
        if not is_findable(term) or len(term) > MAX_TERM_LENGTH:
            raise NotAllowed(
                f"A term needs a letter, a digit or an emoji, and at most {MAX_TERM_LENGTH} characters. "
                f"An example: {EXAMPLE}."
            )
    if {term.casefold() for term in query.terms} & {term.casefold() for term in query.exclude}:
        raise NotAllowed("The same words are a term and excluded, so nothing would match. Remove one of the two.")
