"""The playbook's terms, prepared once so that a post is compared with them in a few look-ups."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.detectors.subject_hashtags import find_by_capitals, is_name_in_hashtag
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
from bot.detectors.subject_misspellings import MisspelledMatch, MisspellingIndex
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

SIGNS_MOST = 2
"""Signs that may stand between two words of a name: Toys "R" Us."""
JOINS = frozenset("'\"-·*/–")
ABBREVIATED = 2
"""Letters a word may have for a point behind it to end no sentence: Dr. Oetker."""


class _TermEntry(NamedTuple):
    form: TermForm
    subject: Subject
    excluded: bool


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
        self._spelled = MemoDict(self._normalize_spelling)
        self._begins = MemoDict(self._can_begin_term)

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
        """Each form that can be written as one word, too: with "and" and without it."""
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
        """`words` are `tokens` in lower case; `tokens` and `text` as written, prepared."""
        starts = [place for place, may in enumerate(map(self._begins.__getitem__, words)) if may]
        if not starts and (not self._unspaced or text.isascii()):
            return NOTHING
        seen = SubjectMatches([], [])
        spelled = list(map(self._spelled.__getitem__, words))
        on = 0
        for start in starts:
            if start >= on:
                on = self._match_place(words, spelled, start, tokens, text, seen)
        if self._unspaced and not text.isascii():
            self._match_unspaced(words, text, seen)
        said = [word for word in spelled if word] if self._elsewhere and seen.matches else []
        return self._drop_other_meanings(seen, said) if said else seen

    def _drop_other_meanings(self, seen: SubjectMatches, said: Sequence[str]) -> SubjectMatches:
        """Without what a phrase makes another thing, such as the river of a *delta*."""
        meant = []
        for one in seen.matches:
            phrases = self._elsewhere.get(one.name, ()) if one.confidence < HANDLE else ()
            if phrase := next((phrase for phrase in phrases if has_phrase(said, phrase)), None):
                seen.excluded.append(ExcludedMatch(one.name, " ".join(phrase)))
            else:
                meant.append(one)
        return SubjectMatches(meant, seen.excluded)

    def _match_place(
        self,
        words: Sequence[str],
        spelled: list[str],
        start: int,
        tokens: Sequence[str],
        text: str,
        seen: SubjectMatches,
    ) -> int:
        """Enter what is meant at this place, and return where to look on."""
        exact = None
        if spelled[start] in self._by_first or words[start][0] in "@#":  # hardly any other word is a name
            exact = self._match_exact_form(words, spelled, start, tokens, text)
        if exact is None:
            if words[start][0] == "#":
                return self._match_hashtag(words, start, tokens[start], seen)
            slip = self._by_letters.find_misspelling(spelled, start, tagged=words[start][0] == "@")
            if slip is None:
                return start + 1
            later = range(start + 1, start + slip.size if slip.edits else 0)
            if any(self._match_exact_form(words, spelled, place, tokens, text) for place in later):
                return start + 1  # the word before a name is no part of it: "Go F Fire TV"
            return _add_misspelling(slip, words, start, seen)
        (form, subject, excluded), end = exact
        if excluded:
            seen.excluded.append(ExcludedMatch(subject.name, " ".join(words[start:end])))
        else:
            confidence = HANDLE if spelled[start][0] == "@" else TERM
            partly = end == start + 1 and not _is_whole_name(words[start], form.words)
            seen.matches.append(
                build_subject_match(subject, confidence, "", words, start, end - start, is_partial=partly)
            )
        return end

    def _match_exact_form(
        self, words: Sequence[str], spelled: list[str], start: int, tokens: Sequence[str], text: str
    ) -> tuple[_TermEntry, int] | None:
        """Return the longest form that stands here, and where it ends."""
        word = spelled[start]
        entries: Sequence[_TermEntry] = self._by_first.get(word, ())
        bare = word.lstrip("@#") if word[:1] in "@#" else ""
        if bare and bare in self._by_first:
            entries = (*entries, *self._by_first[bare])
        for entry in entries:
            form = entry.form
            if bare and len(form.words) == 1 and form.words[0] != word:
                continue
            end = _find_form_end(form, words, spelled, start)
            if not end or (form.exact_spelling and not _is_written(form.exact_spelling, tokens[start])):
                continue
            if form.check is None or form.check.search(fold_letters(text)):
                return entry, end
        return None

    def _match_unspaced(self, words: Sequence[str], text: str, seen: SubjectMatches) -> None:
        """In scripts without spaces."""
        folded = fold_letters(text)
        for pattern, subject, excluded in self._unspaced if UNSPACED.search(folded) else ():
            found = pattern.search(folded)
            if not found:
                continue
            if excluded:
                seen.excluded.append(ExcludedMatch(subject.name, found[0]))
                folded = pattern.sub("\0", folded)
            elif all(one.name != subject.name for one in seen.matches):
                place = next((at for at, word in enumerate(words) if found[0][:2] in fold_letters(word)), 0)
                partly = fold_letters(words[place]) != found[0]
                seen.matches.append(
                    build_subject_match(subject, TERM, "", [found[0]] * (place + 1), place, 1, is_partial=partly)
                )

    def _match_hashtag(self, words: Sequence[str], start: int, written: str, seen: SubjectMatches) -> int:
        body = fold_token(words[start])[1:]
        if never := next((name for name in self._by_letters.excluded if name in body), None):
            seen.excluded.append(ExcludedMatch(self._by_letters.excluded[never].name, words[start]))
        elif subject := self._find_in_hashtag(body, written):
            seen.matches.append(build_subject_match(subject, INSIDE, "hashtag", words, start, 1))
        return start + 1

    def _find_in_hashtag(self, body: str, written: str) -> Subject | None:
        names = self._by_letters
        if subject := names.tagged.get(body) or find_by_capitals(written[1:], names.tagged):
            return subject
        near = names.find_nearest_name(body)
        return next((subject for name, subject in names.joined.items() if is_name_in_hashtag(name, body)), None) or (
            near.subject if near else None
        )

    def _normalize_spelling(self, word: str) -> str:
        """The word in the form in which terms are kept: itself, or what it is a form of."""
        folded = fold_token(word)
        if not folded or folded in self._vocabulary or folded in self._by_letters.tagged:
            return folded
        stems = list(list_stems(folded, word))
        return next((stem for stem in stems if stem in self._vocabulary), stems[0] if "'" in word and stems else folded)

    def _can_begin_term(self, word: str) -> bool:
        """Whether a look at what follows this word is worth it: hardly a word in fifty may begin a term, or a slip of
        one. Then some beginning of the term is no further from the word than the whole may be from the term.
        """
        spelled = self._spelled[word]
        letters = spelled.lstrip("@#")
        if spelled in self._by_first or letters in self._by_first or letters in self._by_letters.tagged:
            return True
        return len(word) > 1 if word[0] == "#" else self._by_letters.can_begin_name(letters)


def _add_misspelling(slip: MisspelledMatch, words: Sequence[str], start: int, seen: SubjectMatches) -> int:
    end = start + slip.size
    if slip.excluded:
        seen.excluded.append(ExcludedMatch(slip.subject.name, " ".join(words[start:end])))
        return end
    how = "misspelled" if words[start][0] == "@" else "untagged"
    seen.matches.append(
        build_subject_match(slip.subject, FUZZY if slip.edits else INSIDE, how, words, start, slip.size)
    )
    return end


def _find_form_end(form: TermForm, words: Sequence[str], spelled: Sequence[str], start: int) -> int:
    """Where the name ends that begins here; 0 where it does not stand here."""
    place = start + 1
    for number, part in enumerate(form.words[1:], 1):
        signs = place + SIGNS_MOST
        while place < len(spelled) and not spelled[place]:
            if number not in form.gaps and (place == signs or not _is_joining_sign(words[place], words[place - 1])):
                return 0
            place += 1
        if place >= len(spelled) or spelled[place] != part:
            return 0
        place += 1
    return place


def _is_written(letters: str, token: str) -> bool:
    """With these capitals, perhaps with a possessive."""
    return "".join(filter(str.isalnum, token)).startswith(letters)


def _is_joining_sign(sign: str, before: str) -> bool:
    """Whether a sign may stand within a name that has none there."""
    return sign in JOINS or (sign == "." and len(before) <= ABBREVIATED)


def _is_whole_name(word: str, name: Sequence[str]) -> bool:
    """Whether a word is the name, perhaps with a possessive, and not a longer one with the name in it."""
    folded = fold_token(word)
    return folded in (name[0], f"{name[0]}s") or folded.lstrip("@#") == name[0]


def _split_term(term: str) -> tuple[str, ...]:
    return tuple(word for word in map(fold_token, tokenize_term(term)) if word)


def _is_longer_form(name: Sequence[str], exclusion: Sequence[str]) -> bool:
    """Whether an exclusion is a longer form of a name, and so closes only its own words."""
    bare = "".join(name).lstrip("@#")
    return bare in "".join(exclusion) or not set(name).isdisjoint(exclusion)


def has_phrase(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    """Whether these words stand there in a row."""
    size = len(phrase)
    return any(tuple(words[place : place + size]) == phrase for place in range(len(words) - size + 1))
