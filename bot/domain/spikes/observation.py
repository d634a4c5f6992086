"""A mention as spike detection needs it: time, subject, author, and what it counts as."""

from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.commits import ProcessedMention
from bot.domain.mention import UNKNOWN_AUTHOR_ID

MAX_SAMPLE_TEXT = 280
"""Characters kept of a text: enough for its informative words, and for a sample on a card."""
MAX_SAMPLE_NAME = 60
DOUBTFUL = "voice:doubtful"
StreamPosition = tuple[int, int]
"""The position of an entry in the stream; a later one is greater."""
_AGAINST_US = frozenset({Intent.COMPLAINT, Intent.CRISIS})


class SpikeObservation(NamedTuple):
    """`negative` posts are against the brand without doubt: only these count for a page."""

    at: float
    """When it was posted, in seconds since the epoch; when it was processed, if the outlet gives a later time."""
    subject: str
    mention: str
    who: str
    """The source and the id of the author; the id of the mention if the author is unknown."""
    department: str
    negative: bool = False
    complaint: bool = False
    doubtful: bool = False
    """Whether the account looks inauthentic."""
    name: str = ""
    url: str = ""
    text: str = ""
    place: StreamPosition = (0, 0)
    """Its position in the stream."""


def build_observation(processed: ProcessedMention, subject: str) -> SpikeObservation | None:
    """Return None for spam, which is not counted."""
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
    """Return False for unsure sentiment, which includes sarcasm, and for a complaint with positive sentiment."""
    if assessment.is_unsure or assessment.sentiment is Sentiment.POSITIVE:
        return False
    return assessment.sentiment is Sentiment.NEGATIVE or assessment.intent in _AGAINST_US
