"""Load word lists: TOML files with phrases grouped by their points."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Points = Mapping[str, float]


@cache
def load_lexicon(name: str) -> Mapping[str, Any]:
    """Load a file once a process, because each reload of a playbook needs all. Do not change the result."""
    return tomllib.loads((files("bot.detectors.lexicons") / f"{name}.toml").read_text("utf-8"))


class KindIndex:
    """Words of several kinds, such as the kinds of an offer. A word may be of more than one."""

    def __init__(self, words_by_kind: Mapping[str, Iterable[str]]) -> None:
        self.by_word: dict[str, list[str]] = {}
        for kind, words in words_by_kind.items():
            for word in words:
                self.by_word.setdefault(word, []).append(kind)

    def count_words(self, words: Iterable[str]) -> dict[str, int]:
        """Count the different words of each kind. Raise KeyError if a word is of no kind."""
        counts: dict[str, int] = {}
        for word in dict.fromkeys(words):
            for kind in self.by_word[word]:
                counts[kind] = counts.get(kind, 0) + 1
        return counts


class LexiconTable:
    """`[family]` holds `"<points>" = [phrases]`; `[words]` and `[common]` hold plain lists."""

    def __init__(self, name: str) -> None:
        tables: dict[str, dict[str, Any]] = {**load_lexicon(name)}
        self.words: dict[str, frozenset[str]] = {
            key: frozenset(words) for key, words in tables.pop("words", {}).items()
        }
        self.common = {key: frozenset(words) for key, words in tables.pop("common", {}).items()}
        self.families: dict[str, Points] = {
            family: {phrase: float(points) for points, phrases in groups.items() for phrase in phrases}
            for family, groups in tables.items()
        }
