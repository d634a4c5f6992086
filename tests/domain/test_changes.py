"""A copy and a new record name fields that there are, and give them what they take: mypy says so, and so does Python."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.domain.samples import build_case

SNIPPET = """
from datetime import datetime
from bot.domain.assessment import Assessment
from bot.domain.business_hours import BusinessHours
from bot.domain.case import Case
from bot.domain.crisis import Crisis
from bot.domain.oncall.overrides import ScheduleOverrides

def change(case: Case, crisis: Crisis, changes: ScheduleOverrides, at: datetime) -> None:
    case.copy_with(owner="U0ANA", due=None).copy_with(due=at)
    case.copy_with(ownr="U0ANA")  # wrong
    case.copy_with(status=42)  # wrong
    case.copy_with(owner="U0ANA").copy_with(due="soon")  # wrong
    crisis.copy_with(closed_at=at)
    crisis.copy_with(closed=at)  # wrong
    changes.copy_with(pleas=())
    changes.copy_with(pleas=[1])  # wrong
    Assessment.model_construct(signals=())
    Assessment.model_construct(signal=())  # wrong
    Assessment.model_construct(signals=3)  # wrong
    BusinessHours(zone="UTC")
    BusinessHours(zones="UTC")  # wrong
    BusinessHours(zone=1)  # wrong
"""


def test_a_field_that_there_is_not_is_refused_when_it_runs() -> None:
    with pytest.raises(TypeError, match="Case has no ownr"):
        build_case().copy_with(ownr="U0ANA")  # type: ignore[call-arg]


def test_mypy_refuses_a_wrong_name_and_a_wrong_type(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET, "utf-8")
    command = [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports=silent", str(snippet)]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]).stdout
    refused = {int(line.split(":")[1]) for line in said.splitlines() if "error" in line and "snippet.py" in line}
    assert refused == {n for n, line in enumerate(SNIPPET.splitlines(), 1) if "# wrong" in line}, said
