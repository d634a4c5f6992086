"""subject: which of the playbook's is meant, by handle, term, hashtag, misspelling, or the source's own word.

Of several the first is the one a post is about: who is blamed, left or outdone. So a complaint about a competitor has
the competitor's kind, and one that names a competitor as the better is still ours.
"""

from collections.abc import Collection, Sequence
from itertools import combinations

from bot.detectors.base import Hearing
from bot.detectors.lexicons.comparing import Compared, Comparing, Named
from bot.detectors.lexicons.disguises import undisguised
from bot.detectors.lexicons.findings import NOTHING, TERM, Found, Seen
from bot.detectors.lexicons.terms import Terms
from bot.detectors.lexicons.text import tokens_of
from bot.detectors.lexicons.traits import BAD, ODD, Known
from bot.domain.assessment import Signal
from bot.domain.routing import EXCLUDED
from bot.domain.subject import SubjectKind

NAMES_COMPARED = 4
"""Names of which each pair is looked at; a list of more compares nobody."""


class WhichSubject:
    name = "subject"

    def __init__(self, terms: Terms) -> None:
        """`terms`: those by which the hearings it is given were searched."""
        self._terms = terms
        self._comparing = Comparing()

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            found = hearing.seen.strongest or self._disguised(hearing).strongest
            excluded = {one.name for one in hearing.seen.excluded}
            if hearing.mention.subjects:
                found = self._with_given(hearing.mention.subjects, found, excluded)
            if not found:
                self._say_excluded(hearing)
            if len(found) > 1:
                found = self._target_first(hearing, found)
            for one in found:
                hearing.add(Signal(self.name, f"subject:{one.name}", one.confidence, one.because))
            if found and found[0].kind:
                hearing.add(Signal(self.name, f"kind:{found[0].kind}", found[0].confidence))

    def _disguised(self, hearing: Hearing) -> Seen:
        """Names with figures for letters, where no name stands as it is: n0rthwind."""
        if not any(word[0].isdigit() or word[0] == "$" for word in hearing.known.having(ODD)):
            return NOTHING
        text = undisguised(hearing.text)
        if text == hearing.text.lower():
            return NOTHING
        words = tokens_of(text)
        return self._terms.find(words, words, text)

    def _say_excluded(self, hearing: Hearing) -> None:
        """A post that is about what only looks like one of the playbook's, and about none of them."""
        for name, said in dict.fromkeys(hearing.seen.excluded):
            hearing.add(Signal(self.name, f"{EXCLUDED}:{name}", TERM, f"not {name}: '{said}'"))

    def _with_given(self, given: Sequence[str], found: list[Found], excluded: Collection[str]) -> list[Found]:
        """What the source says it listened for counts after what the text says, unless it says nothing; and not where
        the text has no more of it than what the playbook excludes.
        """
        names = {one.name for one in found} | set(excluded)
        for name in given:
            subject = self._terms.named(name)
            called = subject.name if subject else name
            if called and called not in names:
                names.add(called)
                kind = subject.kind if subject else ""
                found.append(Found(called, kind, 0.8, f"{called}: the source listened for it", -1))
        return found

    def _target_first(self, hearing: Hearing, found: list[Found]) -> list[Found]:
        named = sorted((one for one in found if one.place >= 0), key=lambda one: one.place)
        if len(named) <= NAMES_COMPARED:
            for first, second in combinations(named, 2):
                compared = self._comparing.compare(hearing.words, _span(first), _span(second))
                if compared:
                    return self._as_compared(hearing, found, (first, second), compared)
        return _nearest_to_bad(hearing.known, found)

    def _as_compared(
        self, hearing: Hearing, found: list[Found], pair: tuple[Found, Found], compared: Compared
    ) -> list[Found]:
        blamed = None if compared.blamed is None else pair[compared.blamed]
        preferred = None if compared.preferred is None else pair[compared.preferred]
        if blamed:
            hearing.add(Signal(self.name, f"blamed:{blamed.name}", 0.8, f"blamed: {blamed.name}, '{compared.said}'"))
        if preferred:
            hearing.add(Signal(self.name, f"preferred:{preferred.name}", 0.8))
        about = preferred if compared.praises and preferred and not _is_competitor(preferred) else blamed or preferred
        return sorted(found, key=lambda one: one is not about)


def _span(found: Found) -> Named:
    return Named(found.place, found.place + found.size)


def _is_competitor(found: Found) -> bool:
    return found.kind == SubjectKind.COMPETITOR


def _nearest_to_bad(known: Known, found: list[Found]) -> list[Found]:
    """In the order of their names, but whoever stands nearest to a bad word first."""
    bad = known.where(BAD)

    def compute_rank(one: Found) -> tuple[int, int]:
        if one.place < 0:
            return 2, 0
        return 1, min((abs(place - one.place) for place in bad), default=0)

    return sorted(found, key=compute_rank)
