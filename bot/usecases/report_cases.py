"""The cases behind a figure of a report: open ones by their lists, the others by the audit log of that time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.case import Case
from bot.domain.case_figures import OPEN_FIGURES, CaseFilter
from bot.store.store import Store

CASES_READ = 2_000
"""The newest cases of a time, and the most pressing open ones of each department: some 100 ms."""
LATE = timedelta(days=1)
"""How much later than its post a case is opened at most, but for rare ones."""


class ReportCases(NamedTuple):
    """`counted` is how often the cases are in the figure; `is_cut`: there are more than were looked at."""

    cases: Sequence[Case]
    counted: int = 0
    is_cut: bool = False


async def find_report_cases(store: Store, wanted: CaseFilter) -> ReportCases:
    """Return the cases behind the figure, newest first."""
    span, is_cut = wanted.report.range.current, False
    if wanted.figure in OPEN_FIGURES:
        pages = [await store.cases.list_open(one.name, CASES_READ) for one in wanted.report.departments]
        is_cut = any(page.total > CASES_READ for page in pages)
        found = {case.id: case for page in pages for case in page.cases}
    else:
        case_ids = await store.audit_log.list_cases(span._replace(end=span.end + LATE), CASES_READ + 1)
        is_cut = len(case_ids) > CASES_READ
        found = await store.cases.find(case_ids[:CASES_READ])
    counted = {case.id: wanted.count(case) for case in found.values()}
    fitting = [case for case in found.values() if counted[case.id]]
    fitting.sort(key=lambda case: (case.mention.created_at, case.id), reverse=True)
    return ReportCases(fitting, sum(counted.values()), is_cut)


async def count_open_cases(
    store: Store, departments: Sequence[str], at: datetime, is_wanted: Callable[[Case], bool]
) -> tuple[dict[str, tuple[int, int]], bool]:
    """Return how many such cases are open and overdue in each department, and whether there are more to look at."""
    pages = {name: await store.cases.list_open(name, CASES_READ) for name in departments}
    wanted = {name: [case for case in page.cases if is_wanted(case)] for name, page in pages.items()}
    counts = {name: (len(cases), sum(case.is_overdue(at) for case in cases)) for name, cases in wanted.items()}
    return counts, any(page.total > CASES_READ for page in pages.values())
