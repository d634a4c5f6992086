"""Search posts for a subject that is not in the playbook yet, and for spellings that it would miss."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.subject_matches import SubjectMatches
from bot.detectors.text.deobfuscate import fold_homoglyphs
from bot.detectors.text.tokenizer import normalize, tokenize
from bot.domain.reports.preview import PostMatches, RecentPost, SpellingCount
from bot.domain.subject import Subject
from bot.domain.text_normalization import fold_letters

MIN_SIMILARITY = 0.75
"""Of the letters of a term: two edits in eight."""
SHORTEST = 4
"""Letters of a term below which nearly every word is close to it."""
LONGEST_PHRASE = 4
SPLIT_FROM = 6
"""Letters of a term from which a phrase with more or fewer words is close to it: "north wind" for "northwind"."""
MAX_CANDIDATES = 50
MAX_NEAR_SEARCHED = 3_000
"""Posts that are searched for close spellings, the newest: a third of a second of CPU."""
CHUNK_SIZE = 2_000
SPELLINGS_SHOWN = 3
_SIGNS = re.compile(r"[\W_]+")


class _TokenizedPost(NamedTuple):
    post: RecentPost
    words: Sequence[str]
    tokens: Sequence[str]
    text: str

    def find_subjects(self, matcher: SubjectMatcher) -> SubjectMatches:
        return matcher.find_subjects(self.words, self.tokens, self.text)


def search_posts(subject: Subject, posts: Iterable[RecentPost]) -> PostMatches:
    """Return what the subject would find, in the order given. 20,000 posts take about half a second of CPU."""
    matcher = SubjectMatcher([subject])
    unlimited = SubjectMatcher([subject.copy_with(exclude=())]) if subject.exclude else matcher
    known = {_join_letters(term) for term in (*subject.terms, *subject.exclude)}
    hits: list[RecentPost] = []
    excluded: list[RecentPost] = []
    missed: list[_TokenizedPost] = []
    spellings: Counter[str] = Counter()
    for post in map(_tokenize_post, posts):
        matches = post.find_subjects(matcher).matches
        if matches:
            hits.append(post.post)
            spelled = {" ".join(post.words[one.place : one.place + one.size]) for one in matches}
            spellings.update(one for one in spelled if one.lstrip("@#") and _join_letters(one) not in known)
        elif subject.exclude and post.find_subjects(unlimited).matches:
            excluded.append(post.post)
        elif len(missed) < MAX_NEAR_SEARCHED:
            missed.append(post)
    near = _find_near_misses(subject.terms, known, missed)
    return PostMatches(hits, excluded, _list_counts(spellings), near)


def _tokenize_post(post: RecentPost) -> _TokenizedPost:
    text = normalize(fold_homoglyphs(post.mention.text))
    tokens = tokenize(text)
    return _TokenizedPost(post, [token.lower() for token in tokens], tokens, text)


def _find_near_misses(terms: Sequence[str], known: set[str], posts: Sequence[_TokenizedPost]) -> list[SpellingCount]:
    """Count the phrases that are close to a term by their letters, each once in a post."""
    wanted = {letters: term for term in terms if len(letters := _join_letters(term)) >= SHORTEST}
    if not wanted:
        return []
    lengths = {size for name in wanted for size in range(int(len(name) * MIN_SIMILARITY), len(name) * 4 // 3 + 1)}
    longest = min(max(len(term.split()) for term in wanted.values()) + 1, LONGEST_PHRASE)
    phrases = [_list_phrases(post.words, longest, lengths) for post in posts]
    letters_of = {phrase: letters for some in phrases for phrase, letters in some.items() if letters not in known}
    close = {
        phrase
        for chunk in _iter_chunks(letters_of)
        for name, term in wanted.items()
        for phrase in _extract_similar(name, chunk)
        if _has_similar_words(term, phrase)
    }
    return _list_counts(Counter(one for some in phrases for one in some.keys() & close))


def _iter_chunks(letters_of: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield parts that take some milliseconds each, in which no other thread runs."""
    rest = iter(letters_of.items())
    while chunk := dict(islice(rest, CHUNK_SIZE)):
        yield chunk


def _extract_similar(name: str, letters_of: dict[str, str]) -> list[str]:
    found = process.extract(
        name, letters_of, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY, limit=MAX_CANDIDATES
    )
    return [phrase for _, _, phrase in found]


def _has_similar_words(term: str, phrase: str) -> bool:
    """Return True if each word is like its word of the term, or if only the spaces differ, and a letter."""
    wanted, words = term.split(), phrase.split()
    if len(wanted) != len(words):
        letters = _join_letters(term)
        return len(letters) >= SPLIT_FROM and OSA.distance(letters, _join_letters(phrase)) <= 1
    pairs = zip(map(_join_letters, wanted), map(_join_letters, words), strict=True)
    return len(words) == 1 or all(OSA.distance(one, other) <= max(1, len(one) // 3) for one, other in pairs)


def _list_phrases(words: Sequence[str], longest: int, lengths: set[int]) -> dict[str, str]:
    """Return the words, and phrases of up to so many words that stand together, with their letters."""
    letters = [_join_letters(word) for word in words]
    phrases: dict[str, str] = {}
    for start, first in enumerate(letters):
        joined = ""
        for end in range(start, min(start + longest, len(words)) if first else start):
            joined += letters[end]
            if len(joined) in lengths and letters[end]:
                phrases[" ".join(words[start : end + 1])] = joined
    return phrases


def _join_letters(phrase: str) -> str:
    return _SIGNS.sub("", fold_letters(phrase))


def _list_counts(counts: Counter[str]) -> list[SpellingCount]:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [SpellingCount(spelling, number) for spelling, number in islice(ordered, SPELLINGS_SHOWN)]
