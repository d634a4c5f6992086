"""Search posts for a subject that is not in the playbook yet, and for spellings that it would miss."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
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
MAX_CANDIDATES = 20
MAX_NEAR_SEARCHED = 3_000
"""Posts that are searched for close spellings, the newest: a third of a second of CPU."""
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
        else:
            missed.append(post)
    near = _find_near_misses(subject.terms, known, missed)
    return PostMatches(hits, excluded, _list_counts(spellings), near)


def _tokenize_post(post: RecentPost) -> _TokenizedPost:
    text = normalize(fold_homoglyphs(post.mention.text))
    tokens = tokenize(text)
    return _TokenizedPost(post, [token.lower() for token in tokens], tokens, text)


def _find_near_misses(terms: Sequence[str], known: set[str], posts: Sequence[_TokenizedPost]) -> list[SpellingCount]:
    """Count the phrases that are close to a term by their letters, each once in a post."""
    wanted = {letters: len(term.split()) for term in terms if len(letters := _join_letters(term)) >= SHORTEST}
    if not wanted:
        return []
    lengths = {
        size for name in wanted for size in range(int(len(name) * MIN_SIMILARITY), len(name) + len(name) // 3 + 1)
    }
    longest = min(max(wanted.values()) + 1, LONGEST_PHRASE)
    phrases = [_list_phrases(post.words, longest, lengths) for post in posts[:MAX_NEAR_SEARCHED]]
    letters_of = {phrase: letters for some in phrases for phrase, letters in some.items() if letters not in known}
    close: set[str] = set()
    for name in wanted:
        found = process.extract(
            name, letters_of, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY, limit=MAX_CANDIDATES
        )
        close.update(phrase for _, _, phrase in found)
    return _list_counts(Counter(one for some in phrases for one in some.keys() & close))


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
