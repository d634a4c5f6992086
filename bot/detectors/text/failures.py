"""Find failures: praise beside one is often sarcasm: "great job, another delay"."""

from collections.abc import Collection

from bot.detectors.text.lexicon_files import LexiconTable

_INTENTS = LexiconTable("intents")
_FAILED, _MADE_GOOD = _INTENTS.words["failed"], _INTENTS.words["made_good"]
DENIALS = "n't"


def find_failure(words: Collection[str]) -> str:
    """Return the first word for a failure; empty if there is none, or if a word makes it good."""
    failure = next((word for word in words if word in _FAILED), "")
    if not failure and "again" in words and "down" in words:
        failure = "down again"
    if not failure or not _MADE_GOOD.isdisjoint(words) or any(word.endswith(DENIALS) for word in words):
        return ""
    return failure
