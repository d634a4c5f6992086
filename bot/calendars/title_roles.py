"""Which part each name has in a title: on call, named without a word, second, or absent."""

import re
from enum import IntEnum

NAME = "[\ue000-\uf8ff]"
"""Stands for a name that is found; titles themselves hold none of these characters."""


class TitleRole(IntEnum):
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
    (_NOT_ON_CALL, TitleRole.ABSENT),
    (re.compile(rf"\b(?:{_SECOND})\b|^\W*2nd\b(?! shift)"), TitleRole.BACKUP),
    (re.compile(rf"\b(?:{_FIRST})\b"), TitleRole.ON_CALL),
    (_ABSENT, TitleRole.ABSENT),
)
_COVERED_FOR = re.compile(
    rf"(?:(?<={NAME} )(?:covers?|covering|replaces|replacing)(?: for)?|\bcover(?:s|ing|age)? for|\binstead of) ({NAME})"
)
_LABEL = re.compile(rf"(?<![\w-])((?:(?:{_FIRST}|{_SECOND})[\s-]*){{1,4}}:|covered by\b)")
_BETWEEN = re.compile(r"[,;()\[\]{}→|/]|->|=>|\s[-–—]+\s")


def is_cancelled(title: str) -> bool:
    return bool(_CANCELLED.search(title))


def classify_role(words: str) -> TitleRole:
    return next((part for pattern, part in _BY_WORD if pattern.search(words)), TitleRole.PLAIN)


def parse_roles(title: str) -> list[tuple[str, TitleRole]]:
    """Each `NAME` of a normalized title with its part, in their order.

    Words that stand alone between separators belong to the name before them, or else to the next.
    """
    found: list[tuple[str, TitleRole]] = []
    waiting = TitleRole.PLAIN
    for segment in _BETWEEN.split(_LABEL.sub(r";\1", _COVERED_FOR.sub(r"cover; \1 off;", title))):
        named = _parse_segment(segment)
        if not named and found and found[-1][1] is TitleRole.PLAIN:
            found[-1] = (found[-1][0], classify_role(segment))
        elif not named and not found and waiting is TitleRole.PLAIN:
            waiting = classify_role(segment)
        elif named and named[0][1] is TitleRole.PLAIN and not found:
            named[0] = (named[0][0], waiting)
        found += named
    return found


def _parse_segment(words: str) -> list[tuple[str, TitleRole]]:
    """Several names without a separator: `primary A backup B`, or `A on call B backup`."""
    before, *pieces = re.split(f"({NAME})", words)
    names, after = pieces[::2], pieces[1::2]
    if len(names) < 2:
        return [(name, classify_role(words)) for name in names]
    leads = classify_role(before) is not TitleRole.PLAIN
    own = [classify_role(piece) for piece in ([before, *after[:-1]] if leads else after)]
    return list(zip(names, _inherit_roles(own) if leads else _inherit_roles(own[::-1])[::-1], strict=True))


def _inherit_roles(own: list[TitleRole]) -> list[TitleRole]:
    """`Backup A and B`: who has no word of their own shares that of their neighbour."""
    for number in range(1, len(own)):
        if own[number] is TitleRole.PLAIN:
            own[number] = own[number - 1]
    return own
