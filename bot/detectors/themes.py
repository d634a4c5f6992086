"""Detect what a post is about: the first themes whose words stand in it, as whole words, in the plural or not."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, count

from bot.detectors.detector import AnalysisContext
from bot.detectors.subject_term_forms import TermForm, build_term_forms, compile_term_pattern, list_stems
from bot.detectors.text.cache import MemoDict
from bot.domain.assessment import Signal
from bot.domain.text_normalization import fold_letters, fold_token
from bot.domain.themes import MAX_THEMES, THEME, Theme


class ThemeDetector:
    name = "themes"

    def __init__(self, themes: Sequence[Theme]) -> None:
        self._known: tuple[Sequence[Theme], Mapping[str, str]] | None = None
        self.set_themes(themes, {})

    def set_themes(self, themes: Sequence[Theme], shown_as: Mapping[str, str]) -> None:
        """Look for these from now on. Of several that are shown under one name, a mention has the first."""
        if self._known == (themes, shown_as):
            return
        self._known, self._shown_as = (themes, shown_as), shown_as
        self._by_first: dict[str, list[tuple[TermForm, str]]] = {}
        entries = [(word, theme.name) for theme in themes for word in theme.words]
        for word, theme in entries:
            for form in build_term_forms(word):
                self._by_first.setdefault(form.words[0].lstrip("#"), []).append((form, theme))
        compiled = [(compile_term_pattern(word), theme) for word, theme in entries]
        self._unspaced = [(pattern, theme) for pattern, theme in compiled if pattern]
        self._signals = {theme.name: Signal(self.name, f"{THEME}:{theme.name}", 1.0) for theme in themes}
        self._vocabulary = {word for forms in self._by_first.values() for form, _ in forms for word in form.words}
        self._spelled = MemoDict(self._normalize_spelling)
        self._begins = MemoDict(lambda word: self._spelled[word] in self._by_first)

    def detect(self, context: AnalysisContext) -> None:
        if not self._by_first:
            return
        starts = list(compress(count(), map(self._begins.__getitem__, context.words)))
        if not starts and (not self._unspaced or context.text.isascii()):  # as of most posts
            return
        found = dict.fromkeys(self._match_words(context, starts))
        if self._unspaced and not context.text.isascii():
            found |= dict.fromkeys(self._match_unspaced(fold_letters(context.text)))
        shown = {self._shown_as.get(theme, theme): theme for theme in reversed(found)}
        for theme in list(shown.values())[::-1][:MAX_THEMES]:
            context.add_signal(self._signals[theme])

    def _match_words(self, context: AnalysisContext, starts: Sequence[int]) -> Iterator[str]:
        spelled: list[str] = []
        for start in starts:
            for form, theme in self._by_first[self._spelled[context.words[start]]]:
                if len(form.words) > 1:
                    spelled = spelled or list(map(self._spelled.__getitem__, context.words))
                    if not form.find_end(context.words, spelled, start):
                        continue
                if not form.is_spelled_like(context.tokens[start]):
                    continue
                if form.check is None or form.check.search(fold_letters(context.text)):
                    yield theme

    def _match_unspaced(self, folded: str) -> list[str]:
        """Find words of scripts without spaces."""
        return [theme for pattern, theme in self._unspaced if pattern.search(folded)]

    def _normalize_spelling(self, word: str) -> str:
        """Return the word as words of themes are kept: itself, without a hash, or a stem of it."""
        folded = fold_token(word).lstrip("#")
        if not folded or folded in self._vocabulary:
            return folded
        return next((stem for stem in list_stems(folded, word) if stem in self._vocabulary), folded)
