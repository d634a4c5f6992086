"""Find subjects by the playbook's terms, indexed so that a post needs only a few look-ups."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import NamedTuple

from bot.detectors.subject_hashtags import INSIDE_FROM, HashtagNames, find_by_capitals, is_name_in_hashtag
from bot.detectors.subject_matches import (
    FUZZY,
    HANDLE,
    INSIDE,
    NOTHING,
    TERM,
    ExcludedMatch,
    SubjectMatches,
    build_subject_match,
)
from bot.detectors.subject_misspellings import WINDOW, MisspelledMatch, MisspellingIndex
from bot.detectors.subject_term_forms import (
    UNSPACED,
    TermForm,
    build_term_forms,
    compile_term_pattern,
    concat_words,
    list_stems,
    tokenize_term,
)
from bot.detectors.text.cache import MemoDict
from bot.domain.subject import Subject
from bot.domain.text_normalization import fold_letters, fold_token


class _TermEntry(NamedTuple):
    form: TermForm
    subject: Subject
    excluded: bool


class _Post(NamedTuple):
    words: Sequence[str]
    spelled: Sequence[str]
    """Each word in the form in which terms are kept."""
    tokens: Sequence[str]
    text: str


class _KnownWord(NamedTuple):
    spelled: str
    """In the form in which terms are kept."""
    size: int
    """Letters of that, without an @."""
    begins: bool
    """A term or a misspelling of one may begin with it."""
    lengths: AbstractSet[int] | None
    """The letters of misspellings that may begin with it; None if more than a misspelling may."""


class SubjectMatcher:
    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._named: dict[str, Subject] = {}
        self._by_first: dict[str, list[_TermEntry]] = {}
        self._by_letters = MisspellingIndex()
        self._elsewhere: dict[str, list[tuple[str, ...]]] = {}
        self._unspaced: list[tuple[re.Pattern[str], Subject, bool]] = []
        for subject in subjects:
            self._add_subject(subject)
        self._unspaced.sort(key=lambda entry: not entry[2])
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: (-len(entry.form.words), not entry.excluded))
        self._vocabulary = {word for entries in self._by_first.values() for one in entries for word in one.form.words}
        self._by_letters.finalize_index()
        self._inside = HashtagNames(name for name in self._by_letters.joined if len(name) >= INSIDE_FROM)
        self._excluded_inside = HashtagNames(self._by_letters.excluded)
        self._known = MemoDict(self._look_up_word)
        self._hashtags = MemoDict(self._find_in_hashtag)

    def _add_subject(self, subject: Subject) -> None:
        handles = [f"@{handle.removeprefix('@')}" for handle in subject.handles]
        self._named.setdefault(subject.name.casefold(), subject)
        for term in (*subject.terms, *handles):
            self._named.setdefault(term.casefold().lstrip("@#"), subject)
            for words in self._add_term(term, subject, excluded=False):
                self._by_letters.add_name(words, subject)
        own = [_split_term(name) for name in subject.terms]
        for term in subject.exclude:
            for words in self._add_term(term, subject, excluded=True):
                self._by_letters.excluded.setdefault(concat_words(words), subject)
            words = _split_term(term)
            if words and not any(_is_longer_form(name, words) for name in own):
                self._elsewhere.setdefault(subject.name, []).append(words)

    def _add_term(self, term: str, subject: Subject, *, excluded: bool) -> Iterator[tuple[str, ...]]:
        """Index a term. Yield each form that can be written as one word: with "and" and without it."""
        forms = build_term_forms(term)
        for form in forms:
            self._by_first.setdefault(form.words[0], []).append(_TermEntry(form, subject, excluded))
        if pattern := compile_term_pattern(term):
            self._unspaced.append((pattern, subject, excluded))
        for form in forms[:1]:
            without = tuple(word for word in form.words if word != "and")
            yield from (words for words in dict.fromkeys((form.words, without)) if concat_words(words))

    def get_subject(self, name: str) -> Subject | None:
        return self._named.get(name.casefold().lstrip("@#"))

    def find_subjects(self, words: Sequence[str], tokens: Sequence[str], text: str) -> SubjectMatches:
        """Find all subjects. `words` are the `tokens` in lower case; `text` is as written, normalized."""
        known = list(map(self._known.__getitem__, words))
        starts = [place for place, one in enumerate(known) if one.begins]
        if not starts and (not self._unspaced or text.isascii()):
            return NOTHING
        found = SubjectMatches([], [])
        post = _Post(words, [one.spelled for one in known], tokens, text)
        end = 0
        for start in starts:
            if start >= end and _can_match(known, start):
                end = self._match_place(post, start, found)
        if self._unspaced and not text.isascii():
            self._match_unspaced(words, text, found)
        written = [word for word in post.spelled if word] if self._elsewhere and found.matches else []
        return self._drop_other_meanings(found, written) if written else found

    def _drop_other_meanings(self, found: SubjectMatches, spelled: Sequence[str]) -> SubjectMatches:
        """Exclude matches that a phrase gives another meaning, such as the river of a *delta*."""
        meant = []
        for match in found.matches:
            phrases = self._elsewhere.get(match.name, ()) if match.confidence < HANDLE else ()
            if phrase := next((phrase for phrase in phrases if _has_phrase(spelled, phrase)), None):
                found.excluded.append(ExcludedMatch(match.name, " ".join(phrase)))
            else:
                meant.append(match)
        return SubjectMatches(meant, found.excluded)

    def _match_place(self, post: _Post, start: int, found: SubjectMatches) -> int:
        """Add what is meant at this place to `found`, and return where to continue."""
        words = post.words
        exact = None
        if post.spelled[start] in self._by_first or words[start][0] in "@#":  # hardly any other word is a name
            exact = self._match_exact_form(post, start)
        if exact is None:
            if words[start][0] == "#":
                return self._match_hashtag(words, start, post.tokens[start], found)
            slip = self._by_letters.find_misspelling(post.spelled, start, tagged=words[start][0] == "@")
            if slip is None:
                return start + 1
            later = range(start + 1, start + slip.size if slip.edits else 0)
            if any(self._match_exact_form(post, place) for place in later):
                return start + 1  # the word before a name is no part of it: "Go F Fire TV"
            return _add_misspelling(slip, words, start, found)
        (form, subject, excluded), end = exact
        if excluded:
            found.excluded.append(ExcludedMatch(subject.name, " ".join(words[start:end])))
            return end
        confidence = HANDLE if post.spelled[start][0] == "@" else TERM
        partial = end == start + 1 and not _is_whole_name(words[start], form.words)
        match = build_subject_match(subject, confidence, "", words, start, end - start, is_partial=partial)
        found.matches.append(match)
        return end

    def _match_exact_form(self, post: _Post, start: int) -> tuple[_TermEntry, int] | None:
        """Return the longest form that stands here, and where it ends."""
        word = post.spelled[start]
        entries: Sequence[_TermEntry] = self._by_first.get(word, ())
        bare = word.lstrip("@#") if word[:1] in "@#" else ""
        if bare and bare in self._by_first:
            entries = (*entries, *self._by_first[bare])
        for entry in entries:
            form = entry.form
            if bare and len(form.words) == 1 and form.words[0] != word:
                continue
            end = form.find_end(post.words, post.spelled, start)
            if not end or not form.is_spelled_like(post.tokens[start]):
                continue
            if form.check is None or form.check.search(fold_letters(post.text)):
                return entry, end
        return None

    def _match_unspaced(self, words: Sequence[str], text: str, found: SubjectMatches) -> None:
        """Find names in scripts without spaces."""
        folded = fold_letters(text)
        for pattern, subject, excluded in self._unspaced if UNSPACED.search(folded) else ():
            hit = pattern.search(folded)
            if not hit:
                continue
            name = hit[0]
            if excluded:
                found.excluded.append(ExcludedMatch(subject.name, name))
                folded = pattern.sub("\0", folded)
            elif all(match.name != subject.name for match in found.matches):
                place = next((at for at, word in enumerate(words) if name[:2] in fold_letters(word)), 0)
                partial, quoted = fold_letters(words[place]) != name, [name] * (place + 1)
                found.matches.append(build_subject_match(subject, TERM, "", quoted, place, 1, is_partial=partial))

    def _match_hashtag(self, words: Sequence[str], start: int, token: str, found: SubjectMatches) -> int:
        subject, excluded = self._hashtags[token]
        if subject and excluded:
            found.excluded.append(ExcludedMatch(subject.name, words[start]))
        elif subject:
            found.matches.append(build_subject_match(subject, INSIDE, "hashtag", words, start, 1))
        return start + 1

    def _find_in_hashtag(self, hashtag: str) -> tuple[Subject | None, bool]:
        """Return the subject in a hashtag, as written, and whether it is excluded."""
        names, body = self._by_letters, fold_token(hashtag.lower())[1:]
        if excluded := self._excluded_inside.list_names(body):
            return names.excluded[excluded[0]], True
        if subject := names.tagged.get(body) or find_by_capitals(hashtag[1:], names.tagged):
            return subject, False
        near = names.find_nearest_name(body)
        inside = (names.joined[name] for name in self._inside.list_names(body) if is_name_in_hashtag(name, body))
        return next(inside, None) or (near.subject if near else None), False

    def _normalize_spelling(self, word: str) -> str:
        """Return the word in the form in which terms are kept: itself, or its stem."""
        folded = fold_token(word)
        if not folded or folded in self._vocabulary or folded in self._by_letters.tagged:
            return folded
        stems = list(list_stems(folded, word))
        return next((stem for stem in stems if stem in self._vocabulary), stems[0] if "'" in word and stems else folded)

    def _look_up_word(self, word: str) -> _KnownWord:
        spelled = self._normalize_spelling(word)
        is_exact = spelled in self._by_first or word[0] in "@#"
        lengths = None if is_exact else self._by_letters.list_lengths(spelled)
        return _KnownWord(spelled, len(spelled.lstrip("@")), self._can_begin_term(word, spelled), lengths)

    def _can_begin_term(self, word: str, spelled: str) -> bool:
        """Return True if a term, or a misspelling of one, may begin here. Hardly a word in fifty does.

        Then some beginning of the term is no further from the word than the whole may be from the term.
        """
        letters = spelled.lstrip("@#")
        if spelled in self._by_first or letters in self._by_first or letters in self._by_letters.tagged:
            return True
        return len(word) > 1 if word[0] == "#" else self._by_letters.can_begin_name(letters)


def _can_match(known: Sequence[_KnownWord], start: int) -> bool:
    """Return False if the words from here have too few or too many letters for any misspelling: nearly always."""
    lengths = known[start].lengths
    return lengths is None or not lengths.isdisjoint(accumulate([one.size for one in known[start : start + WINDOW]]))


def _add_misspelling(slip: MisspelledMatch, words: Sequence[str], start: int, found: SubjectMatches) -> int:
    end = start + slip.size
    if slip.excluded:
        found.excluded.append(ExcludedMatch(slip.subject.name, " ".join(words[start:end])))
    else:
        how, confidence = "misspelled" if words[start][0] == "@" else "untagged", FUZZY if slip.edits else INSIDE
        found.matches.append(build_subject_match(slip.subject, confidence, how, words, start, slip.size))
    return end


def _is_whole_name(word: str, name: Sequence[str]) -> bool:
    """Return True for the name, perhaps with a possessive, but not for a longer word with the name in it."""
    folded = _FOLDED[word]
    return folded in (name[0], f"{name[0]}s") or folded.lstrip("@#") == name[0]


_FOLDED = MemoDict(fold_token)


def _split_term(term: str) -> tuple[str, ...]:
    return tuple(word for word in map(fold_token, tokenize_term(term)) if word)


def _is_longer_form(name: Sequence[str], exclusion: Sequence[str]) -> bool:
    """Return True if an exclusion is a longer form of a name, and so excludes only its own words."""
    bare = "".join(name).lstrip("@#")
    return bare in "".join(exclusion) or not set(name).isdisjoint(exclusion)


def _has_phrase(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(tuple(words[place : place + size]) == phrase for place in range(len(words) - size + 1))
