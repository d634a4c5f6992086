"""The rows of exports: what is known of a case, a mention, an event, a counter or an episode, under fixed names.

Names that end in `_at` are times. Words of posts that were deleted, or that their authors asked us to forget, stay out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.assessment import Assessment, Signal
from bot.domain.audit import AuditAction, parse_event_time
from bot.domain.case import SPLIT_OFF, Case
from bot.domain.commits import MentionOutcome
from bot.domain.mention import Mention
from bot.domain.periods import DAY, TimeSpan, floor_to_quarter
from bot.domain.reports.recognition import SPOTTED, SPOTTED_FOUND
from bot.domain.reports.report import Tally
from bot.domain.spikes.episode import Episode

ExportCell = str | int | float | datetime | None
ExportRow = Mapping[str, ExportCell]


class ExportKind(StrEnum):
    CASES = "cases"
    MENTIONS = "mentions"
    AUDIT = "audit"
    TALLIES = "tallies"
    EPISODES = "episodes"


class CountedMention(NamedTuple):
    """A mention as the counters have it, with what is stored of its assessment."""

    mention: Mention
    outcome: MentionOutcome
    at: datetime
    """By which it is counted: when it was published, or came if that is earlier."""
    case: Case | None = None
    assessment: Assessment | None = None
    """None for one that joined a case: it is not stored."""


def get_post_time(case: Case) -> datetime:
    """Return the time by which the post that began the case is counted."""
    return min(case.mention.created_at, case.history[0].at if case.history else case.opened_at)


def count_opening(case: Case) -> CountedMention:
    """Return the mention that the case began with. One that was split off stays counted as joined."""
    first = case.history[0] if case.history else None
    split_off = first is not None and first.what == AuditAction.OPENED and first.detail.startswith(SPLIT_OFF)
    outcome = MentionOutcome.JOINED if split_off else MentionOutcome.OPENED
    return CountedMention(case.mention, outcome, get_post_time(case), case, case.original_assessment)


def build_label_assessment(labels: str) -> Assessment:
    """Return the assessment of which only the labels that hold were kept."""
    return Assessment(signals=tuple(Signal("", label, 1.0) for label in labels.split(",") if label))


def build_case_row(case: Case) -> ExportRow:
    reply = case.public_replies[0] if case.public_replies else None
    return {
        "case": case.id,
        "status": case.status.value,
        "department": case.department,
        **_describe_assessment(case.assessment),
        "urgency": case.assessment.urgency,
        "priority": case.priority.value,
        "route": case.route,
        "owner": case.owner,
        "resolution": case.resolution.value if case.resolution else "",
        "resolved_by": case.resolved_by,
        "merged_into": case.merged_into,
        "joined": case.joined_count,
        "flagged_by": case.flagged_by,
        "published_at": get_post_time(case),
        "opened_at": case.opened_at,
        "claimed_at": case.claimed_at,
        "replied_at": reply.at if reply else None,
        "resolved_at": case.resolved_at,
        "due_at": case.due,
        **_describe_post(case.mention),
    }


def build_mention_row(counted: CountedMention) -> ExportRow:
    return {
        "mention": counted.mention.id,
        "outcome": counted.outcome.value,
        "published_at": counted.at,
        "case": counted.case.id if counted.case else "",
        "department": counted.case.department if counted.case else "",
        **_describe_assessment(counted.assessment),
        **_describe_post(counted.mention),
    }


def build_audit_row(fields: Mapping[str, str]) -> ExportRow:
    """Raises ValueError if the entry has no time."""
    known = ("at", "by", "what", "detail")
    about = " ".join(f"{kind}:{name}" for kind, name in fields.items() if kind not in known)
    event = {name: fields.get(name, "") for name in known[1:]}
    return {"happened_at": parse_event_time(fields), "about": about, **event}


def build_tally_rows(span: TimeSpan, tally: Tally, words: Mapping[tuple[str, str], int]) -> Iterator[ExportRow]:
    """Yield the counters of a span: of mentions, then the words that are counted by department, such as resolutions."""
    times = {"from_at": span.start, "until_at": span.end}
    for key, count in sorted(tally.items()):
        if count:
            yield {**times, "counted": "mentions", **key._asdict(), "word": "", "count": count}
    for (department, word), count in sorted(words.items()):
        if count and not word.startswith((SPOTTED, SPOTTED_FOUND)):  # of people, who may not want to be counted
            blank = {"subject": "", "department": department, "sentiment": "", "intent": ""}
            yield {**times, "counted": "cases", **blank, "word": word, "count": count}


def build_episode_row(episode: Episode) -> ExportRow:
    peak = episode.peak
    return {
        "episode": episode.id,
        "subject": episode.subject,
        "department": episode.department,
        "kind": episode.kind.value,
        "words": " ".join(episode.words),
        "started_at": episode.started_at,
        "ended_at": episode.ended_at,
        "posts": episode.posts,
        "voices": episode.voices,
        "routed_posts": episode.as_cases,
        "peak_at": peak.at,
        "peak_voices": peak.voices,
        "peak_minutes": peak.minutes,
        "usual_voices": peak.usual,
        "planned": episode.planned,
        "facts": episode.facts,
        "part_of": "",
        "owner": "",
    }


def split_days(span: TimeSpan, zone: ZoneInfo) -> Iterator[TimeSpan]:
    """Yield the local days of a span in order; the first and the last may be parts of one."""
    start = span.start
    while start < span.end:
        midnight = datetime.combine(start.astimezone(zone).date() + DAY, time(), zone)
        end = min(span.end, floor_to_quarter(midnight))
        yield TimeSpan(start, end)
        start = end


def expand_times(row: ExportRow, zone: ZoneInfo) -> dict[str, str | int | float]:
    """Return the row with each time in ISO 8601 twice: in UTC, and with `_local` in the brand's zone."""
    found: dict[str, str | int | float] = {}
    for name, cell in row.items():
        if name.endswith("_at"):
            at = cell if isinstance(cell, datetime) else None
            found[name] = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
            found[f"{name}_local"] = at.astimezone(zone).isoformat(timespec="seconds") if at else ""
        else:
            assert not isinstance(cell, datetime)
            found[name] = "" if cell is None else cell
    return found


def escape_formulas(cells: Iterable[str | int | float]) -> list[str | int | float]:
    """Return cells that a spreadsheet takes for no formula: an apostrophe is put before words that may be one.

    As OWASP's page on CSV injection says, with the full-width signs that some spreadsheets take for the same.
    """
    return [f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell for cell in cells]


_FORMULA = re.compile(r"[ \r\n]*[=+@\t\uff1d\uff0b\uff0d\uff20-]")
"""The last four are the full-width forms."""


def _describe_assessment(assessment: Assessment | None) -> ExportRow:
    if assessment is None:
        return dict.fromkeys(("subject", "sentiment", "intent", "language"), "")
    return {
        "subject": assessment.subject,
        "sentiment": "unsure" if assessment.is_unsure else assessment.sentiment.value,
        "intent": assessment.intent.value,
        "language": assessment.language,
    }


def _describe_post(mention: Mention) -> ExportRow:
    """Return what was said by whom, without the words, the author and the address of one that was struck out."""
    gone = mention.is_forgotten
    return {
        "source": mention.source,
        "deleted": "yes" if gone else "",
        "author": "" if gone else mention.display_name,
        "url": "" if gone else mention.url,
        "text": "" if gone else mention.text,
    }
