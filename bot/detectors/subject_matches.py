"""The matches of the playbook's subjects in a post."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.subject import Subject

HANDLE, TERM, INSIDE, FUZZY = 0.97, 0.9, 0.8, 0.6
"""Confidences by how a subject was found; set by hand, 2026-11-22."""


class SubjectMatch(NamedTuple):
    name: str
    kind: str
    confidence: float
    because: str
    place: int
    size: int = 1
    """Words of the post that are the name."""
    is_partial: bool = False
    """The last word is longer than the name, as in a script without spaces."""


class ExcludedMatch(NamedTuple):
    """What looks like a subject and is none."""

    name: str
    quote: str


class SubjectMatches(NamedTuple):
    matches: list[SubjectMatch]
    excluded: list[ExcludedMatch]

    @property
    def strongest(self) -> list[SubjectMatch]:
        """Each subject once, the strongest first, and the earlier of two that are equally strong."""
        if len(self.matches) < 2:
            return self.matches.copy()
        best: dict[str, SubjectMatch] = {}
        for match in self.matches:
            if match.name not in best or best[match.name].confidence < match.confidence:
                best[match.name] = match
        return sorted(best.values(), key=lambda match: (-match.confidence, match.place))


NOTHING = SubjectMatches([], [])


def build_subject_match(
    subject: Subject,
    confidence: float,
    how: str,
    words: Sequence[str],
    start: int,
    size: int,
    *,
    is_partial: bool = False,
) -> SubjectMatch:
    because = f"{how or subject.name}: '{' '.join(words[start : start + size])}'"
    return SubjectMatch(subject.name, subject.kind, confidence, because, start, size, is_partial)
