"""Find failures: praise beside one is often sarcasm: "great job, another delay"."""

from collections.abc import Collection

from bot.detectors.text.lexicon_files import LexiconTable

_INTENTS = LexiconTable("intents")
_FAILED, _MADE_GOOD = _INTENTS.words["failed"], _INTENTS.words["made_good"]
DENIALS = "n't"


def find_failure(words: Collection[str]) -> str:
    """Return the first word for a failure; empty if there is none, or if a word makes it good."""
    down_again = "again" in words and "down" in words
    if not down_again and _FAILED.isdisjoint(words):  # as most posts
        return ""
    if not _MADE_GOOD.isdisjoint(words) or any(word.endswith(DENIALS) for word in words):
        return ""
    return next((word for word in words if word in _FAILED), "down again")
