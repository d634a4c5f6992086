"""The learned baseline of one subject. Its size is bounded: four measures of 400 numbers, and 1,500 words."""

from collections.abc import Iterable, Sequence

from bot.domain.immutable import FrozenModel
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.spikes.seasonal_baseline import QUARTER, SeasonalBaseline
from bot.domain.spikes.topic_words import WordCounts


class SubjectBaseline(FrozenModel):
    """Quarters that start at `until` or later are not learned yet; 0 if none is."""

    subject: str
    version: int = 0
    until: int = 0
    volume: SeasonalBaseline = SeasonalBaseline()
    negative: SeasonalBaseline = SeasonalBaseline()
    complaint: SeasonalBaseline = SeasonalBaseline()
    doubtful: SeasonalBaseline = SeasonalBaseline()
    """Negative posts of accounts that look inauthentic."""
    words: WordCounts = WordCounts()

    @property
    def is_learning(self) -> bool:
        return self.negative.is_learning

    def start_learning(self, at: float) -> "SubjectBaseline":
        """Return the baseline as it starts to learn, with the next whole quarter."""
        return self if self.until else self.copy_with(until=(int(at) // QUARTER + 1) * QUARTER)

    def learn_quarter(self, observations: Sequence[SpikeObservation]) -> "SubjectBaseline":
        """Return the baseline after the quarter at `until`, with these observations."""
        real = [one for one in observations if not one.doubtful]
        doubtful = (one for one in observations if one.doubtful and one.negative)
        return self.copy_with(
            until=self.until + QUARTER,
            volume=self.volume.learn_voices(self.until, _count_voices(real)),
            negative=self.negative.learn_voices(self.until, _count_voices(one for one in real if one.negative)),
            complaint=self.complaint.learn_voices(self.until, _count_voices(one for one in real if one.complaint)),
            doubtful=self.doubtful.learn_voices(self.until, _count_voices(doubtful)),
            words=self.words.learn_texts(one.text for one in real if one.negative),
        )

    def skip_until(self, until: int) -> "SubjectBaseline":
        """Return the baseline without the time before `until`, in which no source ran."""
        return self.copy_with(until=max(self.until, until))


def _count_voices(said: Iterable[SpikeObservation]) -> int:
    return len({one.who for one in said})
