"""Which part each name has in a title: on call, named without a word, second, or absent."""

import re
from enum import IntEnum

NAME = "[\ue000-\uf8ff]"
"""Stands for a name that is found; titles themselves hold none of these characters."""


class Part(IntEnum):
    """The smaller goes before."""

    ON_CALL = 1
    PLAIN = 2
    BACKUP = 3
    ABSENT = 4


_FIRST = (
    r"on[- ]?call|primary|1st|l1|tier[- ]?1|duty|shift|cover(?:s|ing|age|ed)?|rota"
    r"|bereitschaft|astreinte|guardia|plantao"
)
_SECOND = (
    r"back-?up|secondary|stand-?by|shadow(?:s|ing)?|reserve|l[2-9]"
    r"|(?:2nd|second)(?= (?:on[- ]?call|line|level|responder))|(?:tier|level)[- ]?[2-9]"
)
_CANCELLED_WORDS = r"cancell?ed|abgesagt|annulee?|cancelad[ao]|annullat[ao]|geannuleerd"
_CANCELLED = re.compile(rf"^\W*(?:{_CANCELLED_WORDS})\b")
_NOT_ON_CALL = re.compile(
    rf"\b(?:off[- ](?:duty|call|shift)|(?:not|never|no longer) (?:on[- ]?call|on duty|covering)|jury duty"
    rf"|{_CANCELLED_WORDS})\b"
)
_ABSENT = re.compile(
    r"\b(?:birthday|b-day|vacations?|(?<!bank )(?<!public )holidays?|leave|ooo|pto|away|absent|absence|unavailable"
    r"|not available|sick(?:ness)?|ill|unwell|dentist|doctors?|hospital|appointment|funeral|wedding|honeymoon"
    r"|(?<!-)(?<!hand )(?<!kick )off(?![- ]?(?:hours?|peak|season|site|shore))|out(?= of (?:the )?office|\W*$)"
    r"|geburtstag|urlaub|krank|zahnarzt|arzt|arzttermin|abwesend|elternzeit|frei|anniversaire|conges?|malade|medecin"
    r"|dentiste|absente?|cumpleanos|vacaciones|enferm[ao]|medico|dentista|ausente|baja|aniversario|ferias|doente|folga"
    r"|licenca|compleanno|ferie|malattia|assente|verjaardag|vakantie|ziek|afwezig|verlof|tandarts)\b|🎂"
)
_BY_WORD = (
    (_NOT_ON_CALL, Part.ABSENT),
    (re.compile(rf"\b(?:{_SECOND})\b|^\W*2nd\b(?! shift)"), Part.BACKUP),
    (re.compile(rf"\b(?:{_FIRST})\b"), Part.ON_CALL),
    (_ABSENT, Part.ABSENT),
)
_COVERED_FOR = re.compile(
    rf"(?:(?<={NAME} )(?:covers?|covering|replaces|replacing)(?: for)?|\bcover(?:s|ing|age)? for|\binstead of) ({NAME})"
)
_LABEL = re.compile(rf"(?<![\w-])((?:(?:{_FIRST}|{_SECOND})[\s-]*){{1,4}}:|covered by\b)")
_BETWEEN = re.compile(r"[,;()\[\]{}→|/]|->|=>|\s[-–—]+\s")


def is_cancelled(title: str) -> bool:
    return bool(_CANCELLED.search(title))


def part_of(words: str) -> Part:
    return next((part for pattern, part in _BY_WORD if pattern.search(words)), Part.PLAIN)


def parts(title: str) -> list[tuple[str, Part]]:
    """Each `NAME` of a normalized title with its part, in their order.

    Words that stand alone between separators belong to the name before them, or else to the next.
    """
    found: list[tuple[str, Part]] = []
    waiting = Part.PLAIN
    for segment in _BETWEEN.split(_LABEL.sub(r";\1", _COVERED_FOR.sub(r"cover; \1 off;", title))):
        named = _segment(segment)
        if not named and found and found[-1][1] is Part.PLAIN:
            found[-1] = (found[-1][0], part_of(segment))
        elif not named and not found and waiting is Part.PLAIN:
            waiting = part_of(segment)
        elif named and named[0][1] is Part.PLAIN and not found:
            named[0] = (named[0][0], waiting)
        found += named
    return found


def _segment(words: str) -> list[tuple[str, Part]]:
    """Several names without a separator: `primary A backup B`, or `A on call B backup`."""
    before, *pieces = re.split(f"({NAME})", words)
    names, after = pieces[::2], pieces[1::2]
    if len(names) < 2:
        return [(name, part_of(words)) for name in names]
    leads = part_of(before) is not Part.PLAIN
    own = [part_of(piece) for piece in ([before, *after[:-1]] if leads else after)]
    return list(zip(names, _inherited(own) if leads else _inherited(own[::-1])[::-1], strict=True))


def _inherited(own: list[Part]) -> list[Part]:
    """`Backup A and B`: who has no word of their own shares that of their neighbour."""
    for number in range(1, len(own)):
        if own[number] is Part.PLAIN:
            own[number] = own[number - 1]
    return own
