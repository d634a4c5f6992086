"""Praise beside something that failed, and nobody who made it good, is often none: "great job, another delay"."""

from collections.abc import Collection

from bot.detectors.text.lexicon_files import LexiconTable

_INTENTS = LexiconTable("intents")
_FAILED, _MADE_GOOD = _INTENTS.words["failed"], _INTENTS.words["made_good"]
DENIALS = "n't"


def find_failure(words: Collection[str]) -> str:
    """Return the first word for what failed; empty if nothing did, or if the post has a word that makes it good."""
    failed = next((word for word in words if word in _FAILED), "")
    if not failed and "again" in words and "down" in words:
        failed = "down again"
    if not failed or not _MADE_GOOD.isdisjoint(words) or any(word.endswith(DENIALS) for word in words):
        return ""
    return failed
