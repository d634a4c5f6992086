"""Names of subjects are hidden from whoever judges how a post sounds: "Happy Socks is closed" is no good news."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.subject_matches import SubjectMatch

NAME = "\u0238"
"""Stands for a name, as a word that nobody writes: the model and the lexicons know nothing of it. A Latin letter, so
that it is a word like others."""
NAME_IN_TEXT = "@user"
"""The same for engines that read text, which were taught with it or pass it over."""


class MaskedText(NamedTuple):
    tokens: list[str]
    """As written; a name of several words is one."""
    words: list[str]
    """As many, in lower case, with `NAME` for each name."""
    names: frozenset[int]
    """Places of the names."""
    matches: list[SubjectMatch]
    """With their places in these."""
    spans: list[tuple[int, int]]
    """Where the names stood among the tokens as they were given."""


def mask_names(tokens: list[str], words: list[str], found: Sequence[SubjectMatch]) -> MaskedText | None:
    """Return what to read instead; None where no name is to be hidden.

    Handles stay, as any handle is the same to the model; so does a word that is more than the name in it.
    """
    if not any(_is_name(one, words) for one in found):
        return None
    masked: list[str] = []
    written: list[str] = []
    moved: list[SubjectMatch] = []
    names: set[int] = set()
    spans: list[tuple[int, int]] = []
    on = 0
    for one in sorted(found, key=lambda one: one.place) if len(found) > 1 else found:
        start, end = one.place, one.place + one.size
        if start < on:
            continue
        masked += words[on:start]
        written += tokens[on:start]
        moved.append(one._replace(place=len(masked), size=1 if _is_name(one, words) else one.size))
        if _is_name(one, words):
            names.add(len(masked))
            spans.append((start, end))
            masked.append(NAME)
            written.append(" ".join(tokens[start:end]))
        else:
            masked += words[start:end]
            written += tokens[start:end]
        on = end
    return MaskedText([*written, *tokens[on:]], [*masked, *words[on:]], frozenset(names), moved, spans)


def _is_name(one: SubjectMatch, words: Sequence[str]) -> bool:
    return not one.is_partial and (words[one.place][0] != "@" or one.size > 1)


def mask_text(text: str, tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> str:
    """`tokens`: of this text; `spans`: of these tokens, in order."""
    starts, place = list[int](), 0
    for token in tokens:
        place = text.index(token, place)
        starts.append(place)
        place += len(token)
    parts, on = list[str](), 0
    for start, end in spans:
        parts += [text[on : starts[start]], NAME_IN_TEXT]
        on = starts[end - 1] + len(tokens[end - 1])
    return "".join([*parts, text[on:]])
