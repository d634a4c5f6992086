"""From where a head holds: one file says it, with the reason and the day for each."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("thresholds.toml")


@cache
def load_cutoffs() -> Mapping[str, float]:
    """Log-odds of the model from which each head holds."""
    tables = tomllib.loads(FILE.read_text("utf-8"))
    return MappingProxyType({head: float(table["odds"]) for head, table in tables.items()})
