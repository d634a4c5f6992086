"""The cases behind a figure of a report: open ones by their lists, the others by the audit log of that time."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.case import Case
from bot.domain.case_figures import OPEN_FIGURES, CaseFilter
from bot.store.store import Store

CASES_READ = 1_000
"""Cases that are read to be listed, at most: a storm may have many thousands."""
LATE = timedelta(days=1)
"""How much later than its post a case is opened at most, but for rare ones."""


async def find_report_cases(store: Store, departments: Sequence[str], wanted: CaseFilter) -> list[Case]:
    """Return those of the `CASES_READ` newest cases that are behind the figure, newest first."""
    span = wanted.report.range.current
    if wanted.figure in OPEN_FIGURES:
        pages = [await store.cases.list_open(name, CASES_READ) for name in departments]
        found = {case.id: case for page in pages for case in page.cases}
    else:
        case_ids = await store.audit_log.list_cases(span._replace(end=span.end + LATE), CASES_READ)
        found = await store.cases.find(case_ids)
    fitting = [case for case in found.values() if wanted.includes(case)]
    return sorted(fitting, key=lambda case: (case.mention.created_at, case.id), reverse=True)
