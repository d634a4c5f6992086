"""The label dimensions that routes can match besides sentiment, intent, subject, kind, source and language.

A detector with a dimension of its own adds it here, with its words. A module of its own, so that loading a playbook
does not load the engines.
"""

from collections.abc import Mapping
from types import MappingProxyType

DIMENSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "urgency": frozenset({"severity", "reach", "velocity", "history", "clock", "shouting"}),
        "harm": frozenset(
            {"safety", "disaster", "legal", "leak", "discrimination", "self-harm", "journalist", "regulator"}
            | {"conduct", "strike", "outage", "animals", "pollution"}
        ),
        "crisis": frozenset({"doubtful"}),
        "voice": frozenset({"doubtful"}),
        "blamed": frozenset(),
        "preferred": frozenset(),
    }
)
"""An empty set of words means any word."""
