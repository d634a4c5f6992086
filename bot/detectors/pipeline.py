"""The detectors in the order in which they run; a later one may read the signals of an earlier one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bot import metrics
from bot.config import OnnxOptions, Playbook
from bot.detectors.authenticity import AuthenticityDetector
from bot.detectors.crisis import CrisisDetector
from bot.detectors.detector import AnalysisContext, Detector, MentionStats, tokenize_text
from bot.detectors.engines.keen import KeenModel, load_keen_model
from bot.detectors.engines.onnx import OnnxModel, Probabilities, load_onnx_model
from bot.detectors.intent import IntentDetector
from bot.detectors.language import LanguageDetector
from bot.detectors.model.loading import load_model
from bot.detectors.model.predictions import predict_batch
from bot.detectors.model.weights import PACKAGED
from bot.detectors.sentiment import BLEND, KEEN, SentimentDetector
from bot.detectors.spam import SpamDetector
from bot.detectors.subject import SubjectDetector
from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.themes import ThemeDetector
from bot.detectors.urgency import UrgencyDetector
from bot.domain.assessment import Assessment, build_assessment
from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.domain.themes import Theme


def build_detectors(
    subjects: Sequence[Subject],
    matcher: SubjectMatcher,
    *,
    engine: str,
    unsure_below: float,
    language: str,
    slow_model: OnnxModel | KeenModel | None = None,
    themes: Sequence[Theme] = (),
) -> tuple[Detector, ...]:
    return (
        LanguageDetector(language),
        SubjectDetector(matcher),
        ThemeDetector(themes),
        AuthenticityDetector(),
        SpamDetector(subjects),
        SentimentDetector(engine, unsure_below=unsure_below, language=language, slow_model=slow_model),
        CrisisDetector(),
        IntentDetector(language),
        UrgencyDetector(),
    )


class AssessmentResult(NamedTuple):
    assessment: Assessment
    """All that decides where a mention goes, without reasons: these need a look at each word."""
    context: AnalysisContext

    def explain_assessment(self) -> Assessment:
        """Build the assessment with its reasons, for a card."""
        return self.assessment.add_reasons(self.context.explain_signals())


class MentionAssessor:
    """Assesses a batch of mentions, in order. It keeps no state between batches."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        *,
        engine: str = BLEND,
        unsure_below: float = 0.5,
        language: str = "en",
        weights: Path = PACKAGED,
        onnx: OnnxOptions | None = None,
        keen_folder: Path | None = None,
        themes: Sequence[Theme] = (),
    ) -> None:
        """Load the models. Raise `WeightsError` if the weight file or the model of the engine cannot be used.

        `keen_folder`: where the files of the keen model are, if they are not installed.
        """
        self._model = load_model(weights)
        self._slow: OnnxModel | KeenModel | None = load_onnx_model(onnx) if onnx else None
        if engine == KEEN:
            self._slow = load_keen_model(keen_folder)
        tokenize_text("ready")  # loads the word lists now, else the first post would wait for them
        self._matcher = SubjectMatcher(subjects)
        self.detectors = build_detectors(
            subjects,
            self._matcher,
            engine=engine,
            unsure_below=unsure_below,
            language=language,
            slow_model=self._slow,
            themes=themes,
        )

    def set_themes(self, themes: Sequence[Theme], shown_as: Mapping[str, str]) -> None:
        """Replace the themes, if they changed."""
        for detector in self.detectors:
            if isinstance(detector, ThemeDetector):
                detector.set_themes(themes, shown_as)

    def assess(self, batch: Sequence[Mention], stats: Sequence[MentionStats] = ()) -> list[Assessment]:
        """Assess mentions with their reasons. `stats`, if given, belong to the mentions in the same order."""
        return [result.explain_assessment() for result in self.assess_lazily(batch, stats)]

    def assess_lazily(self, batch: Sequence[Mention], stats: Sequence[MentionStats] = ()) -> list[AssessmentResult]:
        """Assess mentions and leave the reasons to those that are kept."""
        contexts = self._build_contexts(batch, stats)
        return self._run_detectors(contexts, self._slow.predict(_collect_texts(contexts)) if self._slow else ())

    async def assess_in_thread(
        self,
        batch: Sequence[Mention],
        stats: Sequence[MentionStats] = (),
        count_waiting: Callable[[], Awaitable[int]] | None = None,
    ) -> list[AssessmentResult]:
        """Assess like `assess_lazily`; a model that takes milliseconds a post runs in a thread.

        `count_waiting` counts what waits, this batch included. The keen model leaves the batch to ours while that is
        more than it reads in `PATIENCE`.
        """
        contexts = self._build_contexts(batch, stats)
        if self._slow is None or not await self._has_time(len(batch), count_waiting):
            return self._run_detectors(contexts, ())
        return self._run_detectors(contexts, await asyncio.to_thread(self._slow.predict, _collect_texts(contexts)))

    async def _has_time(self, posts: int, count_waiting: Callable[[], Awaitable[int]] | None) -> bool:
        if not isinstance(self._slow, KeenModel):
            return True
        has_time = self._slow.pace.can_read(await count_waiting() if count_waiting else posts)
        metrics.SENTIMENT_PREDICTIONS.labels("keen" if has_time else "light").inc(posts)
        return has_time

    def _build_contexts(self, batch: Sequence[Mention], stats: Sequence[MentionStats]) -> list[AnalysisContext]:
        pairs = zip(batch, stats or [MentionStats()] * len(batch), strict=True)
        return [AnalysisContext(mention, known, self._matcher) for mention, known in pairs]

    def _run_detectors(
        self, contexts: Sequence[AnalysisContext], slow: Sequence[Probabilities]
    ) -> list[AssessmentResult]:
        for context, probabilities in zip(contexts, slow, strict=False):
            context.slow_probabilities = probabilities
        for context, prediction in zip(contexts, predict_batch(self._model, contexts), strict=True):
            context.prediction = prediction
        for detector in self.detectors:
            for context in contexts:
                detector.detect(context)
        return [AssessmentResult(build_assessment(context.signals), context) for context in contexts]


def _collect_texts(contexts: Sequence[AnalysisContext]) -> list[str]:
    return [context.masked_text for context in contexts]


def build_assessor(playbook: Playbook, weights: Path) -> MentionAssessor:
    """Build the assessor of a playbook. Raise `WeightsError`."""
    options = playbook.detectors
    return MentionAssessor(
        playbook.subjects,
        engine=options.engine,
        unsure_below=options.unsure_below,
        language=playbook.brand.language,
        weights=weights,
        onnx=options.onnx,
        themes=playbook.themes,
    )
