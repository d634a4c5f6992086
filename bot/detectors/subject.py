"""subject: which of the playbook's is meant, by handle, term, hashtag, misspelling, or the source's own word."""

from collections.abc import Sequence

from bot.detectors.base import CARE, Hearing
from bot.detectors.lexicons.terms import Found, Terms
from bot.domain.assessment import Signal
from bot.domain.subject import Subject


class WhichSubject:
    name = "subject"

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._terms = Terms(subjects)

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            found = self._terms.find(hearing.words)
            found = self._with_given(hearing.mention.subjects, found)
            if len(found) > 1:
                found = _target_first(hearing.words, found)
            for one in found:
                hearing.add(Signal(self.name, f"subject:{one.name}", one.confidence, one.because))
            if found and found[0].kind:
                hearing.add(Signal(self.name, f"kind:{found[0].kind}", found[0].confidence))

    def _with_given(self, given: Sequence[str], found: list[Found]) -> list[Found]:
        """What the source says it listened for counts after what the text says, unless it says nothing."""
        names = {one.name for one in found}
        for name in given:
            subject = self._terms.named(name)
            called = subject.name if subject else name
            if called and called not in names:
                names.add(called)
                kind = subject.kind.value if subject else ""
                found.append(Found(called, kind, 0.8, f"{called}: the source listened for it", -1))
        return found


def _target_first(words: list[str], found: list[Found]) -> list[Found]:
    """Of two names the first is whom a post is about: who is left ("left A for B"), else nearest to a bad word."""
    bad = [place for place, word in enumerate(words) if word.lstrip("#") in CARE.words["bad"]]

    def rank(one: Found) -> tuple[int, int]:
        if one.place < 0:
            return 2, 0
        before = words[max(0, one.place - 2) : one.place]
        if before and (before[-1] in CARE.words["leaving"] or before == ["switched", "from"]):
            return 0, 0
        return 1, min((abs(place - one.place) for place in bad), default=0)

    return sorted(found, key=rank)
