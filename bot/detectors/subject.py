"""subject: which of the playbook's is meant, by handle, term, hashtag, misspelling, or the source's own word.

Of several the first is the one a post is about: who is blamed, left or outdone. So a complaint about a competitor has
the competitor's kind, and one that names a competitor as the better is still ours.
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
"""Names of which each pair is looked at; a list of more compares nobody."""


class SubjectDetector:
    name = "subject"

    def __init__(self, matcher: SubjectMatcher) -> None:
        """`terms`: those by which the hearings it is given were searched."""
        self._matcher = matcher
        self._comparison = ComparisonMatcher()

    def detect(self, batch: Sequence[AnalysisContext]) -> None:
        for hearing in batch:
            found = hearing.subject_matches.strongest or self._find_disguised(hearing).strongest
            excluded = {one.name for one in hearing.subject_matches.excluded}
            if hearing.mention.subjects:
                found = self._add_source_subjects(hearing.mention.subjects, found, excluded)
            if not found:
                self._add_excluded_signals(hearing)
            if len(found) > 1:
                found = self._sort_target_first(hearing, found)
            for one in found:
                hearing.add_signal(Signal(self.name, f"subject:{one.name}", one.confidence, one.because))
            if found and found[0].kind:
                hearing.add_signal(Signal(self.name, f"kind:{found[0].kind}", found[0].confidence))

    def _find_disguised(self, context: AnalysisContext) -> SubjectMatches:
        """Names with figures for letters, where no name stands as it is: n0rthwind."""
        if not any(word[0].isdigit() or word[0] == "$" for word in context.word_flags.select_words(ODD)):
            return NOTHING
        text = fold_leetspeak(context.text)
        if text == context.text.lower():
            return NOTHING
        words = tokenize(text)
        return self._matcher.find_subjects(words, words, text)

    def _add_excluded_signals(self, context: AnalysisContext) -> None:
        """A post that is about what only looks like one of the playbook's, and about none of them."""
        for name, said in dict.fromkeys(context.subject_matches.excluded):
            context.add_signal(Signal(self.name, f"{EXCLUDED}:{name}", TERM, f"not {name}: '{said}'"))

    def _add_source_subjects(
        self, given: Sequence[str], found: list[SubjectMatch], excluded: Collection[str]
    ) -> list[SubjectMatch]:
        """What the source says it listened for counts after what the text says, unless it says nothing; and not where
        the text has no more of it than what the playbook excludes.
        """
        names = {one.name for one in found} | set(excluded)
        for name in given:
            subject = self._matcher.get_subject(name)
            called = subject.name if subject else name
            if called and called not in names:
                names.add(called)
                kind = subject.kind if subject else ""
                found.append(SubjectMatch(called, kind, 0.8, f"{called}: the source listened for it", -1))
        return found

    def _sort_target_first(self, context: AnalysisContext, found: list[SubjectMatch]) -> list[SubjectMatch]:
        named = sorted((one for one in found if one.place >= 0), key=lambda one: one.place)
        if len(named) <= NAMES_COMPARED:
            for first, second in combinations(named, 2):
                compared = self._comparison.compare_names(context.words, _get_name_span(first), _get_name_span(second))
                if compared:
                    return self._sort_by_comparison(context, found, (first, second), compared)
        return _sort_by_blame(context.word_flags, found)

    def _sort_by_comparison(
        self,
        context: AnalysisContext,
        found: list[SubjectMatch],
        pair: tuple[SubjectMatch, SubjectMatch],
        compared: ComparisonResult,
    ) -> list[SubjectMatch]:
        blamed = None if compared.blamed is None else pair[compared.blamed]
        preferred = None if compared.preferred is None else pair[compared.preferred]
        if blamed:
            context.add_signal(
                Signal(self.name, f"blamed:{blamed.name}", 0.8, f"blamed: {blamed.name}, '{compared.quote}'")
            )
        if preferred:
            context.add_signal(Signal(self.name, f"preferred:{preferred.name}", 0.8))
        about = preferred if compared.is_praise and preferred and not _is_competitor(preferred) else blamed or preferred
        return sorted(found, key=lambda one: one is not about)


def _get_name_span(found: SubjectMatch) -> NameSpan:
    return NameSpan(found.place, found.place + found.size)


def _is_competitor(found: SubjectMatch) -> bool:
    return found.kind == SubjectKind.COMPETITOR


def _sort_by_blame(known: WordFlags, found: list[SubjectMatch]) -> list[SubjectMatch]:
    """In the order of their names, but whoever stands nearest to a bad word first."""
    bad = known.find_places(BAD)

    def compute_rank(one: SubjectMatch) -> tuple[int, int]:
        if one.place < 0:
            return 2, 0
        return 1, min((abs(place - one.place) for place in bad), default=0)

    return sorted(found, key=compute_rank)
