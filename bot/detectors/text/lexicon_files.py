"""Load word lists: TOML files with phrases grouped by their points."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Points = Mapping[str, float]


@cache
def load_lexicon(name: str) -> Mapping[str, Any]:
    """Load a file once a process, because each reload of a playbook needs all. Do not change the result."""
    return tomllib.loads((files("bot.detectors.lexicons") / f"{name}.toml").read_text("utf-8"))


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
