"""A mention as the watch for spikes needs it: when, about what, by whom, and whether it counts."""

from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.decision import Heard
from bot.domain.mention import UNKNOWN

TEXT_KEPT = 280
"""Characters: enough for its telling words, and for a sample on a card."""
NAME_KEPT = 60
DOUBTFUL = "voice:doubtful"
Place = tuple[int, int]
"""Of an entry in the feed; a later one is greater."""
_AGAINST_US = frozenset({Intent.COMPLAINT, Intent.CRISIS})


class Observation(NamedTuple):
    """`negative` is what counts for a page: said against us, without doubt."""

    at: float
    """Seconds since the epoch when it was said, or heard if its outlet says that it comes from the future."""
    subject: str
    mention: str
    who: str
    """The account, by its outlet; of an author who is unknown, the mention itself."""
    department: str
    negative: bool = False
    complaint: bool = False
    doubtful: bool = False
    """The voice does not look like a person's."""
    name: str = ""
    url: str = ""
    text: str = ""
    place: Place = (0, 0)
    """Where it is in the feed."""


def observed(heard: Heard, subject: str) -> Observation | None:
    """None for spam: it counts for nothing."""
    mention, assessment = heard.mention, heard.assessment
    if assessment.intent is Intent.SPAM:
        return None
    return Observation(
        at=min(mention.created_at, heard.at).timestamp(),
        subject=subject,
        mention=mention.id,
        who=mention.id if mention.author.id == UNKNOWN else f"{mention.source}:{mention.author.id}",
        department=heard.department,
        negative=against_us(assessment),
        complaint=Intent.COMPLAINT in assessment.words("intent"),
        doubtful=DOUBTFUL in assessment.labels,
        name=mention.who[:NAME_KEPT],
        url=mention.url,
        text=mention.text[:TEXT_KEPT],
    )


def against_us(assessment: Assessment) -> bool:
    """What is unsure counts for nothing, and sarcasm is unsure; a complaint in good humour is nobody's crisis."""
    if assessment.unsure or assessment.sentiment is Sentiment.POSITIVE:
        return False
    return assessment.sentiment is Sentiment.NEGATIVE or assessment.intent in _AGAINST_US
