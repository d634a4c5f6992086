"""The detectors in the order in which they run; a later one may read what an earlier one found."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bot.config import OnnxOptions, Playbook
from bot.detectors.authenticity import AuthenticityDetector
from bot.detectors.crisis import CrisisDetector
from bot.detectors.detector import AnalysisContext, Detector, MentionStats, tokenize_text
from bot.detectors.engines.onnx import OnnxModel, Probabilities, load_onnx_model
from bot.detectors.intent import IntentDetector
from bot.detectors.language import LanguageDetector
from bot.detectors.model.loading import load_model
from bot.detectors.model.predictions import predict_batch
from bot.detectors.model.weights import PACKAGED
from bot.detectors.sentiment import BLEND, SentimentDetector
from bot.detectors.spam import SpamDetector
from bot.detectors.subject import SubjectDetector
from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.urgency import UrgencyDetector
from bot.domain.assessment import Assessment, build_assessment
from bot.domain.mention import Mention
from bot.domain.subject import Subject


def build_detectors(
    subjects: Sequence[Subject],
    terms: SubjectMatcher,
    *,
    engine: str,
    unsure_below: float,
    language: str,
    onnx_model: OnnxModel | None = None,
) -> tuple[Detector, ...]:
    return (
        LanguageDetector(language),
        SubjectDetector(terms),
        AuthenticityDetector(),
        SpamDetector(subjects),
        SentimentDetector(engine, unsure_below=unsure_below, language=language, onnx_model=onnx_model),
        CrisisDetector(),
        IntentDetector(language),
        UrgencyDetector(),
    )


class AssessmentResult(NamedTuple):
    assessment: Assessment
    """All that decides where a mention goes. Why it sounds as it does is left open: that takes a look at each word."""
    context: AnalysisContext

    def explain_assessment(self) -> Assessment:
        """With the reasons, for a card."""
        return build_assessment(self.context.explain_signals())


class MentionAssessor:
    """A batch of mentions in, an assessment for each out, in the same order. Holds no state between batches."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        *,
        engine: str = BLEND,
        unsure_below: float = 0.5,
        language: str = "en",
        weights: Path = PACKAGED,
        onnx: OnnxOptions | None = None,
    ) -> None:
        """Raises Unusable with a sentence where there is no good weight file, or a model of one's own does not fit."""
        self._model = load_model(weights)
        self._own = load_onnx_model(onnx) if onnx else None
        tokenize_text("ready")  # reads the word lists now, or the first post would wait for them
        self._terms = SubjectMatcher(subjects)
        self.detectors = build_detectors(
            subjects, self._terms, engine=engine, unsure_below=unsure_below, language=language, onnx_model=self._own
        )

    def assess(self, batch: Sequence[Mention], stats: Sequence[MentionStats] = ()) -> list[Assessment]:
        """`backgrounds`, where given, belong to the mentions in the same order."""
        return [listened.explain_assessment() for listened in self.assess_lazily(batch, stats)]

    def assess_lazily(self, batch: Sequence[Mention], stats: Sequence[MentionStats] = ()) -> list[AssessmentResult]:
        """As `assess`, for who keeps few of them and asks for the reasons of those alone."""
        hearings = self._build_contexts(batch, stats)
        return self._run_detectors(hearings, self._own.predict(_collect_masked_texts(hearings)) if self._own else ())

    async def assess_in_thread(
        self, batch: Sequence[Mention], backgrounds: Sequence[MentionStats] = ()
    ) -> list[AssessmentResult]:
        """As `assess_lazily`; a model that takes milliseconds a post reads in a thread, so that the loop goes on."""
        hearings = self._build_contexts(batch, backgrounds)
        return self._run_detectors(
            hearings, await asyncio.to_thread(self._own.predict, _collect_masked_texts(hearings)) if self._own else ()
        )

    def _build_contexts(self, batch: Sequence[Mention], backgrounds: Sequence[MentionStats]) -> list[AnalysisContext]:
        known = backgrounds or [MentionStats()] * len(batch)
        return [
            AnalysisContext(mention, background, self._terms) for mention, background in zip(batch, known, strict=True)
        ]

    def _run_detectors(
        self, contexts: Sequence[AnalysisContext], told: Sequence[Probabilities]
    ) -> list[AssessmentResult]:
        for hearing, chances in zip(contexts, told, strict=False):
            hearing.onnx_probabilities = chances
        for hearing, verdict in zip(contexts, predict_batch(self._model, contexts), strict=True):
            hearing.prediction = verdict
        for detector in self.detectors:
            detector.detect(contexts)
        return [AssessmentResult(build_assessment(hearing.signals), hearing) for hearing in contexts]


def _collect_masked_texts(contexts: Sequence[AnalysisContext]) -> list[str]:
    return [hearing.masked_text for hearing in contexts]


def build_assessor(playbook: Playbook, weights: Path) -> MentionAssessor:
    """Raises Unusable as `BatchAssessor` does."""
    told = playbook.detectors
    return MentionAssessor(
        playbook.subjects,
        engine=told.engine,
        unsure_below=told.unsure_below,
        language=playbook.brand.language,
        weights=weights,
        onnx=told.onnx,
    )
