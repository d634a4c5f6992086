"""How long a reply is, counted as its outlet counts."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

X_LIMIT, BLUESKY_LIMIT, MASTODON_LIMIT = 280, 300, 500
LINK_LENGTH = 23
"""On X and on Mastodon every link counts as this many characters, however long it is."""
LINK = re.compile(
    r"(?:https?://|(?<![\w@./-])(?=(?:[a-z0-9-]+\.)+(?:app|biz|com|dev|edu|gov|info|io|net|org|shop|co\.uk)\b))"
    r"[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”…]",
    re.IGNORECASE,
)
"""With or without a scheme: X shortens `northwind.com/help` too."""
_REMOTE = re.compile(r"(@[\w.-]*\w)@[\w.-]*\w")
"""A person of another instance, of whom Mastodon counts the first part alone."""
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that X counts once; all others count twice."""
_PICTURES = ((0x2600, 0x27BF), (0x1F000, 0x1FAFF))
_KEYCAP, _PICTURE_STYLE, _JOINER = "\u20e3", "\ufe0f", "\u200d"


class ReplyLength(NamedTuple):
    """`most` is None where the outlet has no limit that is worth counting for."""

    used: int
    most: int | None

    @property
    def remaining(self) -> int | None:
        """What may still be typed; below 0 where it is too long."""
        return None if self.most is None else self.most - self.used


def measure_reply(outlet: str, text: str) -> ReplyLength:
    """Measure for the outlet `x`, `bluesky` or `mastodon`; any other has no limit."""
    match outlet:
        case "x":
            return ReplyLength(_count_weighted(text), X_LIMIT)
        case "bluesky":
            return ReplyLength(count_graphemes(text), BLUESKY_LIMIT)
        case "mastodon":
            words = _REMOTE.sub(r"\1", LINK.sub("_" * LINK_LENGTH, text))
            return ReplyLength(count_graphemes(words), MASTODON_LIMIT)
        case _:
            return ReplyLength(count_graphemes(text), None)


def _count_weighted(text: str) -> int:
    links = LINK_LENGTH * len(LINK.findall(text))
    return links + sum(_weigh_cluster(one) for one in _iter_clusters(LINK.sub("", text)))


def _weigh_cluster(cluster: str) -> int:
    """An emoji of several code points counts as one: twice."""
    if _KEYCAP in cluster or _PICTURE_STYLE in cluster or _is_in(cluster[0], _PICTURES):
        return 2
    return sum(1 if _is_in(one, _LIGHT) else 2 for one in cluster)


def _is_in(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)


def count_graphemes(text: str) -> int:
    """Count what a person sees as one character."""
    return sum(1 for _ in _iter_clusters(text))


def _iter_clusters(text: str) -> Iterator[str]:
    """Yield grapheme clusters, but for scripts whose letters join across marks, of which a few are split further."""
    cluster = ""
    for one in unicodedata.normalize("NFC", text.replace("\r\n", "\n")):
        if cluster and not _can_extend(cluster, one):
            yield cluster
            cluster = ""
        cluster += one
    if cluster:
        yield cluster


def _can_extend(cluster: str, one: str) -> bool:
    if one == _JOINER or "\U0001f3fb" <= one <= "\U0001f3ff" or "\U000e0020" <= one <= "\U000e007f":
        return True
    if unicodedata.category(one) in {"Mn", "Me", "Mc"} or cluster[-1] == _JOINER:
        return True
    return _is_flag_half(one) and len(cluster) == 1 and _is_flag_half(cluster)


def _is_flag_half(one: str) -> bool:
    return "\U0001f1e6" <= one <= "\U0001f1ff"
