"""What came of the cases of an episode or campaign, from the few facts that count of each."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from bot.domain.assessment import Intent
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.follow_up_transitions import find_answer_time, is_negative
from bot.domain.reports.statistics import DurationStats, compute_duration_stats

_NO_CASE = frozenset({CaseResolution.SPAM, CaseResolution.NOT_ABOUT_US})
_FLAGS = 6
"""The fields of `EpisodeCase` that are yes or no: the first ones."""


class EpisodeCase(NamedTuple):
    """What is counted of one case. `again` and `turned`: as in `CaseOutcome`."""

    is_counted: bool
    """Not if it is spam, not about us, or was merged into another case."""
    is_answered: bool = False
    is_open: bool = False
    again: bool = False
    turned: bool = False
    is_need: bool = False
    resolution: str = ""
    reply_seconds: float | None = None
    """From the post to our first answer in public; None without one."""


class CaseOutcome(NamedTuple):
    """What came of its cases. `again`: authors of a negative post who wrote after our answer; `turned`: to positive."""

    total: int = 0
    answered: int = 0
    open: int = 0
    first_reply: DurationStats | None = None
    """From the post to our first answer in public."""
    again: int = 0
    turned: int = 0
    needs: int = 0
    resolutions: tuple[tuple[str, int], ...] = ()
    unread: int = 0
    """Cases beyond those that were read."""


NO_OUTCOME = CaseOutcome()


def count_case(case: Case) -> EpisodeCase:
    if case.merged_into or case.resolution in _NO_CASE:
        return EpisodeCase(is_counted=False)
    since = find_answer_time(case)
    is_unhappy = since is not None and is_negative(case.assessment)
    moods = [one.mood for one in case.list_later_posts(since)] if since is not None and is_unhappy else []
    reply = case.public_replies[0].at - case.mention.created_at if case.public_replies else None
    return EpisodeCase(
        is_counted=True,
        is_answered=since is not None,
        is_open=not case.is_closed,
        again=bool(moods),
        turned=any(moods),
        is_need=case.assessment.intent is Intent.NEED,
        resolution=case.resolution.value if case.resolution else "",
        reply_seconds=max(0.0, reply.total_seconds()) if reply is not None else None,
    )


def format_episode_case(one: EpisodeCase, version: int) -> str:
    """Return it in short, as it is stored beside this version of the case: `7|110000|answered|540.0`."""
    flags = "".join("1" if flag else "0" for flag in one[:_FLAGS])
    return f"{version}|{flags}|{one.resolution}|{'' if one.reply_seconds is None else one.reply_seconds}"


def parse_episode_case(text: str, version: str) -> EpisodeCase | None:
    """Return None if it is of another version of the case, or cannot be read."""
    try:
        of_version, flags, resolution, seconds = text.split("|")
        counted, answered, is_open, again, turned, need = (one == "1" for one in flags)
        took = float(seconds) if seconds else None
    except ValueError:
        return None
    found = EpisodeCase(counted, answered, is_open, again, turned, need, resolution, took)
    return found if of_version == version else None


def compute_outcome(cases: Iterable[EpisodeCase], unread: int = 0) -> CaseOutcome:
    ours = [case for case in cases if case.is_counted]
    ended = Counter(case.resolution for case in ours if case.resolution)
    return CaseOutcome(
        total=len(ours),
        answered=sum(case.is_answered for case in ours),
        open=sum(case.is_open for case in ours),
        first_reply=compute_duration_stats([case.reply_seconds for case in ours if case.reply_seconds is not None]),
        again=sum(case.again for case in ours),
        turned=sum(case.turned for case in ours),
        needs=sum(case.is_need for case in ours),
        resolutions=tuple(sorted(ended.items(), key=lambda one: (-one[1], one[0]))),
        unread=unread,
    )
