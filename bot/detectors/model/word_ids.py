"""The words met so far, each with a number; what is to be known of them is found out for many at once."""

from bot.detectors.model.hashing import normalize_word
from bot.detectors.model.word_kinds import END


class WordIds(dict[str, int]):
    """From a word as written to the number of its plain form."""

    def __init__(self) -> None:
        super().__init__()
        self.plain: list[str] = []
        self._known: dict[str, int] = {}
        self[END]

    def __missing__(self, word: str) -> int:
        form = normalize_word(word)
        number = self._known.get(form)
        if number is None:
            number = self._known[form] = len(self.plain)
            self.plain.append(form)
        self[word] = number
        return number


def strip_hash(word: str) -> str:
    """A hashtag means what its word means."""
    return word[1:] if word[0] == "#" and len(word) > 1 else word
