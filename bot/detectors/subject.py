"""Detect which subjects are meant, by handle, term, hashtag, misspelling, or what the source says.

Of several, the first is the one that the post is about: who is blamed, left or outdone. So a complaint about a
competitor has the competitor's kind, and one that names a competitor as the better is still ours.
"""

from collections.abc import Collection, Sequence
from itertools import combinations

from bot.detectors.detector import AnalysisContext
from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.subject_matches import NOTHING, TERM, SubjectMatch, SubjectMatches
from bot.detectors.text.comparison import ComparisonMatcher, ComparisonResult, NameSpan
from bot.detectors.text.deobfuscate import fold_leetspeak
from bot.detectors.text.tokenizer import tokenize
from bot.detectors.text.word_flags import BAD, ODD, WordFlags
from bot.domain.assessment import Signal
from bot.domain.routing import EXCLUDED
from bot.domain.subject import SubjectKind

NAMES_COMPARED = 4
"""Names of which each pair is compared; a list of more compares nobody."""


class SubjectDetector:
    name = "subject"

    def __init__(self, matcher: SubjectMatcher) -> None:
        """`matcher`: the one that the contexts were built with."""
        self._matcher = matcher
        self._comparison = ComparisonMatcher()

    def detect(self, context: AnalysisContext) -> None:
        found = context.subject_matches.strongest or self._find_disguised(context).strongest
        excluded = {match.name for match in context.subject_matches.excluded}
        if context.mention.subjects:
            found = self._add_source_subjects(context.mention.subjects, found, excluded)
        if not found:
            self._add_excluded_signals(context)
        if len(found) > 1:
            found = self._sort_target_first(context, found)
        for match in found:
            context.add_signal(Signal(self.name, f"subject:{match.name}", match.confidence, match.because))
        if found and found[0].kind:
            context.add_signal(Signal(self.name, f"kind:{found[0].kind}", found[0].confidence))

    def _find_disguised(self, context: AnalysisContext) -> SubjectMatches:
        """Find names with digits for letters if no plain name was found: n0rthwind."""
        if not any(word[0].isdigit() or word[0] == "$" for word in context.word_flags.select_words(ODD)):
            return NOTHING
        text = fold_leetspeak(context.text)
        if text == context.text.lower():
            return NOTHING
        words = tokenize(text)
        return self._matcher.find_subjects(words, words, text)

    def _add_excluded_signals(self, context: AnalysisContext) -> None:
        """Report a post that is only about what looks like a subject of the playbook."""
        for name, quote in dict.fromkeys(context.subject_matches.excluded):
            context.add_signal(Signal(self.name, f"{EXCLUDED}:{name}", TERM, f"not {name}: '{quote}'"))

    def _add_source_subjects(
        self, given: Sequence[str], found: list[SubjectMatch], excluded: Collection[str]
    ) -> list[SubjectMatch]:
        """Append the source's subjects after those of the text, but for excluded ones."""
        names = {match.name for match in found} | set(excluded)
        for name in given:
            subject = self._matcher.get_subject(name)
            full_name = subject.name if subject else name
            if full_name and full_name not in names:
                names.add(full_name)
                kind = subject.kind if subject else ""
                found.append(SubjectMatch(full_name, kind, 0.8, f"{full_name}: the source listened for it", -1))
        return found

    def _sort_target_first(self, context: AnalysisContext, found: list[SubjectMatch]) -> list[SubjectMatch]:
        named = sorted((match for match in found if match.place >= 0), key=lambda match: match.place)
        if len(named) <= NAMES_COMPARED:
            for pair in combinations(named, 2):
                first, second = (NameSpan(match.place, match.place + match.size) for match in pair)
                if result := self._comparison.compare_names(context.words, first, second):
                    return self._sort_by_comparison(context, found, pair, result)
        return _sort_by_blame(context.word_flags, found)

    def _sort_by_comparison(
        self,
        context: AnalysisContext,
        found: list[SubjectMatch],
        pair: tuple[SubjectMatch, SubjectMatch],
        result: ComparisonResult,
    ) -> list[SubjectMatch]:
        blamed = None if result.blamed is None else pair[result.blamed]
        preferred = None if result.preferred is None else pair[result.preferred]
        if blamed:
            because = f"blamed: {blamed.name}, '{result.quote}'"
            context.add_signal(Signal(self.name, f"blamed:{blamed.name}", 0.8, because))
        if preferred:
            context.add_signal(Signal(self.name, f"preferred:{preferred.name}", 0.8))
        ours = result.is_praise and preferred and preferred.kind != SubjectKind.COMPETITOR
        target = preferred if ours else blamed or preferred
        return sorted(found, key=lambda match: match is not target)


def _sort_by_blame(flags: WordFlags, found: list[SubjectMatch]) -> list[SubjectMatch]:
    """Sort by place, but first the name nearest to a bad word."""
    bad = flags.find_places(BAD)

    def compute_rank(match: SubjectMatch) -> tuple[int, int]:
        if match.place < 0:
            return 2, 0
        return 1, min((abs(place - match.place) for place in bad), default=0)

    return sorted(found, key=compute_rank)
