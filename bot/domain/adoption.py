"""What a declared crisis takes over from open crisis cases, and what is unfinished when it is closed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import Case
from bot.domain.crisis import Crisis, CrisisOrigin
from bot.domain.paging.page import Page
from bot.domain.spikes.episode import Episode

MAX_ADOPTED_CASES = 200


@dataclass(frozen=True, slots=True)
class UnfinishedWork:
    """What is left to do: open cases, an unacknowledged page, items of the checklist."""

    cases: tuple[Case, ...] = ()
    unacknowledged: bool = False
    to_do: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cases or self.unacknowledged or self.to_do)


def find_adoptable_cases(
    candidates: Iterable[Case], department: str, subject: str, taken_ids: Collection[str] = ()
) -> tuple[Case, ...]:
    """Return the open crisis cases of the subject (any department's) or, without one, all of the department's.

    `taken_ids` are cases that another open crisis has.
    """
    ours = (one for one in candidates if one.is_confirmed_crisis and not one.is_closed and one.id not in taken_ids)
    return tuple(one for one in ours if _is_adoptable(one, department, subject))[:MAX_ADOPTED_CASES]


def _is_adoptable(case: Case, department: str, subject: str) -> bool:
    about = case.assessment.subject
    return about == subject if subject and about else case.department == department


def derive_origin(episode: Episode | None, cases: Sequence[Case], at: datetime) -> CrisisOrigin:
    """Return where it began: the episode or the first case, whichever is earlier, else `at`."""
    began = [one.waiting_since for one in cases]
    noticed = list(began)
    subjects = {one.assessment.subject for one in cases}
    if episode is not None:
        began.append(episode.started_at)
        noticed.append(episode.opened_at)
        subjects = {episode.subject}
    return CrisisOrigin(
        min(began, default=at), min(noticed, default=None), subjects.pop() if len(subjects) == 1 else ""
    )


def find_unfinished(crisis: Crisis, cases: Iterable[Case], page: Page | None) -> UnfinishedWork:
    to_do = tuple(item.do for item in crisis.checklist if item.done_at is None)
    left = tuple(one for one in cases if not one.is_closed)
    return UnfinishedWork(left, page is not None and page.is_open, to_do)
