"""Find names with a typo, or split into several words: "nortwind air", "north wind air"."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.detectors.subject_term_forms import concat_words
from bot.detectors.text.cache import MemoDict
from bot.domain.subject import Subject

FUZZY_FROM = 6
"""Letters a term must have before a misspelling is accepted: "delta" is one letter from too many words."""
TWO_EDITS_FROM = 10
"""Letters from which two edits are accepted instead of one."""
MOST_EDITS = 2
TOGETHER_FROM = 5
"""Letters a name must have to be joined from several words of a post, or to be found without its @."""
WINDOW = 3
"""Words that are joined at most."""


class NearMatch(NamedTuple):
    edits: int
    subject: Subject
    name: str


class MisspelledMatch(NamedTuple):
    """A subject at a place of the post, or what looks like one and is none."""

    size: int
    subject: Subject
    edits: int
    excluded: bool = False


class MisspellingIndex:
    """Names by their letters alone, without spaces and signs."""

    def __init__(self) -> None:
        self.joined: dict[str, Subject] = {}
        self.tagged: dict[str, Subject] = {}
        """As `joined`, and names that are too short to be accepted outside a hashtag or handle: #ATT."""
        self.excluded: dict[str, Subject] = {}
        self._words_of: dict[str, tuple[str, ...]] = {}
        self._nearest = MemoDict(self.find_nearest_name)

    def add_name(self, words: tuple[str, ...], subject: Subject) -> None:
        name = concat_words(words)
        self.tagged.setdefault(name, subject)
        if len(words) == 1 or len(name) >= TOGETHER_FROM:
            self.joined.setdefault(name, subject)
        self._words_of.setdefault(name, tuple(word.lstrip("@#") for word in words))

    def finalize_index(self) -> None:
        """Build the search tables; call it after all names were added."""
        self._like: dict[tuple[str, int], list[str]] = {}
        for name in self.joined:
            edits = _count_allowed_edits(name)
            for length in range(len(name) - edits, len(name) + edits + 1) if edits else ():
                self._like.setdefault((name[0], length), []).append(name)
        self._names = (*self.tagged, *self.excluded)
        self._lengths: dict[str, set[int]] = {}
        for letter, length in (*self._like, *((name[0], len(name)) for name in self._names)):
            self._lengths.setdefault(letter, set()).add(length)
        self._longest = max(map(len, self._names), default=0) + 2

    def can_begin_name(self, letters: str) -> bool:
        """Return True if some beginning of a name is no further from the word than the whole may be from the name."""
        return letters[:1] in self._lengths and any(
            _is_similar_prefix(letters, name, _count_allowed_edits(name) if name in self.joined else 0)
            for name in self._names
            if name[:1] == letters[0]
        )

    def list_lengths(self, word: str) -> AbstractSet[int]:
        """Return the lengths of all that may be like a name and begin with the first letter of the word."""
        return self._lengths.get(word.lstrip("@")[:1], frozenset())

    def find_misspelling(self, spelled: Sequence[str], start: int, *, tagged: bool) -> MisspelledMatch | None:
        """Return the best match that begins at this word. `tagged`: the word has an @."""
        lengths = self.list_lengths(spelled[start])
        together = ""
        best: MisspelledMatch | None = None
        for size, word in enumerate(spelled[start : start + WINDOW], 1):
            letters = word.lstrip("@")
            if not letters[:1].isalpha() and not (tagged and letters):
                break
            together += letters
            if len(together) > self._longest:
                break
            if len(together) not in lengths:
                continue
            if together in self.excluded:
                return MisspelledMatch(size, self.excluded[together], 0, excluded=True)
            near = self._find_near_match(together, size, tagged=tagged)
            if near and near.edits and not self._is_similar_name(near.name, spelled[start : start + size]):
                continue
            if near and (best is None or near.edits < best.edits):
                best = MisspelledMatch(size, near.subject, near.edits)
        return best

    def find_nearest_name(self, letters: str) -> NearMatch | None:
        """Return the first name that is near enough and its number of edits, or None."""
        if not letters:
            return None
        if exact := self.joined.get(letters):
            return NearMatch(0, exact, letters)
        names = self._like.get((letters[0], len(letters)), ())
        for name, distance, _ in process.extract_iter(letters, names, scorer=OSA.distance, score_cutoff=MOST_EDITS):
            if distance <= _count_allowed_edits(name):
                return NearMatch(distance, self.joined[name], name)
        return None

    def _find_near_match(self, together: str, size: int, *, tagged: bool) -> NearMatch | None:
        if tagged and size == 1 and together in self.tagged:
            return NearMatch(0, self.tagged[together], together)
        return self._nearest[together] if len(together) >= TOGETHER_FROM else None

    def _is_similar_name(self, name: str, words: Sequence[str]) -> bool:
        """Return True if each word is like its word of the name: "median jet" is not "meridian jet"."""
        wanted = self._words_of.get(name, ())
        if len(words) == 1:
            return True
        if len(wanted) != len(words):
            return OSA.distance(name, concat_words(words)) <= 1
        return all(
            OSA.distance(one, other.lstrip("@#")) <= max(0, min(2, len(one) // 5))
            for one, other in zip(wanted, words, strict=True)
        )


def _count_allowed_edits(name: str) -> int:
    """Return how many edits are accepted in a name of this length."""
    return 0 if len(name) < FUZZY_FROM else 1 if len(name) < TWO_EDITS_FROM else MOST_EDITS


def _is_similar_prefix(letters: str, name: str, edits: int) -> bool:
    if OSA.distance(name[: len(letters)], letters, score_cutoff=2 * edits) > 2 * edits:
        return False
    lengths = range(max(0, len(letters) - edits), min(len(name), len(letters) + edits) + 1)
    return any(OSA.distance(name[:length], letters, score_cutoff=edits) <= edits for length in lengths)
