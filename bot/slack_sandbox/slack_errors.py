"""What Slack says no with."""

from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """One of Slack's error words, and what stands beside it in the answer."""

    def __init__(self, word: str, **beside: Any) -> None:
        super().__init__(word)
        self.word = word
        self.beside = beside

    def build_error_body(self) -> Json:
        return {"ok": False, "error": self.word, **self.beside}


def build_validation_error(word: str, faults: list[str]) -> SlackError:
    """The error for a body that is shaped wrongly, naming every fault as Slack does."""
    return SlackError(word, response_metadata={"messages": faults})
