"""The playbook's terms, prepared once so that a post is compared with them in a few look-ups."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.detectors.lexicons.disguises import plainly
from bot.detectors.lexicons.memory import Memory
from bot.detectors.lexicons.text import TOKEN, prepared
from bot.domain.subject import Subject

FUZZY_FROM = 6
"""Letters a term must have before a misspelling of it is believed: "delta" is one letter from too many words."""
TWO_EDITS_FROM = 10
"""Letters from which two edits are believed instead of one."""
IN_HASHTAG_FROM = 5
"""Letters a term must have to be looked for inside a hashtag."""
WINDOW = 3
"""Words that are put together when looking for a misspelling: "north wind air"."""

CAPITALS = re.compile(r"[A-Z]{2,}|[A-Z]?[a-z]+")

HANDLE, TERM, INSIDE, FUZZY = 0.97, 0.9, 0.8, 0.6
"""Confidences by the way in which a subject was found; set by hand, 2026-11-22."""


class Found(NamedTuple):
    name: str
    kind: str
    confidence: float
    because: str
    place: int
    size: int = 1
    """Words of the post that name it."""


def cut(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(prepared(text).lower()))


def joined(words: Iterable[str]) -> str:
    return "".join(word.lstrip("@#") for word in words if word[:1].isalnum() or word[:1] in "@#")


class Terms:
    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._named: dict[str, Subject] = {}
        self._by_first: dict[str, list[tuple[tuple[str, ...], Subject | None]]] = {}
        self._joined: dict[str, Subject] = {}
        self._never: set[str] = set()
        self._elsewhere: dict[str, list[tuple[str, ...]]] = {}
        self._words_of: dict[str, tuple[str, ...]] = {}
        for subject in subjects:
            self._add(subject)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry[1] is not None))
        self._like: dict[tuple[str, int], list[tuple[str, int, Subject]]] = {}
        for name, subject in self._joined.items():
            edits = _edits(name)
            for length in range(len(name) - edits, len(name) + edits + 1) if edits else ():
                self._like.setdefault((name[0], length), []).append((name, edits, subject))
        self._letters = frozenset(name[0] for name in self._joined)
        self._lengths: dict[str, set[int]] = {}
        for letter, length in (*self._like, *((name[0], len(name)) for name in (*self._joined, *self._never) if name)):
            self._lengths.setdefault(letter, set()).add(length)
        """By first letter, how long what may be like a name is: words put together are seldom of one of these."""
        self._longest = max(map(len, self._joined), default=0) + 2
        self._has_short = any(len(name) < IN_HASHTAG_FROM for name in self._joined)
        self._plain = Memory(plainly)
        self._begins = Memory(self._may_begin)
        self._inside = [(name, subject) for name, subject in self._joined.items() if len(name) >= IN_HASHTAG_FROM]

    def _add(self, subject: Subject) -> None:
        handles = [f"@{handle.removeprefix('@')}" for handle in subject.handles]
        self._named.setdefault(subject.name.casefold(), subject)
        for term in (*subject.terms, *handles):
            words = cut(term)
            if len(words) == 1 and words[0].isalpha() and len(words[0]) >= IN_HASHTAG_FROM:
                self._by_first.setdefault(f"{words[0]}s", []).append(((f"{words[0]}s",), subject))
            if words:
                self._named.setdefault(term.casefold().lstrip("@#"), subject)
                self._by_first.setdefault(words[0], []).append((words, subject))
                self._joined.setdefault(joined(words), subject)
                self._words_of.setdefault(joined(words), tuple(word.lstrip("@#") for word in words))
        for term in subject.exclude:
            words = cut(term)
            if not words:
                continue
            self._by_first.setdefault(words[0], []).append((words, None))
            self._never.add(joined(words))
            if not any(_alike(cut(name), words) for name in subject.terms):
                self._elsewhere.setdefault(subject.name, []).append(words)

    def named(self, name: str) -> Subject | None:
        return self._named.get(name.casefold().lstrip("@#"))

    def find(self, words: Sequence[str], tokens: Sequence[str] = ()) -> list[Found]:
        """The strongest first, and the earlier of two that are equally strong; each subject once.

        `tokens` are the words as written, whose capitals tell where the words of a hashtag begin.
        """
        starts = [place for place, may in enumerate(map(self._begins.__getitem__, words)) if may]
        if not starts:
            return []
        best: dict[str, Found] = {}
        plain = list(map(self._plain.__getitem__, words))
        on = 0
        for start in starts:
            if start < on:
                continue
            found, on = self._at(plain, start, tokens[start] if tokens else "")
            if found and (found.name not in best or best[found.name].confidence < found.confidence):
                best[found.name] = found
        meant = [found for found in best.values() if not self._is_elsewhere(found, plain)]
        return sorted(meant, key=lambda one: (-one.confidence, one.place)) if len(meant) > 1 else meant

    def _is_elsewhere(self, found: Found, words: list[str]) -> bool:
        """Whether the post has an exclusion that is no longer form of the name, such as the river of a *delta*."""
        if found.name not in self._elsewhere or found.confidence >= HANDLE:
            return False
        return any(holds(words, phrase) for phrase in self._elsewhere[found.name])

    def _at(self, words: list[str], start: int, written: str) -> tuple[Found | None, int]:
        """What is meant at this place, and where to look on."""
        word = words[start]
        for term, subject in self._by_first.get(word, ()):
            end = start + len(term)
            if len(term) == 1 or tuple(words[start:end]) == term:
                confidence = HANDLE if word[0] == "@" else TERM
                return _found(subject, confidence, "", words, start, len(term)) if subject else None, end
        if word[0] == "#":
            return self._in_hashtag(words, start, written), start + 1
        return self._misspelled(words, start)

    def _in_hashtag(self, words: list[str], start: int, written: str) -> Found | None:
        body = words[start][1:].replace("_", "")
        if any(never in body for never in self._never):
            return None
        subject = self._joined.get(body) or self._by_capitals(written)
        if subject is None:
            subject = next((subject for name, subject in self._inside if name in body), None)
        if subject is None and (near := self._nearest(body)):
            subject = near[1]
        return _found(subject, INSIDE, "hashtag", words, start, 1) if subject else None

    def _by_capitals(self, written: str) -> Subject | None:
        """A name too short to be looked for anywhere in a hashtag, but a word of its own there: #NWAfail."""
        return next(
            (self._joined[word] for word in map(str.lower, CAPITALS.findall(written)) if word in self._joined), None
        )

    def _may_begin(self, word: str) -> bool:
        """Whether a look at what follows this word is worth it: hardly a word in fifty may begin a term, or a slip of
        one. Then some beginning of the term is no further from the word than the whole may be from the term.
        """
        if word[0] == "#":
            return len(word) > 1 and (self._in_hashtag([word], 0, "") is not None or self._has_short)
        word = plainly(word)
        letters = word.lstrip("@")
        if word in self._by_first:
            return True
        return letters[:1] in self._letters and any(
            _is_like_a_beginning(letters, name, _edits(name) if name in self._joined else 0)
            for name in (*self._joined, *self._never)
            if name[:1] == letters[0]
        )

    def _misspelled(self, words: list[str], start: int) -> tuple[Found | None, int]:
        together = ""
        lengths = self._lengths.get(words[start].lstrip("@")[:1], ())
        best: tuple[int, Subject, int] | None = None
        for size, word in enumerate(words[start : start + WINDOW], 1):
            letters = word.lstrip("@")
            if not letters[:1].isalpha():
                break
            together += letters
            if len(together) > self._longest:
                break
            if len(together) not in lengths:
                continue
            if together in self._never:
                return None, start + size
            near = self._nearest(together)
            if near and near[0] and not self._word_by_word(near[2], words[start : start + size]):
                continue
            if near and (best is None or near[0] < best[0]):
                best = (near[0], near[1], size)
        if best is None:
            return None, start + 1
        edits, subject, size = best
        way = FUZZY if edits else INSIDE
        return _found(
            subject, way, "untagged" if words[start][0] != "@" else "misspelled", words, start, size
        ), start + size

    def _word_by_word(self, name: str, words: list[str]) -> bool:
        """Whether each word is like its own of the name: "median jet" is not "meridian jet"."""
        wanted = self._words_of.get(name, ())
        if len(words) == 1:
            return True
        if len(wanted) != len(words):
            return OSA.distance(name, joined(words)) <= 1
        return all(
            OSA.distance(one, other.lstrip("@#")) <= max(0, min(2, len(one) // 5))
            for one, other in zip(wanted, words, strict=True)
        )

    def _nearest(self, letters: str) -> tuple[int, Subject, str] | None:
        """How many slips away, from whom, and from which name."""
        if not letters:
            return None
        exact = self._joined.get(letters)
        if exact:
            return 0, exact, letters
        for name, edits, subject in self._like.get((letters[0], len(letters)), ()):
            distance = OSA.distance(name, letters, score_cutoff=edits)
            if distance <= edits:
                return distance, subject, name
        return None


def _alike(name: Sequence[str], exclusion: Sequence[str]) -> bool:
    """Whether an exclusion is a longer form of a name, and so closes only its own words."""
    return joined(name) in joined(exclusion) or not set(name).isdisjoint(exclusion)


def holds(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    """Whether these words stand there in a row."""
    size = len(phrase)
    return any(tuple(words[place : place + size]) == phrase for place in range(len(words) - size + 1))


def _edits(name: str) -> int:
    """How many slips are believed in a term of this length."""
    return 0 if len(name) < FUZZY_FROM else 1 if len(name) < TWO_EDITS_FROM else 2


def _is_like_a_beginning(letters: str, name: str, edits: int) -> bool:
    if OSA.distance(name[: len(letters)], letters, score_cutoff=2 * edits) > 2 * edits:
        return False
    lengths = range(max(0, len(letters) - edits), min(len(name), len(letters) + edits) + 1)
    return any(OSA.distance(name[:length], letters, score_cutoff=edits) <= edits for length in lengths)


def _found(subject: Subject, confidence: float, how: str, words: list[str], start: int, size: int) -> Found:
    said = " ".join(words[start : start + size])
    because = f"{how}: '{said}'" if how else f"{subject.name}: '{said}'"
    return Found(subject.name, subject.kind, confidence, because, start, size)
