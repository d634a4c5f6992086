"""Mask subject names before the tone is judged: "Happy Socks is closed" is no good news."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.subject_matches import SubjectMatch

NAME = "\u0238"
"""Placeholder of a name: a word that nobody writes and no lexicon knows. A Latin letter, so that it is a word."""
NAME_IN_TEXT = "@user"
"""Placeholder for engines that read text: they were trained with it or skip it."""


class MaskedText(NamedTuple):
    tokens: list[str]
    """As written; a name of several words is one token."""
    words: list[str]
    """In lower case, with `NAME` for each name."""
    names: frozenset[int]
    """Indices of the names."""
    matches: list[SubjectMatch]
    """The matches with their new places."""
    spans: list[tuple[int, int]]
    """Spans of the names in the original tokens."""


def mask_names(tokens: list[str], words: list[str], found: Sequence[SubjectMatch]) -> MaskedText | None:
    """Return the masked text, or None if there is no name to mask.

    Handles stay, because all handles are the same to the model; so does a word that is more than the name in it.
    """
    if not any(_is_name(match, words) for match in found):
        return None
    masked, written, end = list[str](), list[str](), 0
    moved, names, spans = list[SubjectMatch](), set[int](), list[tuple[int, int]]()
    for match in sorted(found, key=lambda match: match.place) if len(found) > 1 else found:
        start, last_end = match.place, end
        if start < last_end:
            continue
        end, is_name = start + match.size, _is_name(match, words)
        masked += words[last_end:start]
        written += tokens[last_end:start]
        moved.append(match._replace(place=len(masked), size=1 if is_name else match.size))
        if is_name:
            names.add(len(masked))
            spans.append((start, end))
            masked.append(NAME)
            written.append(" ".join(tokens[start:end]))
        else:
            masked += words[start:end]
            written += tokens[start:end]
    return MaskedText([*written, *tokens[end:]], [*masked, *words[end:]], frozenset(names), moved, spans)


def _is_name(match: SubjectMatch, words: Sequence[str]) -> bool:
    return not match.is_partial and (words[match.place][0] != "@" or match.size > 1)


def mask_text(text: str, tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> str:
    """Return the text with a placeholder for each span of tokens. `spans`: in order."""
    starts, place = list[int](), 0
    for token in tokens:
        place = text.index(token, place)
        starts.append(place)
        place += len(token)
    parts, done = list[str](), 0
    for start, end in spans:
        parts += [text[done : starts[start]], NAME_IN_TEXT]
        done = starts[end - 1] + len(tokens[end - 1])
    return "".join([*parts, text[done:]])
