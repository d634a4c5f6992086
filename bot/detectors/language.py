"""Detect the language: as the source says, else by script, common words or a model, else the default language."""

import re

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
"""Searched before each script, because most of what is not ASCII is an accent or an emoji."""
SHARED = frozenset({"ar", "ru", "hi"})
"""Scripts of several languages, for which the model decides."""
SCRIPT_SHARE = 0.3
"""Share of the letters: a name in another script does not make a post of that language."""

UNKNOWN = frozenset(["und", "qme", "qam", "qct", "qht", "qst", "zxx", "art"])
"""What X says if it does not know, or for links, handles or pictures alone."""

# Chosen on the lines in tests/detectors/lines/language.toml and on the airline week (2026-11-22).
ENOUGH = 0.3
"""Share of common words of the default language from which the model is not asked."""
A_FEW = 0.2
SURE, SURE_OF_FEW, SURE_AGAINST_DEFAULT = 0.5, 0.6, 0.9
"""The probability that the model must give: for a sentence, for fewer words, and if a fifth are common words of the
default language."""
FEW = 4

DetectedLanguage = tuple[str, float, str]


class LanguageDetector:
    name = "language"

    def __init__(self, default_language: str) -> None:
        table = LexiconTable("stopwords")
        self._default_language = default_language
        self._common = table.words.get(default_language, frozenset()) | table.common.get(default_language, frozenset())
        self._model = LanguageModel()

    def detect(self, context: AnalysisContext) -> None:
        code, confidence, because = self._detect_language(context)
        code = get_primary_language(code) or code
        context.add_signal(Signal(self.name, f"language:{code}", confidence, because))

    def _detect_language(self, context: AnalysisContext) -> DetectedLanguage:
        given = get_primary_language(context.mention.lang)
        if given and given not in UNKNOWN:
            return given, 0.99, ""
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
        common = len(self._common.intersection(context.words))
        if common and common >= ENOUGH * words:
            return self._default_language, min(0.95, 0.5 + 0.1 * common), ""
        guess = self._model.guess_language(context.masked_text) if words else None
        if guess and guess.code == self._default_language and guess.probability >= SURE and words > 1:
            return self._default_language, guess.probability, ""
        least = SURE_AGAINST_DEFAULT if common and common >= A_FEW * words else SURE if words >= FEW else SURE_OF_FEW
        if guess and guess.probability >= least and words > 1:
            return guess.code, guess.probability, f"language {guess.code} by its words"
        return self._default_language, 0.3, f"language taken for {self._default_language}: too short to tell"
