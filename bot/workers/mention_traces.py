"""Record the trace of each mention that triage has committed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bot.domain.case import derive_case_id
from bot.store.inbox import TriagedEntry
from bot.store.transaction import CommitResult
from bot.telemetry.traces import TRACES, SpanName


class TriageTimes(NamedTuple):
    """When triage began with a mention, decided on it, and had its commit answered."""

    read: datetime
    decided: datetime
    committed: datetime


def record_traces(ready: Sequence[TriagedEntry], replies: Sequence[CommitResult], times: TriageTimes) -> None:
    """Record what was written now. Edits and deletions belong to no trace: their mention was traced before."""
    if not TRACES.is_on:
        return
    for (entry, decision, _), reply in zip(ready, replies, strict=True):
        done = decision.processed
        if reply is CommitResult.WRITTEN and done is not None and not decision.is_edit:
            _record_trace(
                derive_case_id(done.mention.id),
                datetime.fromtimestamp(entry.arrived / 1000, UTC),
                times,
                {
                    "source": done.mention.source,
                    "outcome": done.outcome.value,
                    "department": done.department,
                    "card": decision.after.id if decision.after else "",
                },
            )


def _record_trace(trace: str, arrived: datetime, times: TriageTimes, attributes: dict[str, str]) -> None:
    TRACES.record_span(trace, SpanName.MENTION, arrived, times.committed, **attributes)
    TRACES.record_span(trace, SpanName.INBOX, arrived, times.read)
    TRACES.record_span(trace, SpanName.TRIAGE, times.read, times.decided)
    TRACES.record_span(trace, SpanName.COMMIT, times.decided, times.committed)
