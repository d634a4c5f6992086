"""Everything that is learnt about one subject. Its size is bounded: four measures of 400 numbers and 1,500 words."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from bot.domain.making import remade
from bot.domain.spikes.observation import Observation
from bot.domain.spikes.usual import QUARTER, Usual
from bot.domain.spikes.words import Words


class Baseline(BaseModel):
    """`until`: quarters that start from here on are not learnt yet. 0: nothing is."""

    model_config = ConfigDict(frozen=True)

    subject: str
    version: int = 0
    until: int = 0
    volume: Usual = Usual()
    negative: Usual = Usual()
    complaint: Usual = Usual()
    doubtful: Usual = Usual()
    """Voices against us that do not look like people's."""
    words: Words = Words()

    @property
    def learning(self) -> bool:
        return self.negative.learning

    def begun(self, at: float) -> "Baseline":
        """Learning starts with the next whole quarter."""
        return self if self.until else remade(self, {"until": (int(at) // QUARTER + 1) * QUARTER})

    def learnt(self, said: Sequence[Observation]) -> "Baseline":
        """With the quarter at `until`, in which this was said."""
        real = [one for one in said if not one.doubtful]
        return remade(
            self,
            {
                "until": self.until + QUARTER,
                "volume": self.volume.learnt(self.until, _voices(real)),
                "negative": self.negative.learnt(self.until, _voices(one for one in real if one.negative)),
                "complaint": self.complaint.learnt(self.until, _voices(one for one in real if one.complaint)),
                "doubtful": self.doubtful.learnt(
                    self.until, _voices(one for one in said if one.doubtful and one.negative)
                ),
                "words": self.words.learnt(one.text for one in real if one.negative),
            },
        )

    def skipped(self, until: int) -> "Baseline":
        """Nobody listened until then, so that nothing is to be learnt of it."""
        return remade(self, {"until": max(self.until, until)})


def _voices(said: Iterable[Observation]) -> int:
    return len({one.who for one in said})
