"""The detectors in the order in which they run; a later one may read what an earlier one found."""

from collections.abc import Sequence
from pathlib import Path

from bot.detectors.base import Background, Detector, Hearing
from bot.detectors.crisis import Crisis
from bot.detectors.intent import Intents
from bot.detectors.language import Language
from bot.detectors.model.loading import model
from bot.detectors.model.verdicts import verdicts
from bot.detectors.model.weights import PACKAGED
from bot.detectors.sentiment import BLEND, HowItSounds
from bot.detectors.spam import Spam
from bot.detectors.subject import WhichSubject
from bot.detectors.urgency import Urgency
from bot.detectors.voices import Voices
from bot.domain.assessment import Assessment, assessed
from bot.domain.mention import Mention
from bot.domain.subject import Subject


def catalogue(subjects: Sequence[Subject], *, engine: str, unsure_below: float, language: str) -> tuple[Detector, ...]:
    return (
        Language(language),
        WhichSubject(subjects),
        Voices(),
        Spam(),
        HowItSounds(engine, unsure_below=unsure_below, language=language),
        Crisis(),
        Intents(language),
        Urgency(),
    )


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
    ) -> None:
        """Raises Unusable with a sentence where there is no good weight file."""
        self._model = model(weights)
        self.detectors = catalogue(subjects, engine=engine, unsure_below=unsure_below, language=language)

    def assess(self, batch: Sequence[Mention], backgrounds: Sequence[Background] = ()) -> list[Assessment]:
        """`backgrounds`, where given, belong to the mentions in the same order."""
        known = backgrounds or [Background()] * len(batch)
        hearings = [Hearing(mention, background) for mention, background in zip(batch, known, strict=True)]
        for hearing, verdict in zip(hearings, verdicts(self._model, hearings), strict=True):
            hearing.verdict = verdict
        for detector in self.detectors:
            detector.detect(hearings)
        return [assessed(hearing.signals) for hearing in hearings]
