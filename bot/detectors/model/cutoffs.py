"""The cut-offs of the heads, in log-odds of the model."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def load_cutoffs() -> Mapping[str, float]:
    """Return the log-odds of the model from which each head holds."""
    tables = tomllib.loads((files("bot.detectors.model") / "thresholds.toml").read_text("utf-8"))
    return {head: float(table["odds"]) for head, table in tables.items()}
