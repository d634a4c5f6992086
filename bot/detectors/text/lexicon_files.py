"""The tables beside this file: phrases grouped by their points, easy to read and to change."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Points = Mapping[str, float]


@cache
def load_lexicon(name: str) -> Mapping[str, Any]:
    """Once a process: a playbook that is read again asks for all of them again. To be read only."""
    return tomllib.loads((files("bot.detectors.lexicons") / f"{name}.toml").read_text("utf-8"))


class LexiconTable:
    """`[family]` holds `"<points>" = [phrases]`; `[words]` and `[common]` hold plain lists."""

    def __init__(self, name: str) -> None:
        read: dict[str, dict[str, Any]] = {**load_lexicon(name)}
        self.words: dict[str, frozenset[str]] = {key: frozenset(words) for key, words in read.pop("words", {}).items()}
        self.common = {key: frozenset(words) for key, words in read.pop("common", {}).items()}
        self.families: dict[str, Points] = {
            family: {phrase: float(points) for points, phrases in groups.items() for phrase in phrases}
            for family, groups in read.items()
        }
