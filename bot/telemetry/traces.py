"""One trace for each mention, from its arrival to Slack's answer.

Its ids are derived from the id of the case that the mention opens or would open, so that no entry of the inbox or the
outbox carries them, and any process adds to the same trace. Attributes are ids and names of the playbook: no words.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol


class SpanName(StrEnum):
    """A span of the trace, in the order in which they begin."""

    MENTION = "mention"
    """The root: from the arrival in the inbox to the commit."""
    INBOX = "inbox"
    """Until triage reads it."""
    TRIAGE = "triage"
    """Assessed and routed, with the other mentions of its batch."""
    COMMIT = "commit"
    DELIVER = "deliver"
    """The first card of the case: rendered and posted."""
    SLACK = "slack"
    """From the call to Slack's answer."""


PARENTS: Mapping[SpanName, SpanName] = MappingProxyType(
    {
        SpanName.INBOX: SpanName.MENTION,
        SpanName.TRIAGE: SpanName.MENTION,
        SpanName.COMMIT: SpanName.MENTION,
        SpanName.DELIVER: SpanName.MENTION,
        SpanName.SLACK: SpanName.DELIVER,
    }
)
Attributes = Mapping[str, str]


class SpanRecorder(Protocol):
    def record_span(
        self, case_id: str, name: SpanName, began: datetime, ended: datetime, attributes: Attributes
    ) -> None:
        """Take a span that has ended. It returns at once, and raises nothing if nobody takes the span."""


class MentionTraces:
    """The traces of this process; without a recorder, nothing is recorded."""

    def __init__(self) -> None:
        self.recorder: SpanRecorder | None = None

    @property
    def is_on(self) -> bool:
        return self.recorder is not None

    def record_span(self, case_id: str, name: SpanName, began: datetime, ended: datetime, **attributes: str) -> None:
        if self.recorder is not None:
            self.recorder.record_span(case_id, name, began, max(began, ended), attributes)


TRACES = MentionTraces()
