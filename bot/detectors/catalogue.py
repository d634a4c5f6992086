"""The detectors in the order in which they run; a later one may read what an earlier one found."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bot.detectors.base import Background, Detector, Hearing, cut
from bot.detectors.crisis import Crisis
from bot.detectors.engines.onnx import Chances, OwnModel, own_model
from bot.detectors.intent import Intents
from bot.detectors.language import Language
from bot.detectors.lexicons.terms import Terms
from bot.detectors.model.loading import model
from bot.detectors.model.verdicts import verdicts
from bot.detectors.model.weights import PACKAGED
from bot.detectors.sentiment import BLEND, HowItSounds
from bot.detectors.spam import Spam
from bot.detectors.subject import WhichSubject
from bot.detectors.urgency import Urgency
from bot.detectors.voices import Voices
from bot.domain.assessment import Assessment, build_assessment
from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.playbook import OnnxOptions, Playbook


def catalogue(
    subjects: Sequence[Subject],
    terms: Terms,
    *,
    engine: str,
    unsure_below: float,
    language: str,
    own: OwnModel | None = None,
) -> tuple[Detector, ...]:
    return (
        Language(language),
        WhichSubject(terms),
        Voices(),
        Spam(subjects),
        HowItSounds(engine, unsure_below=unsure_below, language=language, own=own),
        Crisis(),
        Intents(language),
        Urgency(),
    )


class Listened(NamedTuple):
    assessment: Assessment
    """All that decides where a mention goes. Why it sounds as it does is left open: that takes a look at each word."""
    hearing: Hearing

    def explain_assessment(self) -> Assessment:
        """With the reasons, for a card."""
        return build_assessment(self.hearing.explained())


class Assessor:
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
        self._model = model(weights)
        self._own = own_model(onnx) if onnx else None
        cut("ready")  # reads the word lists now, or the first post would wait for them
        self._terms = Terms(subjects)
        self.detectors = catalogue(
            subjects, self._terms, engine=engine, unsure_below=unsure_below, language=language, own=self._own
        )

    def assess(self, batch: Sequence[Mention], backgrounds: Sequence[Background] = ()) -> list[Assessment]:
        """`backgrounds`, where given, belong to the mentions in the same order."""
        return [listened.explain_assessment() for listened in self.listen(batch, backgrounds)]

    def listen(self, batch: Sequence[Mention], backgrounds: Sequence[Background] = ()) -> list[Listened]:
        """As `assess`, for who keeps few of them and asks for the reasons of those alone."""
        hearings = self._hearings(batch, backgrounds)
        return self._listened(hearings, self._own.read(_texts(hearings)) if self._own else ())

    async def assess_in_thread(
        self, batch: Sequence[Mention], backgrounds: Sequence[Background] = ()
    ) -> list[Listened]:
        """As `listen`; a model that takes milliseconds a post reads in a thread, so that the loop goes on."""
        hearings = self._hearings(batch, backgrounds)
        return self._listened(hearings, await asyncio.to_thread(self._own.read, _texts(hearings)) if self._own else ())

    def _hearings(self, batch: Sequence[Mention], backgrounds: Sequence[Background]) -> list[Hearing]:
        known = backgrounds or [Background()] * len(batch)
        return [Hearing(mention, background, self._terms) for mention, background in zip(batch, known, strict=True)]

    def _listened(self, hearings: Sequence[Hearing], told: Sequence[Chances]) -> list[Listened]:
        for hearing, chances in zip(hearings, told, strict=False):
            hearing.told = chances
        for hearing, verdict in zip(hearings, verdicts(self._model, hearings), strict=True):
            hearing.verdict = verdict
        for detector in self.detectors:
            detector.detect(hearings)
        return [Listened(build_assessment(hearing.signals), hearing) for hearing in hearings]


def _texts(hearings: Sequence[Hearing]) -> list[str]:
    return [hearing.unnamed for hearing in hearings]


def assessor_for(playbook: Playbook, weights: Path) -> Assessor:
    """Raises Unusable as `BatchAssessor` does."""
    told = playbook.detectors
    return Assessor(
        playbook.subjects,
        engine=told.engine,
        unsure_below=told.unsure_below,
        language=playbook.brand.language,
        weights=weights,
        onnx=told.onnx,
    )
