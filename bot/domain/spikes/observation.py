"""A mention as the watch for spikes needs it: when, about what, by whom, and whether it counts."""

from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.commits import ProcessedMention
from bot.domain.mention import UNKNOWN_AUTHOR_ID

MAX_SAMPLE_TEXT = 280
"""Characters: enough for its telling words, and for a sample on a card."""
MAX_SAMPLE_NAME = 60
DOUBTFUL = "voice:doubtful"
StreamPosition = tuple[int, int]
"""Of an entry in the feed; a later one is greater."""
_AGAINST_US = frozenset({Intent.COMPLAINT, Intent.CRISIS})


class SpikeObservation(NamedTuple):
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
    place: StreamPosition = (0, 0)
    """Where it is in the feed."""


def build_observation(processed: ProcessedMention, subject: str) -> SpikeObservation | None:
    """None for spam: it counts for nothing."""
    mention, assessment = processed.mention, processed.assessment
    if assessment.intent is Intent.SPAM:
        return None
    return SpikeObservation(
        at=min(mention.created_at, processed.at).timestamp(),
        subject=subject,
        mention=mention.id,
        who=mention.id if mention.author.id == UNKNOWN_AUTHOR_ID else f"{mention.source}:{mention.author.id}",
        department=processed.department,
        negative=is_against_us(assessment),
        complaint=Intent.COMPLAINT in assessment.get_words("intent"),
        doubtful=DOUBTFUL in assessment.labels,
        name=mention.display_name[:MAX_SAMPLE_NAME],
        url=mention.url,
        text=mention.text[:MAX_SAMPLE_TEXT],
    )


def is_against_us(assessment: Assessment) -> bool:
    """What is unsure counts for nothing, and sarcasm is unsure; a complaint in good humour is nobody's crisis."""
    if assessment.is_unsure or assessment.sentiment is Sentiment.POSITIVE:
        return False
    return assessment.sentiment is Sentiment.NEGATIVE or assessment.intent in _AGAINST_US
