"""language: the outlet's word, else the script, else small words; a short text is taken for the house language."""

import re
from collections.abc import Sequence
from itertools import chain

from bot.detectors.base import Hearing
from bot.detectors.lexicons.tables import Table
from bot.domain.assessment import Signal

SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
)
SCRIPT_SHARE = 0.3
"""Of the letters: a name in another script does not make a post of that language."""

UNTOLD = frozenset(["und", "qme", "qam", "qct", "qht", "qst", "zxx", "art"])
"""What X says where it does not know, or where there are only links, handles or pictures."""

ENOUGH = 2
"""Small words by which one language must be ahead."""


class Language:
    name = "language"

    def __init__(self, house: str) -> None:
        self._house = house
        self._languages_of: dict[str, list[str]] = {}
        for code, words in Table("small").words.items():
            for word in words:
                self._languages_of.setdefault(word, []).append(code)

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            code, confidence, because = self._tell(hearing)
            hearing.add(Signal(self.name, f"language:{code}", confidence, because))

    def _tell(self, hearing: Hearing) -> tuple[str, float, str]:
        told = hearing.mention.lang.strip().lower().replace("_", "-").partition("-")[0]
        if told.isalpha() and told not in UNTOLD:
            return told, 0.99, ""
        return self._by_script(hearing.text) or self._by_small_words(hearing.words)

    @staticmethod
    def _by_script(text: str) -> tuple[str, float, str] | None:
        if text.isascii():
            return None
        letters = max(1, sum(map(str.isalpha, text)))
        for code, script in SCRIPTS:
            found = len(script.findall(text))
            if found > SCRIPT_SHARE * letters:
                return code, min(0.95, found / letters), f"language {code} by its script"
        return None

    def _by_small_words(self, words: list[str]) -> tuple[str, float, str]:
        of = self._languages_of
        counts: dict[str, int] = {}
        for code in chain.from_iterable([of[word] for word in words if word in of]):
            counts[code] = counts.get(code, 0) + 1
        house = counts.pop(self._house, 0)
        best = max(counts, key=lambda code: (counts[code], code)) if counts else ""
        if best and counts[best] >= house + ENOUGH:
            return best, min(0.9, 0.4 + 0.1 * (counts[best] - house)), f"language {best} by its small words"
        if house:
            return self._house, min(0.9, 0.5 + 0.1 * house), ""
        return self._house, 0.3, f"language taken for {self._house}: too short to tell"
