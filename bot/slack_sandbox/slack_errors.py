"""Errors that Slack returns."""

from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """An error code of Slack, and further keys of the response."""

    def __init__(self, word: str, **beside: Any) -> None:
        super().__init__(word)
        self.word = word
        self.beside = beside

    def build_error_body(self) -> Json:
        return {"ok": False, "error": self.word, **self.beside}


def build_validation_error(word: str, faults: list[str]) -> SlackError:
    """Return the error for an invalid body, with all its faults."""
    return SlackError(word, response_metadata={"messages": faults})
