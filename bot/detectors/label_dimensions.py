"""What routes may ask about besides sentiment, intent, subject, kind, source and language.

A detector that speaks of something else names it here, with its words, and is routable at once. A module of its own,
so that whoever reads a playbook need not load the engines.
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
