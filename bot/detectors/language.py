"""language: the outlet's word, else the script, else common words, else a model; too little is the house language."""

import re
from collections.abc import Sequence

from bot.detectors.detector import AnalysisContext
from bot.detectors.language_model import LanguageModel
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.word_flags import ODD
from bot.domain.assessment import Signal
from bot.domain.languages import get_primary_language

SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
)
OTHER_LETTERS = re.compile("[\u0370-\u1cff\u3040-\ud7af]")
"""Asked before each script by itself, as most of what is not ASCII is an accent or an emoji."""
SHARED = frozenset({"ar", "ru", "hi"})
"""Scripts of several languages, of which the model is asked."""
SCRIPT_SHARE = 0.3
"""Of the letters: a name in another script does not make a post of that language."""

UNTOLD = frozenset(["und", "qme", "qam", "qct", "qht", "qst", "zxx", "art"])
"""What X says where it does not know, or where there are only links, handles or pictures."""

# Chosen on the lines in tests/detectors/lines/language.toml and on the airlines' week (2026-11-22).
ENOUGH = 0.3
"""Of the words: so many common ones of the house, and nobody else is asked."""
A_FEW = 0.2
SURE, SURE_OF_FEW, SURE_AGAINST_THE_HOUSE = 0.5, 0.6, 0.9
"""What the model must give: of a sentence, of fewer words, and where a fifth are common words of the house."""
FEW = 4

DetectedLanguage = tuple[str, float, str]


class LanguageDetector:
    name = "language"

    def __init__(self, default_language: str) -> None:
        table = LexiconTable("stopwords")
        self._default_language = default_language
        self._common = table.words.get(default_language, frozenset()) | table.common.get(default_language, frozenset())
        self._model = LanguageModel()

    def detect(self, batch: Sequence[AnalysisContext]) -> None:
        for hearing in batch:
            code, confidence, because = self._detect_language(hearing)
            code = get_primary_language(code) or code
            hearing.add_signal(Signal(self.name, f"language:{code}", confidence, because))

    def _detect_language(self, context: AnalysisContext) -> DetectedLanguage:
        told = get_primary_language(context.mention.lang)
        if told and told not in UNTOLD:
            return told, 0.99, ""
        return self._detect_by_script(context) or self._detect_by_words(context)

    def _detect_by_script(self, context: AnalysisContext) -> DetectedLanguage | None:
        if context.text.isascii() or not OTHER_LETTERS.search(context.text):
            return None
        text = context.masked_text
        letters = max(1, sum(map(str.isalpha, text)))
        for code, script in SCRIPTS:
            found = len(script.findall(text))
            if found > SCRIPT_SHARE * letters:
                guess = self._model.guess_language(text) if code in SHARED else None
                if guess and guess.probability >= SURE:
                    return guess.code, guess.probability, f"language {guess.code} by its words"
                return code, min(0.95, found / letters), f"language {code} by its script"
        return None

    def _detect_by_words(self, context: AnalysisContext) -> DetectedLanguage:
        words = len(context.words) - len(context.word_flags.select_words(ODD))
        ours = len(self._common.intersection(context.words))
        if ours and ours >= ENOUGH * words:
            return self._default_language, min(0.95, 0.5 + 0.1 * ours), ""
        guess = self._model.guess_language(context.masked_text) if words else None
        if guess and guess.code == self._default_language and guess.probability >= SURE and words > 1:
            return self._default_language, guess.probability, ""
        sure = SURE_AGAINST_THE_HOUSE if ours and ours >= A_FEW * words else SURE if words >= FEW else SURE_OF_FEW
        if guess and guess.probability >= sure and words > 1:
            return guess.code, guess.probability, f"language {guess.code} by its words"
        return self._default_language, 0.3, f"language taken for {self._default_language}: too short to tell"
