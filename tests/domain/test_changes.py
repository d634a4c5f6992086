"""A change of a model names a field that there is, and gives it what it takes: mypy says so, and so does Python."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.domain.case import Case, CaseChanges
from bot.domain.crisis import Crisis, CrisisChanges
from bot.domain.drills import Drill, DrillChanges
from bot.domain.paging.page import Page, PageChanges
from bot.domain.spikes.episode import Episode, EpisodeChanges
from tests.domain.made import case

MODELS = [
    (Case, CaseChanges),
    (Page, PageChanges),
    (Crisis, CrisisChanges),
    (Episode, EpisodeChanges),
    (Drill, DrillChanges),
]
WRONG = """
from bot.domain.case import Case

def change(case: Case) -> None:
    case.having(owner="U0ANA")
    case.having(ownr="U0ANA")
    case.having(status=42)
"""


@pytest.mark.parametrize(("model", "changes"), MODELS)
def test_what_may_be_changed_is_what_the_model_has_of_the_same_type(
    model: type[BaseModel], changes: type[dict[str, Any]]
) -> None:
    fields = {
        name: hint for kind in reversed(model.__mro__) for name, hint in getattr(kind, "__annotations__", {}).items()
    }
    assert changes.__annotations__.keys() == model.model_fields.keys()
    assert {name: repr(hint) for name, hint in changes.__annotations__.items()} == {
        name: repr(fields[name]) for name in model.model_fields
    }


def test_a_field_that_there_is_not_is_refused_when_it_runs() -> None:
    with pytest.raises(TypeError, match="Case has no ownr"):
        case().copy_with(ownr="U0ANA")  # type: ignore[call-arg]


def test_mypy_refuses_a_wrong_name_and_a_wrong_type(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG, "utf-8")
    command = [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports=silent", str(wrong)]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]).stdout
    assert [line.split(":")[1] for line in said.splitlines() if "error" in line and "wrong.py" in line] == ["6", "7"]
