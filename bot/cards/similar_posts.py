"""Compare posts that say nearly the same: in groups when a list is drawn, and one with one in triage."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from rapidfuzz import fuzz, process

from bot.domain.case import Case
from bot.domain.cases.intake import MIN_WORDS_FOR_COPY, split_copy_words
from bot.domain.cases.similarity import DECISIVE_WORDS, MIN_WORDS, compare_words, list_numbers, split_post_words
from bot.domain.spikes.episode import SamplePost

MIN_SIMILARITY = 80.0
"""Percent of the letters, without links, handles, case and punctuation."""
SPELLING_SIMILARITY = 75.0
"""Percent of the letters in which two spellings of a word agree."""
SMALL_WORD = 3
"""Letters up to which a word may stand for another: 'you' for 'u'."""
MAX_LETTERS = 280
INDEXED_WORDS = 4
"""Of the words that posts share, so many of the rarest find the groups that a post is compared with."""
MAX_COMPARED = 12
"""Groups that one post is compared with, which bounds the time for 2,000 different posts with the same vocabulary."""
T = TypeVar("T")


class _Fingerprint(NamedTuple):
    """What is compared: `facts` must be equal, for another flight or price needs another answer."""

    words: tuple[str, ...]
    letters: str
    facts: str


def group_similar_cases(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    """Return every case in exactly one group, in the order given, by the first of each group.

    2,000 posts take 35 to 70 ms of CPU, and 110 ms if each has 45 words (2026-11-29).
    """
    texts = [(case.mention.text, case.department, "crisis" if case.is_urgent else "") for case in cases]
    return _group(cases, [_build_fingerprint(*one) for one in texts])


def rank_similar_groups(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    """Return the groups with the most pressing cases first, and of these the largest groups."""
    groups = group_similar_cases(sorted(cases, key=lambda case: -case.priority.rank))
    return sorted(groups, key=lambda group: (-group[0].priority.rank, -len(group)))


def drop_similar_samples(samples: Sequence[SamplePost]) -> list[SamplePost]:
    """Return the first of those that say the same."""
    return [group[0] for group in _group(samples, [_build_fingerprint(one.text) for one in samples])]


def is_near_duplicate(text: str, other: str, *, with_more: bool = True) -> bool:
    """Return whether one post repeats the other, with the same facts, so that one answer serves both.

    Without `with_more` neither may add a word, except small ones.

    Stricter than a group in a list, where a person looks at each post: one may add words that the other leaves out,
    but neither may name, number or deny something else, replace a word, or say them in another order.
    """
    one, two = split_post_words(text), split_post_words(other)
    if min(len(one.words), len(two.words)) < MIN_WORDS or list_numbers(one.words) != list_numbers(two.words):
        return False
    if fuzz.ratio(one.letters, two.letters) < MIN_SIMILARITY:
        return False
    added, left = compare_words(one, two)
    changed = {*added, *left}
    if not DECISIVE_WORDS.isdisjoint(changed):
        return False
    if [word for word in one.words if word not in changed] != [word for word in two.words if word not in changed]:
        return False  # 'from Porto to Lisbon' is not 'from Lisbon to Porto'
    only_one, only_two = _drop_spellings(added, left), _drop_spellings(left, added)
    if not (one.names.isdisjoint(only_one) and two.names.isdisjoint(only_two)):
        return False
    is_more_of_one = with_more and not (only_one and only_two)
    return is_more_of_one or max(map(len, [*only_one, *only_two]), default=0) <= SMALL_WORD


def _drop_spellings(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the words of which `others` has no other spelling."""
    return [word for word in words if not any(fuzz.ratio(word, one) >= SPELLING_SIMILARITY for one in others)]


def _group(posts: Sequence[T], prints: Sequence[_Fingerprint]) -> list[tuple[T, ...]]:
    counts = Counter(word for one in prints for word in one.words)
    groups: list[list[T]] = []
    first_letters: list[str] = []
    places: dict[str, list[int]] = defaultdict(list)
    for post, found in zip(posts, prints, strict=True):
        shared = sorted((word for word in found.words if counts[word] > 1), key=lambda word: (counts[word], word))
        names = [f"{found.facts}|{word}" for word in shared[:INDEXED_WORDS]]
        near = list(dict.fromkeys(place for name in names for place in places[name][:MAX_COMPARED]))[:MAX_COMPARED]
        best = process.extractOne(
            found.letters,
            {place: first_letters[place] for place in near},
            scorer=fuzz.ratio,
            score_cutoff=MIN_SIMILARITY,
        )
        if best is not None:
            groups[best[2]].append(post)
            continue
        for name in names:
            places[name].append(len(groups))
        groups.append([post])
        first_letters.append(found.letters)
    return [tuple(group) for group in groups]


def _build_fingerprint(text: str, *more_facts: str) -> _Fingerprint:
    words = split_copy_words(text)
    if len(words) < MIN_WORDS_FOR_COPY:
        return _Fingerprint((), "", "")  # too short to say that two mean the same
    facts = " ".join(sorted([*list_numbers(words), *more_facts]))
    return _Fingerprint(tuple(set(words)), " ".join(words)[:MAX_LETTERS], facts)
